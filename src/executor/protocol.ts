/** The messages between the main thread and its workers; both sides import this file and nothing else of each other. */
import type { BlockInput } from '../input/block.ts';
import type { StateKey } from '../state/key.ts';
import type { SnapshotData } from '../state/snapshot.ts';
import type { EngineKind } from './engine-kind.ts';
import type { StatePatch } from './state-patch.ts';
import type { RunResult } from './transaction-runner.ts';

/** What a worker is started with. */
export interface WorkerData {
  readonly engine: EngineKind;
}

/** What all transactions of a block have in common, serialised once with `node:v8` into shared memory. */
export interface BlockData {
  readonly input: BlockInput;
  readonly state: SnapshotData;
}

/** One transaction to be run. */
export interface Task {
  readonly transaction: number;
  readonly patch: StatePatch;
  readonly recordOrigins: boolean;
}

export type ToWorker =
  | { readonly kind: 'block'; readonly data: SharedArrayBuffer }
  | { readonly kind: 'task'; readonly id: number; readonly task: Task };

/** Why a task has no result: a property of the task, not of the worker, so another worker would not help. */
export interface TaskFailure {
  readonly code: string;
  readonly message: string;
  /** `missing-state` only. */
  readonly keys: readonly StateKey[];
}

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly id: number; readonly result: RunResult }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: TaskFailure };
