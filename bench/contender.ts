/** Who is measured, and how: alternating, in one process, on the same block. */
import { createRandom } from '../examples/generator/random.ts';
import type { BlockFiles } from './blocks.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** One run of the whole job, from a block's JSON to its receipts root, in milliseconds. */
export interface Sample {
  readonly total: number;
  /** Parts of it, as far as they are known apart; they may overlap. */
  readonly reading?: number;
  readonly analysis?: number;
  readonly execution?: number;
  /** The changes put into a Merkle tree, and its root. */
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
  readonly reading?: Spread;
  readonly analysis?: Spread;
  readonly execution?: Spread;
  readonly stateRoot?: Spread;
  /** Of all threads together, whatever else the machine does. */
  readonly processor?: Spread;
  /** As in the last run. */
  readonly workers: number;
}

/** By the contender's name. */
export type Results = Readonly<Record<string, Times>>;

/**
 * Runs all of them in turn, in another order in each round: whoever comes next clears away the garbage.
 *
 * @param rounds - After one that does not count.
 */
export async function alternate(
  contenders: readonly Contender[],
  files: BlockFiles,
  rounds: number,
): Promise<Results> {
  const samples = new Map<string, Counted[]>();
  for (let round = -1; round < rounds; round++) {
    for (const contender of createRandom(round).interleave(contenders.map((one) => [one]))) {
      const run = await contender.prepare(files);
      if (run === null) continue;
      const before = process.cpuUsage();
      const sample = await run();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0)
        samples.set(contender.name, [
          ...(samples.get(contender.name) ?? []),
          { ...sample, processor: (user + system) / 1e3 },
        ]);
    }
  }
  return Object.fromEntries(
    contenders.flatMap(({ name }) => {
      const own = samples.get(name);
      return own === undefined ? [] : [[name, timesOf(own)]];
    }),
  );
}

type Counted = Sample & { readonly processor: number };

const PARTS = ['reading', 'analysis', 'execution', 'stateRoot', 'processor'] as const;

function timesOf(samples: readonly Counted[]): Times {
  const parts = PARTS.flatMap((name) => {
    const values = samples.flatMap((sample) => sample[name] ?? []);
    return values.length === 0 ? [] : [[name, spreadOf(values)] as const];
  });
  const total = spreadOf(samples.map((sample) => sample.total));
  return { total, ...Object.fromEntries(parts), workers: samples.at(-1)?.workers ?? 1 };
}
