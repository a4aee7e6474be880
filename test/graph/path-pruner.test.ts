import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PathPruner } from '../../src/graph/path-pruner.ts';
import { reduction, relationOf } from './naive.ts';
import { randomDag } from './random-block.ts';

test('leaves the transitive reduction', () => {
  fc.assert(
    fc.property(randomDag, ({ gas, pairs }) => {
      const pruner = new PathPruner(gas.length);
      const kept = [...gas.keys()].flatMap((to) => {
        const direct = pruner.lastOf(pairs.filter(([, target]) => target === to).map(([from]) => from));
        pruner.enter(to, direct);
        return direct.map((from) => [from, to]);
      });
      const expected = reduction(relationOf(gas.length, pairs)).sort(([a, b], [c, d]) => b - d || a - c);
      expect(kept).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});
