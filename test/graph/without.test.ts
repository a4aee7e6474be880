/** A graph without some transactions, against the graph that is made anew of what is left. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { conflictPairs } from '../../src/graph/conflict-pairs.ts';
import { findConflicts } from '../../src/graph/conflicts.ts';
import { graphOf } from '../../src/graph/graph-of.ts';
import { inOrderMakespan } from '../../src/graph/in-order-schedule.ts';
import { conflictsWith } from '../../src/graph/scenario.ts';
import { GraphWithout } from '../../src/graph/without.ts';
import { fuzzing } from '../effort.ts';
import { randomAnalysis } from './random-block.ts';

const options = fuzzing({ short: 400, long: 20_000 });

/** By transaction: all that it waits for, directly or not. */
function ancestorsOf(predecessors: readonly (readonly number[])[]): Set<number>[] {
  const all: Set<number>[] = [];
  for (const before of predecessors) {
    all.push(new Set(before.flatMap((other) => [other, ...(all[other] ?? [])])));
  }
  return all;
}

test(`pairs have the paths of the graph (seed ${options.seed})`, () => {
  fc.assert(
    fc.property(randomAnalysis, (analysis) => {
      const conflicts = findConflicts(analysis);
      const pairs = conflictPairs(conflicts);
      const listed = conflicts.gas.map((_, index) => {
        const before: number[] = [];
        pairs.visit(index, (other) => before.push(other));
        return before;
      });
      expect(ancestorsOf(listed)).toEqual(ancestorsOf(graphOf(conflicts).predecessors));
    }),
    options,
  );
});

test(`without some (seed ${options.seed})`, () => {
  const lanes = fc.integer({ min: 1, max: 4 });
  fc.assert(
    fc.property(
      randomAnalysis,
      fc.array(fc.nat(1000), { minLength: 1, maxLength: 3 }),
      lanes,
      (analysis, drawn, width) => {
        const conflicts = findConflicts(analysis);
        const count = conflicts.gas.length;
        if (count === 0) return;
        const leftOut = [...new Set(drawn.map((each) => each % count))];
        const order = [...conflicts.gas.keys()].filter((index) => !leftOut.includes(index));
        const expected = graphOf(conflictsWith(conflicts, [], order));
        const without = new GraphWithout(conflicts, graphOf(conflicts));
        expect(without.criticalWeight(leftOut)).toBe(Number(expected.criticalPath.gas));
        const found = ancestorsOf(without.predecessors(leftOut));
        const places = ancestorsOf(expected.predecessors).map(
          (before) => new Set([...before].map((place) => order[place])),
        );
        for (const [place, index] of order.entries()) expect(found[index]).toEqual(places[place]);
        for (const index of leftOut) expect(found[index]).toEqual(new Set());
        expect(inOrderMakespan(without.weightsWithout(leftOut), without.predecessors(leftOut), width)).toBe(
          inOrderMakespan(Float64Array.from(expected.gas, Number), expected.predecessors, width),
        );
      },
    ),
    options,
  );
});
