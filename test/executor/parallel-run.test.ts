/**
 * The parallel run with tasks that end in drawn orders: what is resolved, and what comes of it, are the same in
 * each, and the same as one after the other.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { analyzeBlock } from '../../src/analysis/block.ts';
import { BlockLimits, BlockRun, finishInOrder, openBlock } from '../../src/executor/block-run.ts';
import { BlockRunner } from '../../src/executor/block-runner.ts';
import { committedDiff } from '../../src/executor/current-state.ts';
import { Deferral } from '../../src/executor/deferral.ts';
import { workerState } from '../../src/executor/execution-state.ts';
import { ParallelRun } from '../../src/executor/parallel-run.ts';
import type { End, RequestOptions } from '../../src/executor/pool.ts';
import type { Request } from '../../src/executor/protocol.ts';
import { buildConflictGraph } from '../../src/graph/build.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { fuzzing, say } from '../effort.ts';
import { blockDraft, materialize, type RandomBlock } from '../generators/block.ts';
import { blocksOfCalls } from '../generators/deferral.ts';

/** Runs tasks one after the other; which one is next is drawn. */
class DrawnPool {
  readonly size: number;
  readonly #runner: BlockRunner;
  readonly #draws: Iterator<number>;
  readonly #waiting: { readonly request: Request; readonly answer: (value: unknown) => void }[] = [];
  #isRunning = false;

  constructor(size: number, runner: BlockRunner, draws: Iterator<number>) {
    this.size = size;
    this.#runner = runner;
    this.#draws = draws;
  }

  request<T>(request: Request, { accept }: RequestOptions<T>): Promise<End<T>> {
    return new Promise((resolve) => {
      const answer = (value: unknown) => resolve({ kind: 'answer', value: accept(value) });
      this.#waiting.push({ request, answer });
      if (!this.#isRunning) void this.#runAll();
    });
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      // Whatever follows from the last one has been given out by then.
      await new Promise((resolve) => setImmediate(resolve));
      const [next] = this.#waiting.splice(this.#draws.next().value % this.#waiting.length, 1);
      if (next === undefined) continue;
      if (next.request.kind !== 'task') throw new Error(`nobody asks for ${next.request.kind} here`);
      next.answer(await this.#runner.run(next.request.body));
    }
    this.#isRunning = false;
  }
}

/** The same numbers over and over. */
function* drawn(numbers: readonly number[]): Generator<number, never> {
  for (let at = 0; ; at++) yield numbers[at % numbers.length] ?? 0;
}

const runner = new BlockRunner('tuned');

interface Course {
  readonly size: number;
  readonly granularity: 'transaction' | 'component';
  readonly draws: readonly number[];
}

/** All that comes of a block; without a course, run one transaction after the other. */
async function outcomeOf({ input, prestate }: RandomBlock, skipInvalid: boolean, course: Course | null) {
  const source = snapshotState(prestate);
  const analysis = analyzeBlock(input, { state: source, skipInvalid });
  const block = openBlock(input, source);
  await runner.setBlock({ input, state: workerState(source, block.systemCalls, analysis) });
  const transactionRunner = await runner.runnerOf(input);
  const run = new BlockRun(block, transactionRunner);
  const deferral = new Deferral(analysis, buildConflictGraph(analysis), block.state);
  if (course !== null) {
    const pool = new DrawnPool(course.size, runner, drawn(course.draws));
    const { granularity } = course;
    expect(await new ParallelRun(run, pool, { block, deferral, granularity }).execute()).toBe('finished');
  }
  const limits = new BlockLimits(input, transactionRunner.blobLimits);
  expect(await finishInOrder(run, limits, deferral, { skipInvalid })).toEqual([]);
  return {
    results: run.results.map((result) =>
      result?.status === 'ran' ? [result.isSuccess, result.gasUsed, result.logs] : result,
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

const course: fc.Arbitrary<Course> = fc.record({
  size: fc.integer({ min: 2, max: 8 }),
  granularity: fc.constantFrom('transaction', 'transaction', 'component'),
  draws: fc.array(fc.nat(60), { minLength: 1, maxLength: 20 }),
});

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
