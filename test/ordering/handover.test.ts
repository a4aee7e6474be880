/** A block that was made out of a pool, handed over: as JSON, as a bundle, and to the executor with its plan. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import type { BlockInput } from '../../src/input/block.ts';
import { readInput } from '../../src/input/read.ts';
import { blockJson } from '../../src/ordering/block-json.ts';
import { bundleRequest } from '../../src/ordering/bundle-json.ts';
import { type OrderBlockOptions, type OrderedBlock, orderBlock } from '../../src/ordering/order-block.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { StateSource } from '../../src/state/source.ts';
import { readCorpusBlock } from '../corpus.ts';
import { describeCorpus } from '../corpus-suite.ts';
import { fuzzing, isLong } from '../effort.ts';
import { WORKER_URL } from '../executor/small-blocks.ts';
import { blockDraft, materialize } from '../generators/block.ts';
import { blocksOfCalls } from '../generators/deferral.ts';

const fuzz = fuzzing({ short: 10, long: 1_000 });
const OBJECTIVES = ['fees', 'parallel', 'balanced'] as const;

function example(name: string): { readonly input: BlockInput; readonly state: StateSource } {
  const read = (file: string): unknown =>
    JSON.parse(readFileSync(new URL(`../../examples/mixed-block/${file}`, import.meta.url), 'utf8'));
  return { input: readInput(read(name)), state: snapshotState(read('prestate.json')) };
}

let executor: Executor;
beforeAll(async () => {
  executor = await createExecutor({ workers: 2, workerUrl: WORKER_URL });
});
afterAll(() => executor.close());

/** Runs as planned: the sets hold, and a sequential run comes to the same. */
async function runAsPlanned({ findings }: OrderedBlock, state: StateSource): Promise<void> {
  const { analysis, graph, plan } = findings;
  const how = { state, analysis, graph, plan, mode: 'parallel', verify: true } as const;
  const outcome = await executor.executeBlock(analysis.input, how);
  expect(outcome.execution.escapes).toEqual([]);
  expect(outcome.execution.verified.sequential).toBe(true);
  expect(outcome.execution.verified.mismatches).toEqual([]);
  expect(outcome.execution.receipts).toHaveLength(analysis.input.transactions.length);
  // What is derived again is planned again.
  if (graph.resolutions.length === 0) expect(outcome.plan).toEqual(plan);
}

/** Each transaction once, none before one that it follows, none beside another one on its lane. */
function expectPlan({ findings: { graph, plan } }: OrderedBlock): void {
  const tasks = plan.lanes.flat();
  expect(tasks.map(({ transaction }) => transaction).sort((a, b) => a - b)).toEqual([...graph.gas.keys()]);
  const endOf = new Map(tasks.map(({ transaction, end }) => [transaction, end]));
  for (const { transaction, start, end } of tasks) {
    expect(end - start).toBe(graph.gas[transaction]);
    expect(end).toBeLessThanOrEqual(plan.makespan);
    for (const before of graph.predecessors[transaction] ?? []) {
      expect(endOf.get(before)).toBeLessThanOrEqual(start);
    }
  }
  for (const lane of plan.lanes) {
    for (const [at, { start }] of lane.entries()) {
      expect(lane[at - 1]?.end ?? 0n).toBeLessThanOrEqual(start);
    }
  }
}

/** What a header and transactions say that another reader has to find again. */
function withoutOrders({ block, transactions, chainId }: BlockInput) {
  return { block, chainId, transactions: transactions.map(({ conditions: _conditions, ...tx }) => tx) };
}

function expectReadable(result: OrderedBlock): void {
  const { input } = result.findings.analysis;
  const { hardfork } = input;
  const copy: unknown = JSON.parse(JSON.stringify(blockJson(result)));
  expect(withoutOrders(readInput(copy, { hardfork, chain: input.chainId }))).toEqual(withoutOrders(input));
  const bundle: unknown = JSON.parse(JSON.stringify(bundleRequest(result)));
  const again = readInput(bundle, { hardfork, chain: input.chainId });
  expect(again.transactions).toEqual(withoutOrders(input).transactions);
  expect(again.bundles?.map(({ members }) => members.map(({ index }) => index))).toEqual([
    [...input.transactions.keys()],
  ]);
}

