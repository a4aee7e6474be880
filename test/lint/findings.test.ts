/** Each rule on a transaction that breaks it, with the gas that following it saves. */
import { describe, expect, test } from '@jest/globals';
import type { AccessListEntry, Address, Hex, Transaction } from '../../src/input/block.ts';
import type { Finding } from '../../src/lint/finding.ts';
import { lintBlock } from '../../src/lint/lint.ts';
import { slotHex } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import {
  contract,
  inputOf,
  OTHER,
  prestateOf,
  SENDER,
  TARGET,
  THIRD,
  transaction,
} from '../analysis/scene.ts';
import type { PrestateAccount } from '../corpus.ts';
import { type Code, OP, push } from '../generators/assembler.ts';
import { ABSENT, MINER, SENDERS } from '../generators/universe.ts';

const NOBODY = ABSENT[0] as Address;

function callTo(address: Address, opcode: number): Code {
  const words = opcode === OP.delegateCall ? [0n, 0n, 0n, 0n] : [0n, 0n, 0n, 0n, 0n];
  return [...words.flatMap((word) => push(word)), ...push(BigInt(address)), OP.gas, opcode, OP.pop];
}

function read(slot: bigint): Code {
  return [...push(slot), OP.sload, OP.pop];
}

function entry(address: Address, ...slots: readonly bigint[]): AccessListEntry {
  return { address, storageKeys: slots.map(slotHex) };
}

async function lint(
  accounts: Readonly<Record<Address, PrestateAccount>>,
  list: readonly AccessListEntry[],
  fields: Partial<Transaction> = {},
  options: { readonly partial?: boolean } = {},
) {
  const scene = {
    hardfork: 'osaka',
    prestate: { [THIRD]: contract([]), ...accounts },
    transactions: [transaction({ type: 1, chainId: 1n, accessList: list, ...fields })],
  };
  const state = snapshotState(prestateOf(scene), { partial: options.partial === true });
  return lintBlock(inputOf(scene), { state });
}

/** What a finding is about, without its words. */
function gist({ rule, address, slot, gas, entry: place, entrySlot }: Finding): unknown[] {
  return [rule, address, slot === null ? null : BigInt(slot), gas, place, entrySlot];
}

const CALLS_OTHER = { [TARGET]: contract(callTo(OTHER, OP.call)), [OTHER]: contract(read(3n), { 3: 1n }) };

describe('what is declared', () => {
  test.each<[string, readonly AccessListEntry[], unknown[][]]>([
    ['nothing is wrong', [entry(OTHER, 3n)], []],
    [
      'an account twice',
      [entry(OTHER), entry(OTHER, 3n)],
      [['list-costs-gas'], ['duplicate-address', OTHER, null, 2400n, 1, null]],
    ],
    [
      'a slot twice',
      [entry(OTHER, 3n, 3n)],
      [['list-costs-gas'], ['duplicate-slot', OTHER, 3n, 1900n, 0, 1]],
    ],
    [
      'an account that is not used, with its slots',
      [entry(OTHER, 3n), entry(NOBODY, 1n, 2n)],
      [['list-costs-gas'], ['unused-address', NOBODY, null, 6200n, 1, null]],
    ],
    [
      'a slot that is not used',
      [entry(OTHER, 3n, 4n)],
      [['list-costs-gas'], ['unused-slot', OTHER, 4n, 1900n, 0, 1]],
    ],
    [
      'the receiver and the sender',
      [entry(TARGET), entry(OTHER, 3n), entry(SENDER)],
      [
        ['list-costs-gas'],
        ['already-warm', TARGET, null, 2400n, 0, null],
        ['already-warm', SENDER, null, 2400n, 2, null],
      ],
    ],
    ['a slot is missing', [entry(OTHER)], [['missing-slot', OTHER, 3n, 100n, null, null]]],
    [
      'an account is missing',
      [entry(THIRD)],
      [
        ['list-costs-gas'],
        ['unused-address', THIRD, null, 2400n, 0, null],
        ['missing-address', OTHER, null, 200n, null, null],
      ],
    ],
    ['no list', [], [['missing-list', null, null, 200n, null, null]]],
  ])('%s', async (_name, list, expected) => {
    const { findings } = await lint(CALLS_OTHER, list);
    const gists = findings.map((one) => (one.rule === 'list-costs-gas' ? [one.rule] : gist(one)));
    expect(gists).toEqual(expected);
  });

  test("a proxy's storage under the implementation", async () => {
    const proxy = contract([...read(9n), ...callTo(OTHER, OP.delegateCall)], { 9: BigInt(OTHER) });
    const { findings } = await lint({ [TARGET]: callsThird(), [THIRD]: proxy, [OTHER]: contract(read(3n)) }, [
      entry(THIRD, 9n),
      entry(OTHER, 3n),
    ]);
    expect(findings.map(gist)).toEqual([
      ['list-costs-gas', null, null, 1600n, null, null],
      ['wrong-account', OTHER, 3n, 1900n, 1, 0],
      ['missing-slot', THIRD, 3n, 100n, null, null],
    ]);
    expect(findings[1]?.message).toContain(THIRD);
  });

  test('an account that delegates (EIP-7702): its delegate is missing, and has its slots', async () => {
    const delegated = contract(Uint8Array.from(Buffer.from(`ef0100${OTHER.slice(2)}`, 'hex')), { 3: 1n });
    const accounts = { [TARGET]: callsThird(), [THIRD]: delegated, [OTHER]: contract(read(3n)) };
    const { findings, transactions } = await lint(accounts, [entry(THIRD), entry(OTHER, 3n)]);
    expect(findings.map(gist)).toContainEqual(['wrong-account', OTHER, 3n, 1900n, 1, 0]);
    expect(transactions[0]?.best).toEqual([entry(OTHER), entry(THIRD, 3n)]);
    const forgotten = await lint(accounts, [entry(THIRD, 3n)]);
    expect(forgotten.findings.map(gist)).toEqual([['missing-address', OTHER, null, 100n, null, null]]);
  });

  test("the receiver's delegate is warm", async () => {
    const delegated = contract(Uint8Array.from(Buffer.from(`ef0100${OTHER.slice(2)}`, 'hex')), { 3: 1n });
    const { findings } = await lint({ [TARGET]: delegated, [OTHER]: contract(read(3n)) }, [entry(OTHER)]);
    expect(findings.map(gist)).toContainEqual(['already-warm', OTHER, null, 2400n, 0, null]);
    expect(findings.at(-1)?.message).toContain('delegates');
  });

  test('what each part is worth', async () => {
    const { transactions } = await lint(CALLS_OTHER, [entry(OTHER, 3n, 4n)]);
    expect(transactions[0]?.gains).toEqual([
      {
        address: OTHER,
        gain: -1700n,
        isDuplicate: false,
        slots: [
          { slot: slotHex(3n), gain: 100n, isDuplicate: false },
          { slot: slotHex(4n), gain: -1900n, isDuplicate: false },
        ],
      },
    ]);
  });

  test('a list without which the transaction runs out of gas is left as it is', async () => {
    const accounts = { [TARGET]: contract(callTo(OTHER, OP.call)), [OTHER]: contract(writeOnce()) };
    const list = [entry(OTHER, 3n)];
    const used = (await lint(accounts, list)).transactions[0]?.gas?.declared ?? 0n;
    // Enough for the call to get its 63/64 while what it uses is warm, and 300 less than it takes otherwise.
    const { transactions, findings } = await lint(accounts, list, { gasLimit: used + 450n });
    expect(transactions[0]).toMatchObject({ needsList: true, best: list });
    expect(findings.map(({ rule }) => rule)).toEqual(['outcome-depends-on-gas']);
  });
});

