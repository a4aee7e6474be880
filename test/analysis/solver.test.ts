/** Programs made to be hard: many paths, endless loops, deep calls, large memory. The answer is sound and comes soon. */
import { describe, expect, test } from '@jest/globals';
import { isOpen } from '../../src/analysis/block.ts';
import { regionMayContainKey } from '../../src/analysis/overlap.ts';
import type { TransactionAnalysis } from '../../src/analysis/result.ts';
import { DEFAULT_LIMITS } from '../../src/analysis/transaction.ts';
import { type StateKey, storageKey } from '../../src/state/key.ts';
import { type Code, label, OP, placeOf, push } from '../generators/assembler.ts';
import { branch, repeat, slot, store, whileTrue } from '../generators/snippets.ts';
import { analyzed, contract, missesIn, mutated, OTHER, type Scene, TARGET, transaction } from './scene.ts';

const MAX = (1n << 256n) - 1n;

function sceneOf(
  code: Code | Uint8Array,
  options: { readonly hardfork?: string; readonly gasLimit?: bigint; readonly other?: Code } = {},
): Scene {
  const { hardfork = 'cancun', gasLimit = 30_000_000n, other = [] } = options;
  return {
    hardfork,
    prestate: { [TARGET]: contract(code, { 0: 3n, 1: 3n }), [OTHER]: contract(other) },
    transactions: [transaction({ gasLimit })],
  };
}

/** Every slot of the target is unstable. */
const isUnstable = (key: StateKey): boolean => key.startsWith(TARGET) && key.length > 60;
const reasonsOf = ({ reasons }: TransactionAnalysis): string[] => reasons.map(({ code }) => code);
const unstable = (scene: Scene): TransactionAnalysis => analyzed(scene, { isUnstable });

function covers({ accesses }: TransactionAnalysis, key: StateKey): boolean {
  return accesses.keys.has(key) || accesses.regions.some((region) => regionMayContainKey(region, key));
}

describe('branches', () => {
  test('diamonds merge: work grows with their number, not with that of the paths', () => {
    const diamonds = (count: number): Code =>
      repeat(count, (i) => branch(slot(BigInt(i)), store(100n + BigInt(i)), store(200n + BigInt(i))));
    const steps = (count: number): number => {
      for (let limit = 64; ; limit *= 2) {
        const derived = analyzed(sceneOf(diamonds(count)), {
          isUnstable,
          limits: { ...DEFAULT_LIMITS, steps: limit },
        });
        if (derived.status === 'bounded') return limit;
      }
    };
    expect(steps(80)).toBeLessThanOrEqual(4 * steps(20));
    const derived = unstable(sceneOf(diamonds(20)));
    expect(derived.status).toBe('bounded');
    for (let i = 0n; i < 20n; i++) {
      expect(derived.accesses.keys.get(storageKey(TARGET, 100n + i))).toBe('write');
      expect(derived.accesses.keys.get(storageKey(TARGET, 200n + i))).toBe('write');
    }
  });

  test('sides that touch the same are exact', () => {
    const derived = unstable(sceneOf(branch(slot(0n), store(5n, push(1n)), store(5n, push(2n)))));
    expect(derived.status).toBe('exact');
  });

  test('more branches than allowed: anything, with the limit as the reason', () => {
    const code = repeat(400, (i) => branch(slot(BigInt(i)), store(1_000n), []));
    const derived = analyzed(sceneOf(code), { isUnstable, limits: { ...DEFAULT_LIMITS, forks: 300 } });
    expect(reasonsOf(derived)).toContain('fork-limit');
    expect(isOpen(derived)).toBe(true);
  });

  test('sides that never meet again', async () => {
    // Each branch leaves one word more on one side: heights differ on all 2^n paths.
    const code = repeat(40, (i) => branch(slot(BigInt(i)), push(1n), []));
    const scene = sceneOf([...code, ...store(50n)]);
    const derived = unstable(scene);
    expect(covers(derived, storageKey(TARGET, 50n))).toBe(true);
    const all = new Map(Array.from({ length: 40 }, (_, i) => [storageKey(TARGET, BigInt(i)), BigInt(i % 2)]));
    expect(await missesIn(mutated(scene, all), derived)).toEqual([]);
  });
});

