import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type LayeredEdge, layOutLayers, type Point } from '../../../../src/output/graph/svg/layers.ts';

const graphs = fc
  .integer({ min: 1, max: 70 })
  .chain((count) =>
    fc
      .array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 3 * count })
      .map((pairs): [number[], LayeredEdge[]] => [
        Array.from({ length: count }, (_, index) => index),
        [
          ...new Map(
            pairs.filter(([a, b]) => a < b).map(([from, to]) => [`${from}-${to}`, { from, to }]),
          ).values(),
        ],
      ]),
  );

describe('the layout of a component', () => {
  test('puts each transaction somewhere of its own, inside the picture', () => {
    fc.assert(
      fc.property(graphs, ([transactions, edges]) => {
        const { places, columns, rows } = layOutLayers(transactions, edges);
        const all = [...places.values()];
        expect(all.length).toBe(transactions.length);
        const isInside = ({ x, y }: Point): boolean =>
          x >= 0 && x < columns && y >= 0 && y <= rows - 1 + 1e-9;
        expect(all.filter((one) => !isInside(one))).toEqual([]);
        const isBeside = (one: Point, other: Point): boolean =>
          one.x !== other.x || Math.abs(one.y - other.y) >= 1 - 1e-9;
        expect(all.filter((one, at) => !all.slice(at + 1).every((other) => isBeside(one, other)))).toEqual(
          [],
        );
      }),
    );
  });

  test('lets every edge run to the right, or turn between two bands', () => {
    fc.assert(
      fc.property(graphs, ([transactions, edges]) => {
        const { places, stops } = layOutLayers(transactions, edges);
        for (const [at, { from, to }] of edges.entries()) {
          let last = places.get(from);
          for (const stop of stops[at] ?? []) {
            if (stop.turn === null) expect(stop.x).toBeGreaterThan(last?.x ?? Number.NaN);
            else expect(stop.turn).toBeGreaterThan(last?.y ?? Number.NaN);
            last = stop;
          }
          expect({ x: last?.x, y: last?.y }).toEqual(places.get(to));
        }
      }),
    );
  });

  test('is the same every time', () => {
    fc.assert(
      fc.property(graphs, ([transactions, edges]) => {
        expect(layOutLayers(transactions, edges)).toEqual(layOutLayers(transactions, edges));
      }),
    );
  });

  test('keeps a chain on one line, and goes on below where it is long', () => {
    const chainOf = (count: number) =>
      layOutLayers(
        Array.from({ length: count }, (_, index) => index),
        Array.from({ length: count - 1 }, (_, at) => ({ from: at, to: at + 1 })),
      );
    expect(new Set([...chainOf(20).places.values()].map(({ y }) => y)).size).toBe(1);
    const long = chainOf(1500);
    expect(long.columns).toBe(20);
    expect(new Set([...long.places.values()].map(({ y }) => y)).size).toBe(75);
  });

  test('places thousands of edges', () => {
    const transactions = Array.from({ length: 1500 }, (_, index) => index);
    const edges = transactions.flatMap((to) =>
      [1, 7, 61].flatMap((step) => (to >= step ? [{ from: to - step, to }] : [])),
    );
    const { places, columns } = layOutLayers(transactions, edges);
    expect([places.size, columns]).toEqual([1500, 20]);
  });
});