describe('the example block as a pool', () => {
  test.each(OBJECTIVES)('%s', async (objective) => {
    const { input, state } = example('block.json');
    const result = await orderBlock(input, { state, objective, lanes: 4 });
    expect(result.ordering.orders.length + result.ordering.leftOut.length).toBe(input.transactions.length);
    expect(result.sequences.map(({ name }) => name)).toEqual(
      objective === 'fees' ? ['fees', 'own'] : ['fees', objective, 'own'],
    );
    for (const { name, bound, planned, inOrder, makespan } of result.sequences) {
      expect(planned).toBeGreaterThanOrEqual(bound);
      expect(inOrder).toBeGreaterThanOrEqual(bound);
      expect(makespan).toBeGreaterThanOrEqual(bound);
      if (name !== 'parallel') expect(makespan).toBeLessThanOrEqual(inOrder);
      if (name === objective) expect(makespan).toBe(result.findings.plan.makespan);
    }
    expectPlan(result);
    expectReadable(result);
    await runAsPlanned(result, state);
  });

  test('by fees it is worth no less than the block as it was', async () => {
    const { input, state } = example('block.json');
    const { ordering, sequences } = await orderBlock(input, { state, objective: 'fees' });
    const [fees, own] = sequences;
    expect(own?.name).toBe('own');
    expect(fees?.value).toBeGreaterThanOrEqual(own?.value ?? 0n);
    expect(ordering.leftOut).toEqual([]);
  });

  test('the bundle holds signed transactions, and says what may fail', async () => {
    const { input, state } = example('block.json');
    const result = await orderBlock(input, { state });
    const [{ txs, blockNumber, revertingTxHashes }] = bundleRequest(result).params;
    expect(txs.every((tx) => typeof tx === 'string')).toBe(true);
    expect(BigInt(blockNumber)).toBe(input.block?.number);
    expect(revertingTxHashes).toEqual(result.ordering.transactions.map(({ hash }) => hash));
  });
});

describe('random pools', () => {
  const check = async (given: BlockInput, options: OrderBlockOptions): Promise<void> => {
    const result = await orderBlock(given, options);
    expectPlan(result);
    expectReadable(result);
    await runAsPlanned(result, options.state);
  };

  test(`calls (seed ${fuzz.seed})`, async () => {
    const lanes = fc.integer({ min: 1, max: 4 });
    await fc.assert(
      fc.asyncProperty(
        blocksOfCalls(4, 9),
        lanes,
        fc.constantFrom(...OBJECTIVES),
        (block, width, objective) =>
          check(block.input, { state: snapshotState(block.prestate), lanes: width, objective }),
      ),
      fuzz,
    );
  });

  test(`programs (seed ${fuzz.seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(blockDraft, fc.constantFrom(...OBJECTIVES), async (draft, objective) => {
        const { input, prestate } = await materialize(draft);
        await check(input, { state: snapshotState(prestate), lanes: 3, objective });
      }),
      fuzz,
    );
  });
});

/** The others are full to the last transaction's gas limit, and larger. */
const BLOCKS = isLong ? [12243999, 14029313, 15274915, 19929064] : [14029313, 19929064];

describeCorpus('real blocks as pools', () => {
  test.each(BLOCKS)('%d runs as planned', async (number) => {
    const { block, prestate, blockHashes } = readCorpusBlock(number);
    const state = snapshotState(prestate);
    const result = await orderBlock(readInput(block, { blockHashes }), {
      state,
      objective: 'parallel',
      lanes: 4,
    });
    expectPlan(result);
    expectReadable(result);
    await runAsPlanned(result, state);
  });
});