describe('loops', () => {
  test('an exit that is not known', async () => {
    // for (i = 0; i < length; i++) a[i] = 1
    const code: Code = [
      ...push(0n),
      ...whileTrue(
        [...slot(0n), 0x81, OP.lt],
        [...push(1n), 0x81, ...push(10n), OP.add, OP.sstore, ...push(1n), OP.add],
      ),
    ];
    const scene = sceneOf(code);
    const derived = unstable(scene);
    expect(derived.status).toBe('bounded');
    for (const length of [0n, 1n, 5n, 900n, MAX]) {
      expect(await missesIn(mutated(scene, new Map([[storageKey(TARGET, 0n), length]])), derived)).toEqual(
        [],
      );
    }
  });

  test('a linked list that may be rewritten', async () => {
    // at = slot[at] until 0, from slot 0.
    const [start, end] = [label(), label()];
    const code: Code = [
      ...push(0n),
      start,
      OP.sload,
      OP.dup1,
      OP.isZero,
      placeOf(end),
      OP.jumpIf,
      placeOf(start),
      OP.jump,
      end,
    ];
    const scene = sceneOf(code);
    const derived = unstable(scene);
    expect(derived.status).not.toBe('exact');
    const chain = new Map(
      [
        [0n, 7n],
        [7n, MAX],
        [MAX, 1n << 200n],
      ].map(([at, to]) => [storageKey(TARGET, at as bigint), to as bigint]),
    );
    expect(await missesIn(mutated(scene, chain), derived)).toEqual([]);
  });

  test.each(['homestead', 'cancun'])('none at all, %s: ends by gas or by steps', (hardfork) => {
    const start = label();
    const derived = unstable(sceneOf([start, placeOf(start), OP.jump], { hardfork, gasLimit: 1n << 49n }));
    expect(reasonsOf(derived)).toEqual(['step-limit']);
    expect(isOpen(derived)).toBe(true);
    const short = unstable(sceneOf([start, placeOf(start), OP.jump], { hardfork, gasLimit: 100_000n }));
    expect(short.status).toBe('exact');
  });
});

describe('code', () => {
  test('24 KB of JUMPDEST', () => {
    const derived = unstable(sceneOf(new Uint8Array(24_576).fill(OP.jumpDest)));
    expect(derived.status).toBe('exact');
    expect(derived.gasEstimate).toBe(21_000n + 24_576n);
  });

  test('a jump to where nobody knows', () => {
    const derived = unstable(sceneOf([...slot(0n), OP.jump, ...repeat(1_000, () => [OP.jumpDest])]));
    expect(reasonsOf(derived)).toContain('unknown-jump-target');
    expect(isOpen(derived)).toBe(true);
  });

  test('a jump table of 3,000 entries behind a branch each', () => {
    const targets = Array.from({ length: 3_000 }, label);
    const code: Code = targets.flatMap((target) => [
      ...slot(0n),
      placeOf(target),
      OP.jumpIf,
      OP.stop,
      target,
    ]);
    const derived = analyzed(sceneOf(code), { isUnstable });
    expect(['bounded', 'deferred', 'unbounded']).toContain(derived.status);
  });
});

describe('memory', () => {
  test('grows only as far as gas pays', () => {
    const derived = unstable(sceneOf([...push(1n << 31n), OP.mload], { gasLimit: 1_000_000n }));
    expect(derived.gasEstimate).toBe(1_000_000n);
  });

  test('larger than allowed', () => {
    const derived = unstable(sceneOf([...push(1n << 24n), OP.mload], { gasLimit: 1n << 49n }));
    expect(reasonsOf(derived)).toEqual(['memory-limit']);
    expect(isOpen(derived)).toBe(true);
  });

  test('large, and copied by every branch', () => {
    const code: Code = [
      ...push(1n),
      ...push(4_000_000n),
      OP.mstore,
      ...repeat(100, (i) =>
        branch(slot(BigInt(i)), [...push(1n), ...push(BigInt(i) * 40_000n), OP.mstore], []),
      ),
      ...store(500n),
    ];
    const derived = unstable(sceneOf(code, { gasLimit: 1n << 40n }));
    expect(covers(derived, storageKey(TARGET, 500n))).toBe(true);
  });
});

