/**
 * When what ran where: for people who look at an execution, never for the execution itself. All threads read one
 * clock, which only goes forward.
 */

/** One run of a transaction, in microseconds since the execution of the block began. */
export interface TracedRun {
  readonly transaction: number;
  /** The worker's place, from 0; `null`: the main thread. */
  readonly worker: number | null;
  readonly start: number;
  readonly end: number;
}

/** What the main thread did for the block as a whole: derived its sets, or ended it. */
export interface TracedSpan {
  readonly name: 'derive' | 'close';
  readonly start: number;
  readonly end: number;
}

/** Measured times of one execution; different each time. */
export interface ExecutionTrace {
  /**
   * In order of start. A transaction has several where a worker could not bring it to an end, or was lost, and none
   * where it was left out without a run.
   */
  readonly runs: readonly TracedRun[];
  readonly spans: readonly TracedSpan[];
  /** When deferred transactions were resolved. */
  readonly resolved: readonly { readonly transaction: number; readonly at: number }[];
}

/** In microseconds. The same clock in all threads. */
export function clock(): number {
  return Number(process.hrtime.bigint()) / 1_000;
}

/** What a worker measured of a batch. */
export interface BatchTiming {
  /** The worker's place. */
  readonly worker: number;
  /** Start and end of each run on the common clock, one pair after the other. */
  readonly times: readonly number[];
}

/** A worker's answer may have anything there; `null` if it is no timing. */
export function receivedTiming(value: unknown): BatchTiming | null {
  const { worker, times } = (value ?? {}) as { readonly [K in keyof BatchTiming]?: unknown };
  if (typeof worker !== 'number' || !Number.isInteger(worker) || worker < 0) return null;
  if (!Array.isArray(times) || !times.every((time) => Number.isFinite(time))) return null;
  return { worker, times };
}

/** Collects what is measured of one execution. */
export class TraceRecorder {
  readonly #begin = clock();
  readonly #runs: TracedRun[] = [];
  readonly #spans: TracedSpan[] = [];
  readonly #resolved: { readonly transaction: number; readonly at: number }[] = [];

  /** A run on this thread. */
  async run<T>(transaction: number, run: () => Promise<T>): Promise<T> {
    const start = this.#now();
    try {
      return await run();
    } finally {
      this.#runs.push({ transaction, worker: null, start, end: this.#now() });
    }
  }

  /**
   * Runs of a worker.
   *
   * @param transactions - In the order in which it ran them; those behind the last timed one did not run.
   */
  addBatch(transactions: readonly number[], { worker, times }: BatchTiming): void {
    for (const [at, transaction] of transactions.entries()) {
      const [start, end] = [times[2 * at], times[2 * at + 1]];
      if (start === undefined || end === undefined) return;
      this.#runs.push({ transaction, worker, start: start - this.#begin, end: end - this.#begin });
    }
  }

  async span<T>(name: TracedSpan['name'], run: () => Promise<T>): Promise<T> {
    const start = this.#now();
    const result = await run();
    this.#spans.push({ name, start, end: this.#now() });
    return result;
  }

  resolved(transaction: number): void {
    this.#resolved.push({ transaction, at: this.#now() });
  }

  get trace(): ExecutionTrace {
    const runs = [...this.#runs].sort((a, b) => a.start - b.start || a.transaction - b.transaction);
    return { runs, spans: [...this.#spans], resolved: [...this.#resolved] };
  }

  #now(): number {
    return clock() - this.#begin;
  }
}
