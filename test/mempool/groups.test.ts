/** Conflict groups that merge when an order comes and split when one goes. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AccessMode, AccessSet } from '../../src/analysis/access.ts';
import type { Address } from '../../src/input/block.ts';
import { ConflictIndex, type Location } from '../../src/mempool/conflict-index.ts';
import { type Grouped, Groups } from '../../src/mempool/groups.ts';
import { fuzzing } from '../effort.ts';

const options = fuzzing({ short: 300, long: 20_000 });

class One implements Grouped {
  readonly places = new Map<Location, AccessMode>();
  readonly senders: ReadonlySet<Address>;
  readonly accesses: AccessSet;

  constructor(sender: number, modes: Readonly<Record<number, AccessMode>>) {
    this.senders = new Set([addressOf(sender)]);
    const keys = Object.entries(modes).map(
      ([at, mode]) => [`${addressOf(Number(at))}:balance`, mode] as const,
    );
    this.accesses = { keys: new Map(keys), regions: [], origins: new Map() };
  }
}

function addressOf(number: number): Address {
  return `0x${number.toString(16).padStart(40, '0')}`;
}

function makeGroups() {
  const index = new ConflictIndex<One>();
  const groups = new Groups<One>(index);
  return {
    groups,
    add: (one: One) => {
      index.add(one, one.accesses);
      return groups.add(one);
    },
    remove: (one: One) => {
      const then = groups.remove(one);
      index.remove(one, one.accesses);
      return then();
    },
  };
}

test('one in between merges two groups, and splits them when it goes', () => {
  const { groups, add, remove } = makeGroups();
  const [a, b] = [new One(1, { 10: 'write' }), new One(2, { 11: 'write' })];
  const between = new One(3, { 10: 'read', 11: 'read' });
  expect([add(a), add(b)]).toEqual([null, null]);
  expect(groups.all.size).toBe(2);
  expect(add(between)?.kind).toBe('merged');
  expect(groups.of(a)).toBe(groups.of(b));
  expect(remove(between)?.kind).toBe('split');
  expect(groups.of(a)).not.toBe(groups.of(b));
});

test('reads commute, and so do credits; a sender holds its own together', () => {
  const { groups, add } = makeGroups();
  for (const sender of [1, 2, 3]) add(new One(sender, { 10: 'read', 11: 'delta' }));
  expect(groups.all.size).toBe(3);
  add(new One(3, {}));
  expect(groups.all.size).toBe(3);
});

const mode = fc.constantFrom<AccessMode[]>('read', 'write', 'delta');
const one = fc
  .tuple(fc.nat(12), fc.dictionary(fc.nat(9).map(String), mode, { maxKeys: 3 }))
  .map(([sender, modes]) => new One(sender, modes));

function commute(a: AccessMode, b: AccessMode): boolean {
  return a === b && a !== 'write';
}

/** Components by comparing all pairs. */
function componentsOf(ones: readonly One[]): Set<One>[] {
  const groupOf = new Map(ones.map((each) => [each, new Set([each])]));
  for (const a of ones) {
    for (const b of ones) {
      const isNear =
        [...a.senders].some((sender) => b.senders.has(sender)) ||
        [...a.accesses.keys].some(([key, mine]) => {
          const theirs = b.accesses.keys.get(key);
          return theirs !== undefined && !commute(mine, theirs);
        });
      if (!isNear) continue;
      const union = new Set([...(groupOf.get(a) ?? []), ...(groupOf.get(b) ?? [])]);
      for (const each of union) groupOf.set(each, union);
    }
  }
  return [...new Set(groupOf.values())];
}

test(`groups are the components of all conflicts (seed ${options.seed})`, () => {
  fc.assert(
    fc.property(
      fc.array(one, { minLength: 1, maxLength: 14 }),
      fc.array(fc.nat(1000), { maxLength: 40 }),
      (ones, moves) => {
        const { groups, add, remove } = makeGroups();
        const inside = new Set<One>();
        for (const at of moves) {
          const each = ones[at % ones.length] as One;
          const before = groups.all.size;
          const change = inside.has(each) ? remove(each) : add(each);
          if (!inside.delete(each)) inside.add(each);
          const expected = componentsOf(ones.filter((other) => inside.has(other)));
          const found = [...groups.all].map(({ members }) => members);
          expect(found.length).toBe(expected.length);
          for (const group of expected) expect(found).toContainEqual(group);
          if (change?.kind === 'merged') expect(groups.all.size).toBe(before - change.from.length);
          if (change?.kind === 'split') expect(groups.all.size).toBe(before + change.into.length);
        }
      },
    ),
    options,
  );
});