describe('hashes', () => {
  test('of hashes of hashes, each in two places', () => {
    // h = keccak256(h . h), 200 times: the preimage written out has 2^200 words.
    const code: Code = [
      ...slot(0n),
      ...repeat(200, () => [
        OP.dup1,
        ...push(0n),
        OP.mstore,
        ...push(32n),
        OP.mstore,
        ...push(64n),
        ...push(0n),
        OP.keccak256,
      ]),
      OP.sload,
    ];
    const derived = unstable(sceneOf(code));
    expect(derived.accesses.regions.length).toBe(1);
    expect(
      JSON.stringify(derived.accesses.regions, (_, value) =>
        typeof value === 'bigint' ? String(value) : value,
      ).length,
    ).toBeLessThan(100_000);
    const known = analyzed(sceneOf(code));
    expect(known.status).toBe('exact');
    expect(
      JSON.stringify([...known.accesses.origins], (_, value) =>
        typeof value === 'bigint' ? String(value) : value,
      ).length,
    ).toBeLessThan(100_000);
  });

  test('many, with a look-up behind each', () => {
    // for (;;) sload(keccak256(i++))
    const code: Code = [
      ...push(0n),
      ...whileTrue(push(1n), [
        ...push(1n),
        OP.add,
        OP.dup1,
        ...push(0n),
        OP.mstore,
        ...push(32n),
        ...push(0n),
        OP.keccak256,
        OP.pop,
        ...push(MAX),
        OP.sload,
        OP.pop,
      ]),
    ];
    const derived = unstable(sceneOf(code, { gasLimit: 30_000_000n }));
    expect(covers(derived, storageKey(TARGET, MAX))).toBe(true);
  });

  test('many writes to slots that are not known', async () => {
    const code: Code = [
      ...slot(0n),
      ...push(32n),
      OP.mstore,
      ...push(0n),
      ...whileTrue(push(1n), [
        ...push(1n),
        OP.add,
        OP.dup1,
        ...push(0n),
        OP.mstore,
        ...push(1n),
        ...push(64n),
        ...push(0n),
        OP.keccak256,
        OP.sstore,
      ]),
    ];
    const derived = unstable(sceneOf(code, { gasLimit: 30_000_000n }));
    expect(derived.accesses.regions.length).toBeLessThan(2_000);
    expect(await missesIn(sceneOf(code, { gasLimit: 200_000n }), derived)).toEqual([]);
  });
});

describe('calls', () => {
  const recurse = (hardfork: string): Code => [
    ...push(0n),
    ...push(0n),
    ...push(0n),
    ...push(0n),
    ...push(0n),
    OP.address,
    ...(hardfork === 'homestead' ? [...push(500n), OP.gas, OP.sub] : [OP.gas]),
    OP.call,
    OP.pop,
  ];

  test.each(['homestead', 'byzantium', 'cancun'])('as deep as they go, %s', async (hardfork) => {
    const scene = sceneOf([...recurse(hardfork), ...store(9n, [OP.number])], { hardfork });
    const derived = analyzed(scene);
    expect(['exact', 'bounded', 'unbounded']).toContain(derived.status);
    expect(await missesIn(scene, derived)).toEqual([]);
  });

  test('the answer does not depend on how much of the stack is in use', () => {
    const scene = sceneOf([...recurse('homestead'), ...store(9n, [OP.number])], { hardfork: 'homestead' });
    const shallow = analyzed(scene);
    const deep = (levels: number): TransactionAnalysis =>
      levels === 0 ? analyzed(scene) : ([deep(levels - 1)][0] as TransactionAnalysis);
    const other = deep(1_500);
    expect(other.status).toBe(shallow.status);
    expect(reasonsOf(other)).toEqual(reasonsOf(shallow));
  });

  test('a tree of them', () => {
    const tree: Code = repeat(8, () => recurse('cancun'));
    const derived = unstable(sceneOf(tree));
    expect(['exact', 'bounded', 'unbounded']).toContain(derived.status);
  });
});
