import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Heap } from '../../src/graph/heap.ts';

test('gives items in order, pushes and pops interleaved', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(20))), (steps) => {
      const heap = new Heap((a, b) => a < b);
      let expected: number[] = [];
      for (const item of steps) {
        if (item === null) {
          expect(heap.pop()).toBe(expected[0]);
          expected = expected.slice(1);
        } else {
          heap.push(item);
          expected = [...expected, item].sort((a, b) => a - b);
        }
        expect(heap.peek()).toBe(expected[0]);
      }
    }),
  );
});
