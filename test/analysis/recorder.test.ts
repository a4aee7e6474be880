import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Region } from '../../src/analysis/access.ts';
import { AccessBits } from '../../src/analysis/access-bits.ts';
import { CellTable } from '../../src/analysis/cells.ts';
import { regionMayContainSlot } from '../../src/analysis/overlap.ts';
import { Recorder } from '../../src/analysis/recorder.ts';
import { accountKey } from '../../src/state/key.ts';
import { fuzzing } from '../effort.ts';
import { OTHER, TARGET } from './scene.ts';

describe('access bits', () => {
  test('are sets, and forks do not share', () => {
    const indices = fc.array(fc.nat(2_000), { maxLength: 30 });
    fc.assert(
      fc.property(indices, indices, indices, (before, left, right) => {
        const a = new AccessBits();
        for (const index of before) a.add(index);
        const b = a.fork();
        for (const index of left) a.add(index);
        for (const index of right) b.add(index);
        const [inA, inB] = [new Set([...before, ...left]), new Set([...before, ...right])];
        const both = AccessBits.intersection(a, b);
        for (const index of [...before, ...left, ...right, 5, 1_999, 5_000]) {
          expect([a.has(index), b.has(index)]).toEqual([inA.has(index), inB.has(index)]);
          expect(both.has(index)).toBe(inA.has(index) && inB.has(index));
        }
        const isSame = inA.size === inB.size && [...inA].every((index) => inB.has(index));
        expect(a.equals(b)).toBe(isSame);
      }),
      fuzzing({ short: 200, long: 5_000 }),
    );
  });
});

function recording() {
  const cells = new CellTable();
  return {
    cells,
    recorder: new Recorder(cells, { address: TARGET, selector: null, pc: 0 }),
    bits: new AccessBits(),
  };
}

const everything = (field: 'balance' | 'any', mode: Region['mode']): Region => ({
  shape: 'everything',
  address: null,
  field,
  mode,
});

describe('modes', () => {
  test('read and credited is written', () => {
    const { cells, recorder, bits } = recording();
    const [read, credited, both] = [TARGET, OTHER, `0x${'9'.repeat(40)}` as const].map((address) =>
      cells.account(address, 'balance'),
    ) as [number, number, number];
    recorder.access(bits, read, 'read');
    recorder.access(bits, credited, 'delta');
    recorder.access(bits, both, 'delta');
    recorder.access(bits, both, 'read');
    expect([...recorder.modes().values()]).toEqual(['read', 'delta', 'write']);
    expect(recorder.writtenCells()).toEqual([]);
  });

  test.each(['read', 'delta'] as const)('so it is where the %s is one of every account', (mode) => {
    const { cells, recorder, bits } = recording();
    const balance = cells.account(TARGET, 'balance');
    const nonce = cells.account(TARGET, 'nonce');
    recorder.access(bits, balance, mode === 'read' ? 'delta' : 'read');
    recorder.access(bits, nonce, 'delta');
    recorder.region(everything('balance', mode), []);
    expect(recorder.accesses().keys).toEqual(
      new Map([
        [accountKey(TARGET, 'balance'), 'write'],
        [accountKey(TARGET, 'nonce'), 'delta'],
      ]),
    );
  });
});

describe('regions', () => {
  const element = (base: bigint, mode: Region['mode']): Region => ({
    shape: 'mapping',
    address: TARGET,
    field: 'storage',
    mode,
    preimage: { byteLength: 64, words: [{ kind: 'unknown' }, { kind: 'constant', value: base }] },
    first: 0n,
    last: 0n,
  });

  test('equal ones are one', () => {
    const { recorder } = recording();
    recorder.region(element(1n, 'read'), []);
    recorder.region(element(1n, 'read'), []);
    recorder.region(element(1n, 'write'), []);
    expect(recorder.regions.length).toBe(2);
    expect(recorder.hasOpenRegion).toBe(true);
  });

  test('very many become all storage of the account', () => {
    const { recorder } = recording();
    for (let base = 0n; base < 5_000n; base++)
      recorder.region(element(base, base % 2n === 0n ? 'read' : 'write'), []);
    expect(recorder.regions.length).toBeLessThan(200);
    for (const mode of ['read', 'write']) {
      const covers = recorder.regions.some(
        (region) =>
          region.mode === mode && regionMayContainSlot(region, 1n << 255n) && region.shape === 'account',
      );
      expect(covers).toBe(true);
    }
  });

  test('those of the transaction itself leave it exact', () => {
    const { recorder } = recording();
    recorder.ownRegion({ shape: 'account', address: TARGET, field: 'storage', mode: 'write' });
    expect([recorder.regions.length, recorder.hasOpenRegion]).toEqual([1, false]);
  });
});

test('what is not stable is no assumption', () => {
  const { cells, recorder } = recording();
  const [stable, unstable, missing] = [1n, 2n, 3n].map((slot) => cells.storage(TARGET, slot)) as [
    number,
    number,
    number,
  ];
  recorder.unstable.add(unstable);
  recorder.missing.add(missing);
  recorder.assume([stable, unstable, missing]);
  expect([...recorder.assumptions()]).toEqual([cells.key(stable)]);
});
