/** Random blocks: figures as executed, parts as executed, and no list of any parts better than the best. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import type { AccessListEntry, BlockInput } from '../../src/input/block.ts';
import { lintBlock } from '../../src/lint/lint.ts';
import { slotHex } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { StateSource } from '../../src/state/source.ts';
import { fuzzing } from '../effort.ts';
import { blockDraft, materialize } from '../generators/block.ts';
import { ADDRESSES, MINER, SLOTS } from '../generators/universe.ts';

type List = readonly AccessListEntry[];

let executor: Executor;
beforeAll(async () => {
  executor = await createExecutor({ workers: 1 });
});
afterAll(() => executor.close());

function withList(input: BlockInput, index: number, list: List): BlockInput {
  const transactions = input.transactions.slice(0, index + 1).map((one, place) => {
    if (place !== index) return one;
    if (one.type > 0) return { ...one, accessList: list };
    return list.length === 0 ? one : { ...one, type: 1 as const, chainId: 1n, accessList: list };
  });
  return { ...input, transactions };
}

/** Gas of a transaction with some list; `null`: it is not valid so. */
async function gasWith(input: BlockInput, state: StateSource, index: number, list: List) {
  const options = { state, skipInvalid: true };
  const { execution } = await executor.executeBlock(withList(input, index, list), options);
  return execution.receipts.find(({ transaction }) => transaction === index)?.gasUsed ?? null;
}

function without(list: List, place: number): List {
  return list.filter((_, other) => other !== place);
}

test('figures and gains are differences between two runs', async () => {
  await fc.assert(
    fc.asyncProperty(blockDraft, async (draft) => {
      const { input, prestate } = await materialize(draft);
      const state = snapshotState(prestate);
      const { transactions } = await lintBlock(input, { state });
      for (const { index, declared, best, gas, gains } of transactions) {
        if (gas === null || best === null) throw new Error(`#${index} was not measured`);
        const own = declared ?? [];
        expect(await gasWith(input, state, index, own)).toBe(gas.declared);
        expect(await gasWith(input, state, index, [])).toBe(gas.without);
        expect(await gasWith(input, state, index, best)).toBe(gas.best);
        expect(gas.best <= gas.declared).toBe(true);
        const isPlain = new Set(own.map(({ address }) => address)).size === own.length;
        for (const [place, { gain, slots }] of gains.entries()) {
          if (gain === null || !isPlain || slots.some(({ isDuplicate }) => isDuplicate)) continue;
          if (gains.some((other) => other.slots.some(({ isDuplicate }) => isDuplicate))) continue;
          const rest = await gasWith(input, state, index, without(own, place));
          expect((rest ?? 0n) - gas.declared).toBe(gain);
        }
      }
    }),
    fuzzing({ short: 25, long: 1000 }),
  );
}, 1_200_000);

/** Lists of what random programs may touch. */
const anyList: fc.Arbitrary<List> = fc
  .uniqueArray(fc.constantFrom(...new Set([...ADDRESSES, MINER])), { maxLength: 5 })
  .chain((addresses) =>
    fc.tuple(
      ...addresses.map((address) =>
        fc
          .uniqueArray(fc.bigInt(0n, SLOTS), { maxLength: 4 })
          .map((slots) => ({ address, storageKeys: slots.map(slotHex) })),
      ),
    ),
  );

test('no list with which a transaction does the same uses less than the best', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(blockDraft, fc.array(anyList, { minLength: 4, maxLength: 4 }), async (draft, lists) => {
      const { input, prestate } = await materialize(draft);
      const state = snapshotState(prestate);
      const { transactions } = await lintBlock(input, { state });
      for (const { index, best, gas, needsList } of transactions) {
        if (gas === null || best === null || needsList) continue;
        const own = await outcomeWith(input, state, index, best);
        for (const list of [...lists, ...best.map((_, place) => without(best, place))]) {
          const other = await outcomeWith(input, state, index, list);
          if (other === null || other.outcome !== own?.outcome) continue;
          expect([index, list, other.gas >= gas.best]).toEqual([index, list, true]);
          compared += 1;
        }
      }
    }),
    fuzzing({ short: 15, long: 600 }),
  );
  expect(compared).toBeGreaterThan(0);
}, 1_200_000);

/** What a transaction does with some list, but for what its gas costs whom. */
async function outcomeWith(input: BlockInput, state: StateSource, index: number, list: List) {
  const changed = withList(input, index, list);
  const { execution } = await executor.executeBlock(changed, { state, skipInvalid: true });
  const receipt = execution.receipts.find(({ transaction }) => transaction === index);
  if (receipt === undefined) return null;
  const payers = new Set([changed.transactions[index]?.from, input.block?.feeRecipient]);
  const changes = [...execution.stateDiff].map(([address, { balance, ...rest }]) => [
    address,
    payers.has(address) ? null : balance,
    { ...rest, storage: [...rest.storage] },
  ]);
  const outcome = JSON.stringify([receipt.status, receipt.logs, changes], (_key, value) =>
    typeof value === 'bigint' ? `${value}` : value,
  );
  return { gas: receipt.gasUsed, outcome };
}
