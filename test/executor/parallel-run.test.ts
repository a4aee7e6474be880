/**
 * The parallel run with batches that end in drawn orders, on workers that may be lost: what is resolved, and what
 * comes of it, are the same in each, and the same as one after the other.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BlockPass } from '../../src/analysis/block.ts';
import { BlockLimits, BlockRun, finishInOrder, openBlock } from '../../src/executor/block-run.ts';
import { committedDiff } from '../../src/executor/current-state.ts';
import { Deferral } from '../../src/executor/deferral.ts';
import type { Batch } from '../../src/executor/dispatch/batch.ts';
import { BatchRunner } from '../../src/executor/dispatch/batch-runner.ts';
import { blockBroadcast } from '../../src/executor/dispatch/block-broadcast.ts';
import { CodeStore } from '../../src/executor/dispatch/code-store.ts';
import { Outbox } from '../../src/executor/dispatch/outbox.ts';
import { ParallelRun } from '../../src/executor/parallel-run.ts';
import type { End, RequestOptions } from '../../src/executor/pool.ts';
import type { BlockBroadcast, Request } from '../../src/executor/protocol.ts';
import { RunnerStore } from '../../src/executor/runner-store.ts';
import { buildConflictGraph } from '../../src/graph/build.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { fuzzing, say } from '../effort.ts';
import { blockDraft, materialize, type RandomBlock } from '../generators/block.ts';
import { blocksOfCalls } from '../generators/deferral.ts';

interface Waiting {
  readonly batch: Batch;
  readonly answer: (value: unknown) => void;
  readonly lose: () => void;
}

const CONTEXT = { advance: () => {}, isCancelled: () => false };

/** One of `LOSSES` draws loses a worker. */
const LOSSES = 16;

/** Workers on this thread; which one answers next, and which is lost, is drawn. */
class DrawnPool {
  readonly size: number;
  readonly #block: BlockBroadcast;
  readonly #draws: Iterator<number>;
  readonly #runners: BatchRunner[];
  readonly #waiting: Waiting[][];
  #isRunning = false;
  losses = 0;

  constructor(size: number, block: BlockBroadcast, draws: Iterator<number>) {
    this.size = size;
    this.#block = block;
    this.#draws = draws;
    this.#runners = Array.from({ length: size }, () => new BatchRunner('tuned'));
    this.#waiting = this.#runners.map(() => []);
  }

  async start(): Promise<this> {
    for (const runner of this.#runners) await runner.setBlock(this.#block);
    return this;
  }

  request<T>(request: Request, { place = 0, accept, retry }: RequestOptions<T>): Promise<End<T>> {
    if (request.kind !== 'batch' || retry !== 'never') throw new Error('not what a parallel run asks');
    return new Promise((resolve) => {
      this.#waiting[place]?.push({
        // As between threads: nothing is shared.
        batch: structuredClone(request.body),
        answer: (value) => resolve({ kind: 'answer', value: accept(structuredClone(value)) }),
        lose: () =>
          resolve({ kind: 'failure', failure: { code: 'worker-died', message: 'drawn', keys: [] } }),
      });
      if (!this.#isRunning) void this.#answerAll();
    });
  }

  async #answerAll(): Promise<void> {
    this.#isRunning = true;
    for (;;) {
      // Whatever follows from the last one has been given out by then.
      await new Promise((resolve) => setImmediate(resolve));
      const busy = [...this.#waiting.keys()].filter((place) => this.#waiting[place]?.length);
      if (busy.length === 0) break;
      const draw = this.#draws.next().value;
      const place = busy[draw % busy.length] ?? 0;
      if (draw % LOSSES === LOSSES - 1) await this.#lose(place);
      else await this.#answer(place);
    }
    this.#isRunning = false;
  }

  async #answer(place: number): Promise<void> {
    const next = this.#waiting[place]?.shift();
    if (next !== undefined) next.answer(await this.#runners[place]?.run(next.batch, CONTEXT));
  }

