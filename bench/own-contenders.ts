/** This executor, in the ways in which it is compared. */
import {
  analyzeBlock,
  applyDiff,
  type BlockInput,
  buildConflictGraph,
  type ConflictGraph,
  createExecutor,
  type EngineKind,
  type ExecuteOptions,
  type Executor,
  type Plan,
  planSchedule,
  readInput,
  snapshotState,
} from '../dist/index.js';
import type { BlockFiles } from './blocks.ts';
import type { Contender } from './contender.ts';
import { merkleState } from './merkle-state.ts';

/**
 * `given`: one thread, with analysis, graph and plan made beforehand, so that the time is that of execution
 * without any analysis; `one`: one thread; `many`: as many workers as asked for, where they are worth it;
 * `rooted`: the same as `many`, and then the state root, from a Merkle tree.
 */
export type Way = 'given' | 'one' | 'many' | 'rooted';

/** The state root takes the same in both forms. */
const WAYS: Readonly<Record<EngineKind, readonly Way[]>> = {
  tuned: ['given', 'one', 'many', 'rooted'],
  stock: ['given', 'one', 'many'],
};

/** The contender's name in the results. */
export function ownName(engine: EngineKind, way: Way): string {
  return `${engine} ${way}`;
}

export interface OwnContenders {
  readonly contenders: readonly Contender[];
  readonly close: () => Promise<void>;
}

/** Starts all of them; their threads and caches stay warm over all blocks. */
export async function startOwnContenders(
  workers: number,
  mode: NonNullable<ExecuteOptions['mode']>,
): Promise<OwnContenders> {
  const executors: Executor[] = [];
  const contenders: Contender[] = [];
  for (const engine of ['tuned', 'stock'] as const) {
    for (const way of WAYS[engine]) {
      const executor = await createExecutor({ workers: isParallel(way) ? workers : 1, engine });
      executors.push(executor);
      contenders.push(ownContender(ownName(engine, way), executor, way, mode));
    }
  }
  const close = async () => {
    for (const executor of executors) await executor.close();
  };
  return { contenders, close };
}

/** An executor in one of its ways. */
export function ownContender(
  name: string,
  executor: Executor,
  way: Way,
  mode: NonNullable<ExecuteOptions['mode']>,
): Contender {
  const prepare: Contender['prepare'] = async (files) => {
    const parts = way === 'given' ? deriveBlock(files, 1) : {};
    const state = snapshotState(files.prestate);
    const merkle = way === 'rooted' ? (await merkleState(files, 'helped')).state : null;
    return async () => {
      const start = performance.now();
      const input = await executor.readInput(files.block, { blockHashes: files.blockHashes });
      const read = performance.now();
      const options = { ...parts, state, mode: isParallel(way) ? mode : 'sequential' } as const;
      const { execution } = await executor.executeBlock(input, options);
      const executed = performance.now();
      if (merkle !== null) {
        await applyDiff(merkle, execution.stateDiff);
        await merkle.getStateRoot();
      }
      const end = performance.now();
      const { verified, escapes, timings, workers } = execution;
      if (verified.header !== true || escapes.length > 0) throw new Error(`${name}: a wrong result`);
      return {
        total: end - start,
        reading: read - start,
        analysis: timings.analysis,
        execution: timings.execute,
        ...(merkle === null ? {} : { stateRoot: end - executed }),
        workers,
      };
    };
  };
  return { name, prepare };
}

function isParallel(way: Way): boolean {
  return way === 'many' || way === 'rooted';
}

/** What comes before execution, as plain data. */
export interface Derived {
  readonly graph: ConflictGraph;
  readonly plan: Plan;
  readonly analysis: ReturnType<typeof analyzeBlock>;
}

export function deriveBlock(files: BlockFiles, workers: number): Derived {
  const analysis = analyzeBlock(readFiles(files), { state: snapshotState(files.prestate) });
  const graph = buildConflictGraph(analysis);
  return { analysis, graph, plan: planSchedule(graph, { workers }) };
}

export function readFiles({ block, blockHashes }: BlockFiles): BlockInput {
  return readInput(block, { blockHashes });
}
