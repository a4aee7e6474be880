/** What an executor has done so far, in numbers. */
import type { FaultKind } from './fault.ts';
import type { Execution } from './outcome.ts';

/** Since the executor was created. */
export interface Metrics {
  /** Blocks that were executed; those that were invalid or aborted do not count. */
  readonly blocks: number;
  /** Of these blocks: transactions that ran, and the gas that they used. */
  readonly transactions: number;
  readonly gasUsed: bigint;
  readonly escapes: number;
  /** Of these blocks, how many ran on the workers. */
  readonly parallelBlocks: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  /** Milliseconds, of these blocks. `execute` is not the sum of its threads' times. */
  readonly timings: Execution['timings'];
  readonly workers: {
    /** As many as were asked for. */
    readonly size: number;
    /** Threads that can take work now; 0 when there is one worker, which is the main thread. */
    readonly alive: number;
  };
  /** Entries that are kept from block to block; each has its bound. */
  readonly caches: {
    /** EVMs made ready, one for each chain and hardfork. */
    readonly engines: number;
    /** Byte codes, equal ones once. */
    readonly codes: number;
  };
}

/** Adds up what happens. */
export class Counters {
  #blocks = 0;
  #transactions = 0;
  #gasUsed = 0n;
  #escapes = 0;
  #parallelBlocks = 0;
  readonly #faults: Record<FaultKind, number> = {
    killed: 0,
    crashed: 0,
    'out-of-memory': 0,
    hung: 0,
    garbage: 0,
    'not-started': 0,
  };
  #timings: Execution['timings'] = NO_TIME;

  addBlock({ receipts, gasUsed, escapes, mode, timings }: Execution): void {
    this.#blocks++;
    this.#transactions += receipts.length;
    this.#gasUsed += gasUsed;
    this.#escapes += escapes.length;
    if (mode === 'parallel') this.#parallelBlocks++;
    this.#timings = sumOf(this.#timings, timings);
  }

  addFault(kind: FaultKind): void {
    this.#faults[kind]++;
  }

  /** @param now - What is not a sum. */
  metrics(now: Pick<Metrics, 'workers' | 'caches'>): Metrics {
    return {
      blocks: this.#blocks,
      transactions: this.#transactions,
      gasUsed: this.#gasUsed,
      escapes: this.#escapes,
      parallelBlocks: this.#parallelBlocks,
      faults: { ...this.#faults },
      timings: this.#timings,
      ...now,
    };
  }
}

const NO_TIME: Execution['timings'] = {
  analysis: 0,
  graph: 0,
  plan: 0,
  execute: 0,
  commit: 0,
  sequential: 0,
  total: 0,
};

function sumOf(a: Execution['timings'], b: Execution['timings']): Execution['timings'] {
  return {
    analysis: a.analysis + b.analysis,
    graph: a.graph + b.graph,
    plan: a.plan + b.plan,
    execute: a.execute + b.execute,
    commit: a.commit + b.commit,
    sequential: a.sequential + b.sequential,
    total: a.total + b.total,
  };
}
