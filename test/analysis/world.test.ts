/** Worlds against the naive model: a map of words for each, and joins slot by slot. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Cell } from '../../src/analysis/cells.ts';
import { knownCode } from '../../src/analysis/code.ts';
import { knownValue, leqWords, unknownWord, type Word } from '../../src/analysis/word.ts';
import { type Baseline, World } from '../../src/analysis/world.ts';
import { fuzzing } from '../effort.ts';
import { OTHER, TARGET } from './scene.ts';

const CELLS = 40;
const valueBefore = (cell: Cell): Word => BigInt(cell) * 1_000n;

const CODE_BEFORE = knownCode(Uint8Array.of(1));

const baseline: Baseline = {
  storage: (_world, cell) => valueBefore(cell),
  transient: () => 0n,
  balance: () => 50n,
  nonce: () => 3n,
  codes: () => [CODE_BEFORE],
};

const writes = fc.array(fc.tuple(fc.nat(CELLS), fc.bigInt(0n, 3n)), { maxLength: 12 });

type Writes = readonly (readonly [Cell, bigint])[];

function write(world: World, map: Map<Cell, Word>, all: Writes): void {
  for (const [cell, value] of all) {
    world.storage.set(cell, value);
    map.set(cell, value);
  }
}

const options = fuzzing({ short: 300, long: 10_000 });

describe('forks', () => {
  test(`keep what was, and go their own ways (seed ${options.seed})`, () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), writes), { maxLength: 30 }), (steps) => {
        let world = new World();
        let map = new Map<Cell, Word>();
        const left: [World, Map<Cell, Word>][] = [];
        for (const [forks, all] of steps) {
          if (forks) {
            left.push([world, map]);
            world = world.fork();
            map = new Map(map);
          }
          write(world, map, all);
        }
        for (const [one, model] of [...left, [world, map] as const]) {
          expect(new Map(one.storage.entries())).toEqual(model);
          for (let cell = 0; cell <= CELLS; cell++) {
            expect([one.storage.get(cell), one.storage.has(cell)]).toEqual([
              model.get(cell),
              model.has(cell),
            ]);
          }
        }
      }),
      options,
    );
  });
});

describe('join', () => {
  test(`holds what either side holds (seed ${options.seed})`, () => {
    fc.assert(
      fc.property(writes, writes, writes, fc.boolean(), (common, left, right, isReversed) => {
        const [start, startMap] = [new World(), new Map<Cell, Word>()];
        write(start, startMap, common);
        const [a, mapA] = [start.fork(), new Map(startMap)];
        const [b, mapB] = [start.fork(), new Map(startMap)];
        write(a, mapA, left);
        write(b, mapB, right);
        const joined = isReversed ? World.join(b, a, [7], baseline) : World.join(a, b, [7], baseline);
        for (let cell = 0; cell <= CELLS; cell++) {
          const word = joined.storage.get(cell) ?? valueBefore(cell);
          const [x, y] = [mapA.get(cell) ?? valueBefore(cell), mapB.get(cell) ?? valueBefore(cell)];
          expect(leqWords(x, word) && leqWords(y, word)).toBe(true);
          if (x === y) expect(knownValue(word)).toBe(x);
          else expect(word).toMatchObject({ cells: [7] });
        }
      }),
      options,
    );
  });

  test('of what one side did only', () => {
    const [a, b] = [new World(), new World()];
    a.balances.set(TARGET, { base: null, credit: 5n, touched: 'certain' });
    a.nonces.set(TARGET, 4n);
    a.codes.set(TARGET, null);
    const code = knownCode(Uint8Array.of(2));
    a.codes.set(OTHER, [code]);
    a.created.set(TARGET, 'certain');
    a.destroyed.set(OTHER, 'certain');
    a.warmAccounts.set(OTHER, 'certain');
    a.transient.set(3, 1n);
    a.weakWrites = [
      { region: { shape: 'account', address: TARGET, field: 'storage', mode: 'write' }, cells: [2] },
    ];
    a.unknownCredits = [9];
    for (const joined of [World.join(a, b, [1], baseline), World.join(b, a, [1], baseline)]) {
      expect(joined.balances.get(TARGET)).toMatchObject({ base: null, touched: 'possible' });
      expect(leqWords(5n, joined.balances.get(TARGET)?.credit ?? 0n)).toBe(true);
      expect(leqWords(0n, joined.balances.get(TARGET)?.credit ?? 5n)).toBe(true);
      for (const nonce of [3n, 4n]) expect(leqWords(nonce, joined.nonces.get(TARGET) ?? 0n)).toBe(true);
      expect(joined.codes.get(TARGET)).toBe(null);
      expect(new Set(joined.codes.get(OTHER))).toEqual(new Set([CODE_BEFORE, code]));
      expect(joined.created.get(TARGET)).toBe('possible');
      expect(joined.destroyed.get(OTHER)).toBe('possible');
      expect(joined.warmAccounts.get(OTHER)).toBe('possible');
      for (const value of [0n, 1n]) expect(leqWords(value, joined.transient.get(3) ?? 7n)).toBe(true);
      expect(joined.weakWrites).toEqual(a.weakWrites);
      expect(joined.unknownCredits).toEqual([9]);
    }
  });

  test('of what both did', () => {
    const [a, b] = [new World(), new World()];
    a.created.set(TARGET, 'certain');
    b.created.set(TARGET, 'certain');
    a.balances.set(TARGET, { base: 7n, credit: 1n, touched: 'certain' });
    b.balances.set(TARGET, { base: null, credit: unknownWord([4]), touched: 'certain' });
    const joined = World.join(a, b, [], baseline);
    expect(joined.created.get(TARGET)).toBe('certain');
    expect(joined.balances.get(TARGET)?.touched).toBe('certain');
    for (const base of [7n, 50n]) expect(leqWords(base, joined.balances.get(TARGET)?.base ?? 0n)).toBe(true);
  });
});