  async #lose(place: number): Promise<void> {
    this.losses++;
    const runner = new BatchRunner('tuned');
    await runner.setBlock(this.#block);
    this.#runners[place] = runner;
    for (const { lose } of this.#waiting[place]?.splice(0) ?? []) lose();
  }
}

/** The same numbers over and over. */
function* drawn(numbers: readonly number[]): Generator<number, never> {
  for (let at = 0; ; at++) yield numbers[at % numbers.length] ?? 0;
}

const runners = new RunnerStore('tuned');
const codes = new CodeStore();

interface Course {
  readonly size: number;
  readonly granularity: 'transaction' | 'component';
  readonly draws: readonly number[];
  /** How many of them are used once the graph is there. */
  readonly places: number;
  /** How many transactions are analysed between two looks at the answers. */
  readonly slice: number;
}

/** All that comes of a block; without a course, run one transaction after the other. */
async function outcomeOf({ input, prestate }: RandomBlock, skipInvalid: boolean, course: Course | null) {
  const state = snapshotState(prestate);
  const block = openBlock(input, state);
  const runner = await runners.runnerOf(input);
  runner.setBlock(input);
  const run = new BlockRun(block, runner);
  const pass = new BlockPass(input, { state, skipInvalid });
  let parallel: ParallelRun | null = null;
  const costOf = (gas: bigint): number => Number(gas) / 100_000;
  if (course !== null) {
    const { size, granularity } = course;
    const pool = await new DrawnPool(
      size,
      blockBroadcast(block, runner.precompiles),
      drawn(course.draws),
    ).start();
    const outbox = new Outbox(codes, size);
    parallel = new ParallelRun(run, pool, { block, outbox, granularity, skipInvalid, costOf });
    for (let one = pass.next(), derived = 1; one !== null; one = pass.next(), derived++) {
      parallel.offer(one);
      if (derived % course.slice !== 0) continue;
      parallel.advance();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const analysis = pass.finish();
  const deferral = new Deferral(analysis, buildConflictGraph(analysis), block.state);
  if (parallel !== null) expect(await parallel.finish(deferral, course?.places ?? 1)).toBe('finished');
  const limits = new BlockLimits(input, runner.blobLimits);
  expect(await finishInOrder(run, limits, deferral, { skipInvalid })).toEqual([]);
  return {
    results: run.results.map((result) =>
      result?.status === 'ran'
        ? [result.isSuccess, result.gasUsed, result.logs, [...result.observed.keys].sort()]
        : result,
    ),
    diff: committedDiff(run.current, block.state),
    accesses: deferral.analysis.transactions.map(({ accesses }) => [
      new Map([...accesses.keys].sort(([a], [b]) => (a < b ? -1 : 1))),
      accesses.regions,
    ]),
    waits: deferral.analysis.transactions.map(({ status, resolveAfter, heldBy }) => [
      status,
      resolveAfter,
      heldBy,
    ]),
    predecessors: deferral.graph.predecessors,
  };
}

const course: fc.Arbitrary<Course> = fc.integer({ min: 2, max: 8 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    places: fc.constantFrom(size, size, 1, 0),
    granularity: fc.constantFrom('transaction', 'transaction', 'component'),
    draws: fc.array(fc.nat(240), { minLength: 1, maxLength: 20 }),
    slice: fc.integer({ min: 1, max: 40 }),
  }),
);

test('the order in which tasks end makes no difference', async () => {
  const { seed, numRuns } = fuzzing({ short: 60, long: 20_000 });
  let deferred = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(blocksOfCalls(), blocksOfCalls(12, 30), blockDraft),
      fc.boolean(),
      fc.array(course, { minLength: 2, maxLength: 2 }),
      async (block, skipInvalid, courses) => {
        const random = 'input' in block ? block : await materialize(block);
        const expected = await outcomeOf(random, skipInvalid, null);
        for (const one of courses) expect(await outcomeOf(random, skipInvalid, one)).toEqual(expected);
        deferred += expected.waits.filter(([status]) => status === 'deferred').length;
      },
    ),
    { seed, numRuns },
  );
  say(`tasks in drawn orders: seed ${seed}, ${numRuns} blocks, ${deferred} deferred transactions`);
  expect(deferred).toBeGreaterThan(0);
}, 3_600_000);
