/** The colours of the style sheet, as a canvas takes them, and patterns by which a status is told without colour. */
import type { PageStatus } from './data.ts';

const NAMES = ['ink', 'muted', 'line', 'surface', 'accent', 'before', 'after', 'critical'] as const;

export type ColorName = (typeof NAMES)[number] | PageStatus;

export interface Colors {
  readonly of: Readonly<Record<ColorName, string>>;
  readonly patterns: Readonly<Record<PageStatus, CanvasPattern | null>>;
}

/** Side of a pattern's tile, in pixels. */
const TILE = 6;

/** Resolves `light-dark()`, which custom properties keep as it is written. */
export function readColors(host: HTMLElement): Colors {
  const probe = document.createElement('i');
  host.append(probe);
  const read = (name: ColorName): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const status = (name: PageStatus): [PageStatus, string] => [name, read(name)];
  const of = Object.fromEntries([
    ...NAMES.map((name) => [name, read(name)]),
    status('exact'),
    status('bounded'),
    status('deferred'),
    status('unbounded'),
    status('recorded'),
  ]) as Record<ColorName, string>;
  probe.remove();
  return {
    of,
    patterns: {
      exact: null,
      bounded: pattern(of.surface, (tile) => tile.stroke(new Path2D('M-1 7 L7 -1'))),
      deferred: pattern(of.surface, (tile) => tile.fillRect(2, 2, 2, 2)),
      unbounded: pattern(of.surface, (tile) => tile.stroke(new Path2D('M0 0 L6 6 M0 6 L6 0'))),
      recorded: pattern(of.surface, (tile) => tile.stroke(new Path2D('M0 3 L6 3'))),
    },
  };
}

function pattern(color: string, draw: (tile: CanvasRenderingContext2D) => void): CanvasPattern | null {
  const canvas = document.createElement('canvas');
  canvas.width = TILE;
  canvas.height = TILE;
  const tile = canvas.getContext('2d');
  if (tile === null) return null;
  tile.strokeStyle = color;
  tile.fillStyle = color;
  tile.lineWidth = 1.2;
  draw(tile);
  return tile.createPattern(canvas, 'repeat');
}
