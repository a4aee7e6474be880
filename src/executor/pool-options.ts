/** How a pool of worker threads is run, with its defaults. */
import { InputError } from '../errors.ts';
import { DEFAULT_ENGINE, type EngineKind } from './engine-kind.ts';

/** How worker threads are run. */
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

/**
 * The options with their defaults.
 *
 * @throws InputError for a number that makes no sense.
 */
export function poolOptions(options: PoolOptions): Required<PoolOptions> {
  const complete = {
    workers: options.workers,
    workerUrl: options.workerUrl ?? new URL('./worker.js', import.meta.url),
    engine: options.engine ?? DEFAULT_ENGINE,
    depth: options.depth ?? 2,
    memoryLimitMb: options.memoryLimitMb ?? 2048,
    startTimeoutMs: options.startTimeoutMs ?? 60_000,
    hangTimeoutMs: options.hangTimeoutMs ?? 60_000,
    maxFaults: options.maxFaults ?? 2 * options.workers,
  };
  const { workers, depth, memoryLimitMb, startTimeoutMs, hangTimeoutMs, maxFaults } = complete;
  for (const [path, count] of Object.entries({ workers, depth })) {
    if (!Number.isSafeInteger(count) || count < 1) throw wrong(path, 'an integer of at least 1', count);
  }
  for (const [path, amount] of Object.entries({ memoryLimitMb, startTimeoutMs, hangTimeoutMs })) {
    if (!(amount > 0)) throw wrong(path, 'a positive number', amount);
  }
  if (!(maxFaults >= 0)) throw wrong('maxFaults', 'a number from 0', maxFaults);
  return complete;
}

function wrong(path: string, expected: string, got: unknown): InputError {
  return new InputError({ source: 'createExecutor', path, expected, got: String(got) });
}
