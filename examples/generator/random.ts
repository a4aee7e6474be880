/** Seeded randomness: the same seed gives the same example on every machine. Not for secrets. */

export interface Random {
  /** A whole number from 0 up to, and without, `limit`. */
  readonly below: (limit: number) => number;
  /** An amount between the two, ends included, in steps of a millionth of their distance. */
  readonly amount: (least: bigint, most: bigint) => bigint;
  /** True with this probability. */
  readonly chance: (probability: number) => boolean;
  /** One of the items, which must not be none. */
  readonly pick: <T>(items: readonly T[]) => T;
  /** One of the values, each as often as its weight says. */
  readonly pickWeighted: <T>(choices: readonly (readonly [weight: number, value: T])[]) => T;
  /** All groups mixed into one list; the members of one group keep their order. */
  readonly interleave: <T>(groups: readonly (readonly T[])[]) => T[];
}

/** @param seed - A whole number; its low 32 bits count. */
export function createRandom(seed: number): Random {
  const next = mulberry32(seed);
  const below = (limit: number) => Math.floor(next() * limit);

  function pick<T>(items: readonly T[]): T {
    const item = items[below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  function pickWeighted<T>(choices: readonly (readonly [number, T])[]): T {
    let left = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of choices) {
      left -= weight;
      if (left < 0) return value;
    }
    throw new RangeError('nothing to pick from');
  }

  function interleave<T>(groups: readonly (readonly T[])[]): T[] {
    const placed: { readonly item: T; readonly place: number }[] = [];
    for (const group of groups) {
      const places = group.map(next).sort((a, b) => a - b);
      for (const [i, item] of group.entries()) placed.push({ item, place: places[i] ?? 0 });
    }
    // Sorting is stable, so two equal places of one group keep its order.
    return placed.sort((a, b) => a.place - b.place).map(({ item }) => item);
  }

  return {
    below,
    amount: (least, most) => least + ((most - least) * BigInt(below(1_000_001))) / 1_000_000n,
    chance: (probability) => next() < probability,
    pick,
    pickWeighted,
    interleave,
  };
}

/** Numbers in [0, 1); Tommy Ettinger's Mulberry32. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
