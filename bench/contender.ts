/** Who is measured, and how: alternating, in one process, on the same block. */
import type { BlockFiles } from './blocks.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** One run of the whole job, from a block's JSON to its receipts root, in milliseconds. */
export interface Sample {
  readonly total: number;
  /** Parts of it, as far as they are known apart; they may overlap. */
  readonly analysis?: number;
  readonly execution?: number;
  readonly stateRoot?: number;
  /** Threads that transactions ran on. */
  readonly workers: number;
}

export interface Contender {
  readonly name: string;
  /**
   * Does what is not timed: the state before the block is there, threads are warm.
   *
   * @returns One timed run, or `null` if it cannot run this block.
   */
  readonly prepare: (files: BlockFiles) => Promise<(() => Promise<Sample>) | null>;
}

/** Repeated runs of one contender. */
export interface Times {
  readonly total: Spread;
  readonly analysis?: Spread;
  readonly execution?: Spread;
  readonly stateRoot?: Spread;
  /** As in the last run. */
  readonly workers: number;
}

/** By the contender's name. */
export type Results = Readonly<Record<string, Times>>;

/**
 * Runs all of them in turn, each round beginning with another one.
 *
 * @param rounds - After one that does not count.
 */
export async function alternate(
  contenders: readonly Contender[],
  files: BlockFiles,
  rounds: number,
): Promise<Results> {
  const samples = new Map<string, Sample[]>();
  for (let round = -1; round < rounds; round++) {
    for (let place = 0; place < contenders.length; place++) {
      const contender = contenders[(place + round + 1) % contenders.length];
      const run = await contender?.prepare(files);
      if (contender === undefined || run === undefined || run === null) continue;
      const sample = await run();
      if (round >= 0) samples.set(contender.name, [...(samples.get(contender.name) ?? []), sample]);
    }
  }
  return Object.fromEntries(
    contenders.flatMap(({ name }) => {
      const own = samples.get(name);
      return own === undefined ? [] : [[name, timesOf(own)]];
    }),
  );
}

function timesOf(samples: readonly Sample[]): Times {
  const part = (name: 'analysis' | 'execution' | 'stateRoot') => {
    const values = samples.flatMap((sample) => sample[name] ?? []);
    return values.length === 0 ? {} : { [name]: spreadOf(values) };
  };
  const total = spreadOf(samples.map((sample) => sample.total));
  const workers = samples.at(-1)?.workers ?? 1;
  return { total, ...part('analysis'), ...part('execution'), ...part('stateRoot'), workers };
}
