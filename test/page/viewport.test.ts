import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fitted, panned, revealing, type Viewport, zoomed } from '../../src/page/viewport.ts';

const scene = { width: 10_000_000, height: 60 };
const view = { width: 800, height: 300 };
const fit = fitted(scene, view);
const at = fc.record({ x: fc.integer({ min: 0, max: 800 }), y: fc.integer({ min: 0, max: 300 }) });
const factor = fc.double({ min: 0.2, max: 5, noNaN: true });

/** Nothing but scene is seen, where there is enough of it. */
function expectFilled({ scaleX, scaleY, left, top }: Viewport): void {
  expect(left).toBeLessThanOrEqual(1e-6);
  expect(left + scene.width * scaleX).toBeGreaterThanOrEqual(view.width - 1e-6);
  expect(top).toBeLessThanOrEqual(1e-6);
  expect(top + scene.height * scaleY).toBeGreaterThanOrEqual(view.height - 1e-6);
}

describe('the part of a scene that is seen', () => {
  test('fitted, it is all of it', () => {
    expect(fit).toEqual({ scaleX: 800 / 10_000_000, scaleY: 5, left: 0, top: 0 });
    expect(fitted({ width: 1, height: 2 }, view).scaleY).toBe(26);
    expect(fitted({ width: 1, height: 100_000 }, view).scaleY).toBe(1.5);
    expect(fitted({ width: 1, height: 0 }, view).scaleY).toBe(26);
  });

  test('is filled, whatever is done', () => {
    const act = fc.oneof(
      fc.record({ factor, at }),
      fc.record({ dx: fc.integer({ min: -2000, max: 2000 }), dy: fc.integer({ min: -900, max: 900 }) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
        let viewport = fit;
        for (const one of acts) {
          viewport =
            'factor' in one
              ? zoomed(viewport, one.factor, one.at, scene, view)
              : panned(viewport, one.dx, one.dy, scene, view);
          expectFilled(viewport);
        }
      }),
    );
  });

  test('zooming in leaves what is under the pointer where it is', () => {
    fc.assert(
      fc.property(at, fc.double({ min: 1, max: 5, noNaN: true }), (point, by) => {
        const inside = zoomed(fit, 2, { x: 400, y: 150 }, scene, view);
        const after = zoomed(inside, by, point, scene, view);
        const before = (point.x - inside.left) / inside.scaleX;
        expect((point.x - after.left) / after.scaleX).toBeCloseTo(before, 3);
      }),
    );
  });

  test('a bar is brought into sight, and one that is in sight moves nothing', () => {
    const near = zoomed(fit, 100, { x: 0, y: 0 }, scene, view);
    const bar = { x: 9_000_000, width: 21_000, row: 59 };
    const { left, top, scaleX, scaleY } = revealing(near, bar, scene, view);
    expect(bar.x * scaleX + left).toBeGreaterThanOrEqual(0);
    expect((bar.x + bar.width) * scaleX + left).toBeLessThanOrEqual(view.width + 1e-6);
    expect((bar.row + 1) * scaleY + top).toBeLessThanOrEqual(view.height + 1e-6);
    expect(revealing(fit, bar, scene, view)).toBe(fit);
  });
});