function callsThird(): PrestateAccount {
  return contract(callTo(THIRD, OP.call));
}

function writeOnce(): Code {
  return [...push(1n), ...push(3n), OP.sstore];
}

describe('without running', () => {
  test('what holds for every run is said, and nothing else', async () => {
    const list = [entry(OTHER, 3n, 3n), entry(TARGET), entry(THIRD)];
    // The sender's account is missing.
    const { findings, transactions } = await lint(CALLS_OTHER, list, { from: NOBODY }, { partial: true });
    expect(findings.map(gist)).toEqual([
      ['not-measured', null, null, null, null, null],
      ['duplicate-slot', OTHER, 3n, null, 0, 1],
      ['already-warm', TARGET, null, null, 1, null],
      ['unused-address', THIRD, null, null, 2, null],
    ]);
    expect(findings[0]?.message).toContain(`${NOBODY}:balance`);
    expect(transactions[0]).toMatchObject({ best: null, gas: null, gains: [] });
  });

  test('code that is not known may use anything', async () => {
    const { findings } = await lint({}, [entry(OTHER, 3n)], {}, { partial: true });
    expect(findings.map(({ rule }) => rule)).toEqual(['not-measured']);
  });

  test('an invalid transaction is not run, and says why', async () => {
    const { findings } = await lint(CALLS_OTHER, [entry(OTHER, 3n)], { nonce: 7n });
    expect(findings.map(({ message }) => message)).toEqual([
      "It cannot be run here: its nonce is 7, its sender's 0.",
    ]);
  });

  test('later transactions are run unless they depend on one that was not', async () => {
    const [, second, third] = SENDERS as [Address, Address, Address];
    const rich = { balance: '0xffffffffffffffff' };
    const scene = {
      hardfork: 'osaka',
      prestate: {
        ...CALLS_OTHER,
        // Writes its slot 3, and looks at the balance of somebody who is not known.
        [THIRD]: contract([...writeOnce(), ...push(BigInt(NOBODY)), OP.balance, OP.pop]),
        [MINER]: rich,
        [second]: rich,
        [third]: rich,
      },
      transactions: [
        transaction({ to: THIRD }),
        transaction({ from: second }),
        transaction({ from: third, to: THIRD }),
      ],
    };
    const state = snapshotState(prestateOf(scene), { partial: true });
    const { transactions } = await lintBlock(inputOf(scene), { state });
    expect(transactions.map(({ gas }) => gas !== null)).toEqual([false, true, false]);
  });

  test('each transaction of a mempool runs over the state before all', async () => {
    const scene = { hardfork: 'osaka', prestate: CALLS_OTHER, transactions: [transaction(), transaction()] };
    const hash: Hex = slotHex(9n);
    const input = inputOf({ ...scene, transactions: [transaction(), transaction({ hash })] });
    const state = snapshotState(prestateOf(scene));
    const { transactions } = await lintBlock(input, { state, unordered: true });
    expect(transactions[0]?.gas).toEqual(transactions[1]?.gas);
    expect(transactions[1]?.gas).not.toBeNull();
  });
});
