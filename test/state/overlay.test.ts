import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Address } from '../../src/input/block.ts';
import {
  type AccountDiff,
  diffToJson,
  existsAfter,
  mergeDiffs,
  type StateDiff,
} from '../../src/state/diff.ts';
import { overlayState } from '../../src/state/overlay.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { StateSource } from '../../src/state/source.ts';

const A = `0x${'aa'.repeat(20)}` as const;
const B = `0x${'bb'.repeat(20)}` as const;
const SLOTS = [0n, 1n, 2n ** 256n - 1n];
const CODE = Uint8Array.of(0x60);

const base = snapshotState({
  [A]: { balance: '0x5', nonce: 1, code: '0x00', storage: { '0x0': '0x7', '0x1': '0x8' } },
});

function change(fields: Partial<AccountDiff>): AccountDiff {
  return { storage: new Map(), ...fields };
}

describe('overlayState', () => {
  test('what did not change shows through', () => {
    const state = overlayState(base, new Map([[A, change({ nonce: 2n, storage: new Map([[1n, 0n]]) })]]));
    expect(state.account(A)).toEqual({ balance: 5n, nonce: 2n, code: Uint8Array.of(0) });
    expect(SLOTS.map((slot) => state.storage(A, slot))).toEqual([7n, 0n, 0n]);
    expect(state.account(B)).toBeNull();
    expect(overlayState(base, new Map()).account(A)).toBe(base.account(A));
  });

  test('code is the same array each time', () => {
    const state = overlayState(base, new Map([[A, change({ code: CODE })]]));
    expect(state.account(A)?.code).toBe(CODE);
    const other = overlayState(base, new Map([[A, change({ nonce: 9n })]]));
    expect(other.account(A)?.code).toBe(base.account(A)?.code);
  });

  test('a destroyed account is gone, with its storage', () => {
    const state = overlayState(base, new Map([[A, change({ destroyed: true })]]));
    expect(state.account(A)).toBeNull();
    expect(SLOTS.map((slot) => state.storage(A, slot))).toEqual([0n, 0n, 0n]);
  });

  test('one destroyed and made anew has only what is new', () => {
    const again = change({ destroyed: true, balance: 3n, storage: new Map([[1n, 9n]]) });
    const state = overlayState(base, new Map([[A, again]]));
    expect(state.account(A)).toEqual({ balance: 3n, nonce: 0n, code: new Uint8Array(0) });
    expect(SLOTS.map((slot) => state.storage(A, slot))).toEqual([0n, 9n, 0n]);
  });

  test('what is not known stays so, unless everything of it was changed', () => {
    const unknown = snapshotState({}, { partial: true });
    const some = overlayState(unknown, new Map([[A, change({ balance: 1n, storage: new Map([[1n, 2n]]) })]]));
    expect([some.account(A), some.account(B)]).toEqual([undefined, undefined]);
    expect([some.storage(A, 1n), some.storage(A, 2n)]).toEqual([2n, undefined]);
    const all = overlayState(unknown, new Map([[A, change({ balance: 1n, nonce: 1n, code: CODE })]]));
    expect(all.account(A)).toEqual({ balance: 1n, nonce: 1n, code: CODE });
    const gone = overlayState(unknown, new Map([[A, change({ destroyed: true })]]));
    expect([gone.account(A), gone.storage(A, 1n)]).toEqual([null, 0n]);
  });

  test('loads through its base, if there is a way', async () => {
    const asked: string[] = [];
    class Remote implements StateSource {
      readonly log = asked;
      account() {
        return undefined;
      }
      storage() {
        return undefined;
      }
      async load(keys: readonly string[]) {
        this.log.push(...keys);
      }
    }
    await overlayState(new Remote(), new Map()).load?.([`${A}:balance`]);
    expect(asked).toEqual([`${A}:balance`]);
    expect(overlayState(base, new Map())).not.toHaveProperty('load');
  });
});

const accountDiff: fc.Arbitrary<AccountDiff> = fc.record(
  {
    balance: fc.bigInt({ min: 0n, max: 9n }),
    nonce: fc.bigInt({ min: 0n, max: 9n }),
    code: fc.uint8Array({ maxLength: 2 }),
    destroyed: fc.constant(true as const),
    storage: fc
      .array(fc.tuple(fc.constantFrom(...SLOTS), fc.bigInt({ min: 0n, max: 9n })))
      .map((slots) => new Map(slots)),
  },
  { requiredKeys: ['storage'] },
);
const stateDiff: fc.Arbitrary<StateDiff> = fc
  .array(fc.tuple(fc.constantFrom<Address>(A, B), accountDiff), { maxLength: 2 })
  .map((entries) => new Map(entries));

describe('mergeDiffs', () => {
  test('makes of several diffs one that shows what they show one over the other', () => {
    fc.assert(
      fc.property(fc.array(stateDiff, { maxLength: 5 }), (diffs) => {
        const stacked = diffs.reduce<StateSource>(overlayState, base);
        const merged = overlayState(base, mergeDiffs(diffs));
        for (const address of [A, B]) {
          expect(merged.account(address)).toEqual(stacked.account(address));
          for (const slot of SLOTS)
            expect(merged.storage(address, slot)).toBe(stacked.storage(address, slot));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('leaves the diffs alone', () => {
    fc.assert(
      fc.property(stateDiff, stateDiff, (first, second) => {
        const before = structuredClone([first, second]);
        mergeDiffs([first, second]);
        expect([first, second]).toEqual(before);
      }),
    );
  });
});

test('existsAfter: a destroyed account without anything new does not', () => {
  expect(existsAfter(change({}))).toBe(true);
  expect(existsAfter(change({ destroyed: true }))).toBe(false);
  expect(existsAfter(change({ destroyed: true, balance: 0n }))).toBe(true);
  expect(existsAfter(change({ destroyed: true, storage: new Map([[0n, 1n]]) }))).toBe(true);
});

test('diffToJson is in order, whatever the order of changes', () => {
  const diff: StateDiff = new Map([
    [B, change({ destroyed: true })],
    [
      A,
      change({
        balance: 10n,
        nonce: 0n,
        code: CODE,
        storage: new Map([
          [16n, 0n],
          [2n, 255n],
        ]),
      }),
    ],
  ]);
  const word = (text: string) => `0x${text.padStart(64, '0')}`;
  expect(JSON.stringify(diffToJson(diff))).toBe(
    JSON.stringify({
      [A]: {
        balance: '0xa',
        nonce: '0x0',
        code: '0x60',
        storage: { [word('2')]: word('ff'), [word('10')]: word('0') },
      },
      [B]: { destroyed: true },
    }),
  );
});
