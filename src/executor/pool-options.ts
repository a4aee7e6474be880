/** How a pool of worker threads is run, with its defaults. */
import { DEFAULT_ENGINE, type EngineKind } from './engine-kind.ts';

export interface PoolOptions {
  readonly workers: number;
  /** Entry of the threads. Default: the built `worker.js` beside this file. */
  readonly workerUrl?: URL;
  /** Default: `DEFAULT_ENGINE`. */
  readonly engine?: EngineKind;
  /** How many requests a worker has at a time. Default: 2, so that the next one is there when one is answered. */
  readonly depth?: number;
  /** Heap of each worker in megabytes; one that needs more is lost. Default: 2048. */
  readonly memoryLimitMb?: number;
  /** How long a worker may take to start. Default: a minute. */
  readonly startTimeoutMs?: number;
  /** How long a worker may take for one transaction before it counts as hung. Default: a minute. */
  readonly hangTimeoutMs?: number;
  /** After so many faults in one block, the rest of it runs without workers. Default: two for each worker. */
  readonly maxFaults?: number;
}

/** The options with their defaults. */
export function poolOptions(options: PoolOptions): Required<PoolOptions> {
  return {
    workers: options.workers,
    workerUrl: options.workerUrl ?? new URL('./worker.js', import.meta.url),
    engine: options.engine ?? DEFAULT_ENGINE,
    depth: options.depth ?? 2,
    memoryLimitMb: options.memoryLimitMb ?? 2048,
    startTimeoutMs: options.startTimeoutMs ?? 60_000,
    hangTimeoutMs: options.hangTimeoutMs ?? 60_000,
    maxFaults: options.maxFaults ?? 2 * options.workers,
  };
}
