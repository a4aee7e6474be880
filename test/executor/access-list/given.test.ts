/** A block with an access list that somebody else made. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createExecutor, type Executor } from '../../../src/executor/executor.ts';
import type { Execution } from '../../../src/executor/outcome.ts';
import type { BlockInput } from '../../../src/input/block.ts';
import type { AccountChanges, BlockAccessList } from '../../../src/input/block-access-list/list.ts';
import { blockAccessListHash } from '../../../src/input/block-access-list/rlp.ts';
import { bytesToHex } from '../../../src/input/hex.ts';
import type { StateKey } from '../../../src/state/key.ts';
import { blockOf, COUNTER, HEADER, MAPPING, preState, SENDERS } from '../small-blocks.ts';

const [SENDER] = SENDERS;
const BLOCK = blockOf([
  { from: SENDERS[0], to: COUNTER },
  { from: SENDERS[1], to: MAPPING },
  { from: SENDERS[2], to: COUNTER },
]);

let executor: Executor;
beforeAll(async () => {
  executor = await createExecutor({ workers: 1 });
});
afterAll(() => executor.close());

async function execute(input: BlockInput, blockAccessList?: BlockAccessList): Promise<Execution> {
  const given = blockAccessList === undefined ? {} : { blockAccessList };
  return (await executor.executeBlock(input, { state: preState(), ...given })).execution;
}

function changed(
  list: BlockAccessList,
  address: string,
  change: (account: AccountChanges) => AccountChanges,
): BlockAccessList {
  return list.map((account) => (account.address === address ? change(account) : account));
}

describe('a given access list', () => {
  test('that is right', async () => {
    const { blockAccessList } = await execute(BLOCK);
    expect((await execute(BLOCK)).verified.accessList).toBeNull();
    const { verified } = await execute(BLOCK, blockAccessList);
    expect(verified).toMatchObject({ accessList: true, mismatches: [] });
  });

  test.each<[string, (list: BlockAccessList) => BlockAccessList, readonly string[]]>([
    [
      'a balance',
      (list) =>
        changed(list, SENDER, (account) => ({ ...account, balanceChanges: [{ index: 1, value: 7n }] })),
      [`${SENDER}: balance after step 1: the given list has 0x7, execution gave 0x`],
    ],
    [
      'a value too few',
      (list) =>
        changed(list, COUNTER, (account) => ({
          ...account,
          storageChanges: account.storageChanges.map(({ slot, changes }) => ({
            slot,
            changes: changes.slice(0, 1),
          })),
        })),
      [`${COUNTER}: slot 0x0 after step 3: the given list has none, execution gave 0x2`],
    ],
    [
      'a slot that was not touched',
      (list) => changed(list, COUNTER, (account) => ({ ...account, storageReads: [9n] })),
      [`${COUNTER}: slot 0x9: the given list has a read, execution gave none`],
    ],
    [
      'an account too few',
      (list) => list.filter(({ address }) => address !== MAPPING),
      [`${MAPPING}: it was touched, and is not in the given list`],
    ],
    ['another order', (list) => [...list].reverse(), [': it comes after ']],
  ])('that is wrong in %s', async (_name, spoil, expected) => {
    const right = await execute(BLOCK);
    const wrong = await execute(BLOCK, spoil(right.blockAccessList));
    expect(wrong.verified.accessList).toBe(false);
    for (const text of expected) {
      expect(wrong.verified.mismatches.some((one) => one.includes(text))).toBe(true);
    }
    // What is executed does not depend on it.
    expect(wrong.blockAccessList).toEqual(right.blockAccessList);
    expect(wrong.stateDiff).toEqual(right.stateDiff);
  });

  test('is compared with the header, and so is the one that execution gives', async () => {
    const { blockAccessList, gasUsed } = await execute(BLOCK);
    const hash = bytesToHex(blockAccessListHash(blockAccessList));
    const header = { ...HEADER, gasUsed, blockAccessListHash: hash };
    const right = await execute({ ...BLOCK, block: header }, blockAccessList);
    expect(right.verified).toMatchObject({ header: true, accessList: true });
    const other = { ...header, blockAccessListHash: HEADER.parentHash };
    const wrong = await execute({ ...BLOCK, block: other }, blockAccessList);
    expect(wrong.verified).toMatchObject({
      header: false,
      accessList: false,
      mismatches: [
        `block access list hash: the header has ${HEADER.parentHash}, execution gave ${hash}`,
        `block access list hash: the header has ${HEADER.parentHash}, the given list ${hash}`,
      ],
    });
  });

  test('says what to fetch, in one go', async () => {
    const { blockAccessList } = await execute(BLOCK);
    const known = preState();
    const loaded = new Set<string>();
    const requests: (readonly StateKey[])[] = [];
    const state = {
      account: (address: `0x${string}`) => (loaded.has(address) ? known.account(address) : undefined),
      storage: (address: `0x${string}`, slot: bigint) =>
        loaded.has(`${address} ${slot}`) ? known.storage(address, slot) : undefined,
      load: async (keys: readonly StateKey[]) => {
        requests.push(keys);
        for (const key of keys) {
          const [address = '', rest = ''] = key.split(':');
          loaded.add(rest.startsWith('0x') ? `${address} ${BigInt(rest)}` : address);
        }
      },
    };
    const { execution } = await executor.executeBlock(BLOCK, { state, blockAccessList });
    expect(execution.verified.accessList).toBe(true);
    // The second request is for what the transactions only name: their access lists, addresses in call data.
    expect(requests.length).toBeLessThanOrEqual(2);
  });
});
