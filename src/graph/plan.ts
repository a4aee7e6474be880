/** The schedule: which worker runs which transaction when, in gas. Plain data. */

export type Granularity = 'transaction' | 'component';

export interface PlannedTask {
  readonly transaction: number;
  readonly worker: number;
  /** Estimated start and end, in gas since the start of the block. */
  readonly start: bigint;
  readonly end: bigint;
}

export interface Plan {
  readonly workers: number;
  readonly granularity: Granularity;
  /** One lane a worker, in order of start. */
  readonly lanes: readonly (readonly PlannedTask[])[];
  readonly makespan: bigint;
  /** Total gas divided by the makespan on so many workers; `bound` divides by the critical path. */
  readonly speedup: Readonly<Record<'2' | '4' | '8' | '16' | 'bound', number>>;
}
