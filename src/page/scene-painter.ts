/** Draws a scene onto a canvas: what is seen of it, with what is selected and what is filtered out. */
import { grouped } from '../report/text/layout.ts';
import type { Colors } from './colors.ts';
import type { PageStatus } from './data.ts';
import type { Bar, Link, Scene } from './scene.ts';
import type { Size, Viewport } from './viewport.ts';

/** Between rows, as a part of their height. */
const GAP = 0.22;
const LABEL_FROM = { width: 30, height: 11 };
/** Narrower bars are drawn at least so wide. */
const MIN_WIDTH = 1;
const FAINT = 0.16;

export interface Painting {
  readonly scene: Scene;
  readonly viewport: Viewport;
  readonly view: Size;
  readonly colors: Colors;
  readonly statusOf: (transaction: number) => PageStatus;
  readonly labelOf: (transaction: number) => string;
  /** By transaction. */
  readonly passes: Uint8Array;
  readonly isCritical: (transaction: number) => boolean;
  readonly selected: number | null;
  readonly links: 'all' | 'selected';
  /** Pixels left of the scene, for the names of rows; 0: they stand in rows of their own. */
  readonly gutter: number;
}

/** Pixels below the scene, for numbers of gas. */
export const AXIS = 16;

export function paint(canvas: CanvasRenderingContext2D, painting: Painting): void {
  const { view, scene, viewport } = painting;
  canvas.clearRect(-painting.gutter, 0, view.width + painting.gutter, view.height + AXIS);
  grid(canvas, painting);
  canvas.font = '11px system-ui, sans-serif';
  canvas.textBaseline = 'middle';
  const selection = new Set(painting.selected === null ? [] : scene.barsOf[painting.selected]);
  if (painting.links === 'all') {
    // A few thousand lines at once are one path; those of the selection are drawn again on top.
    const isFaint = selection.size > 0;
    lines(
      canvas,
      painting,
      scene.links.filter((link) => !link.isCritical && !link.isQuiet),
      'muted',
      isFaint ? FAINT : 0.5,
      1,
    );
    lines(
      canvas,
      painting,
      scene.links.filter((link) => link.isCritical),
      'critical',
      isFaint ? 0.5 : 1,
      2,
    );
  }
  const near = neighbours(scene, selection);
  for (const [index, bar] of scene.bars.entries()) {
    if (!isSeen(bar, viewport, view)) continue;
    const isShown = painting.passes[bar.transaction] === 1;
    const isNear = selection.size === 0 || painting.links === 'selected' || near.has(index);
    drawBar(canvas, painting, bar, isShown ? (isNear ? 1 : 0.4) : FAINT);
  }
  for (const index of selection) {
    const own = (scene.linksOf[index] ?? []).map((link) => scene.links[link] as Link);
    lines(
      canvas,
      painting,
      own.filter(({ to }) => to === index),
      'before',
      1,
      2,
    );
    lines(
      canvas,
      painting,
      own.filter(({ from }) => from === index),
      'after',
      1,
      2,
    );
    outline(canvas, painting, scene.bars[index] as Bar);
  }
  names(canvas, painting);
  axis(canvas, painting);
}

function neighbours(scene: Scene, selection: ReadonlySet<number>): Set<number> {
  const near = new Set(selection);
  for (const index of selection) {
    for (const link of scene.linksOf[index] ?? []) {
      near.add(scene.links[link]?.from as number);
      near.add(scene.links[link]?.to as number);
    }
  }
  return near;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function boxOf({ x, width, row }: Bar, { scaleX, scaleY, left, top }: Viewport): Box {
  return {
    x: x * scaleX + left,
    y: (row + GAP / 2) * scaleY + top,
    width: Math.max(MIN_WIDTH, width * scaleX - (width * scaleX > 3 ? 1 : 0)),
    height: Math.max(1, (1 - GAP) * scaleY),
  };
}

function isSeen(bar: Bar, viewport: Viewport, view: Size): boolean {
  const { x, y, width, height } = boxOf(bar, viewport);
  return x + width >= 0 && x <= view.width && y + height >= 0 && y <= view.height;
}

function drawBar(canvas: CanvasRenderingContext2D, painting: Painting, bar: Bar, opacity: number): void {
  const { colors, viewport, statusOf, isCritical, labelOf, view } = painting;
  const { x, y, width, height } = boxOf(bar, viewport);
  const status = statusOf(bar.transaction);
  canvas.globalAlpha = opacity;
  canvas.fillStyle = colors.of[status];
  canvas.fillRect(x, y, width, height);
  const pattern = colors.patterns[status];
  if (pattern !== null && width > 4) {
    canvas.fillStyle = pattern;
    canvas.fillRect(x, y, width, height);
  }
  if (isCritical(bar.transaction)) {
    canvas.fillStyle = colors.of.critical;
    canvas.fillRect(x, y + height - Math.max(2, height * 0.2), width, Math.max(2, height * 0.2));
  }
  const shownFrom = Math.max(0, x);
  const shown = Math.min(x + width, view.width) - shownFrom;
  if (shown >= LABEL_FROM.width && height >= LABEL_FROM.height) {
    const label = labelOf(bar.transaction);
    const short = `#${bar.transaction}`;
    const text = canvas.measureText(label).width + 8 <= shown ? label : short;
    if (canvas.measureText(text).width + 6 <= shown) {
      if (pattern !== null) {
        canvas.fillStyle = colors.of[status];
        canvas.fillRect(shownFrom + 2, y + 1, canvas.measureText(text).width + 4, height - 2);
      }
      canvas.fillStyle = colors.of.surface;
      canvas.fillText(text, shownFrom + 4, y + height / 2 + 0.5);
    }
  }
  canvas.globalAlpha = 1;
}

function outline(canvas: CanvasRenderingContext2D, { colors, viewport }: Painting, bar: Bar): void {
  const { x, y, width, height } = boxOf(bar, viewport);
  canvas.lineWidth = 2;
  canvas.strokeStyle = colors.of.surface;
  canvas.strokeRect(x - 1, y - 1, width + 2, height + 2);
  canvas.strokeStyle = colors.of.ink;
  canvas.strokeRect(x - 3, y - 3, width + 6, height + 6);
}

/** From the end of one bar to the start of the other. */
function lines(
  canvas: CanvasRenderingContext2D,
  { scene, viewport, colors, view }: Painting,
  links: readonly Link[],
  color: 'muted' | 'critical' | 'before' | 'after',
  opacity: number,
  width: number,
): void {
  canvas.beginPath();
  for (const { from, to } of links) {
    const a = boxOf(scene.bars[from] as Bar, viewport);
    const b = boxOf(scene.bars[to] as Bar, viewport);
    const start = a.x + a.width;
    if (Math.max(start, b.x) < 0 || Math.min(start, b.x) > view.width) continue;
    const y1 = a.y + a.height / 2;
    const y2 = b.y + b.height / 2;
    if (Math.max(y1, y2) < 0 || Math.min(y1, y2) > view.height) continue;
    const bend = Math.min(60, Math.max(8, (b.x - start) / 2));
    canvas.moveTo(start, y1);
    if (Math.abs(y1 - y2) < 1) canvas.lineTo(b.x, y2);
    else canvas.bezierCurveTo(start + bend, y1, b.x - bend, y2, b.x, y2);
  }
  canvas.globalAlpha = opacity;
  canvas.strokeStyle = colors.of[color];
  canvas.lineWidth = width;
  canvas.stroke();
  canvas.globalAlpha = 1;
}

/** Steps of 1, 2 or 5 times a power of ten, some hundred pixels wide. */
function stepFor(gasPerPixel: number): number {
  const least = gasPerPixel * 110;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

/** Visits round numbers of gas with their pixels. */
function eachTick({ viewport, view }: Painting, visit: (gas: number, x: number) => void): void {
  const step = Math.max(1, stepFor(1 / viewport.scaleX));
  const first = Math.ceil(-viewport.left / viewport.scaleX / step) * step;
  for (let gas = first; gas * viewport.scaleX + viewport.left <= view.width; gas += step) {
    visit(gas, Math.round(gas * viewport.scaleX + viewport.left) + 0.5);
  }
}

function grid(canvas: CanvasRenderingContext2D, painting: Painting): void {
  canvas.strokeStyle = painting.colors.of.line;
  canvas.lineWidth = 1;
  canvas.beginPath();
  eachTick(painting, (_, x) => {
    canvas.moveTo(x, 0);
    canvas.lineTo(x, painting.view.height + 4);
  });
  canvas.stroke();
}

/** Numbers of gas, or of microseconds, below. */
function axis(canvas: CanvasRenderingContext2D, painting: Painting): void {
  const { view, colors, gutter, scene } = painting;
  canvas.fillStyle = colors.of.surface;
  canvas.fillRect(-gutter, view.height, view.width + gutter, AXIS);
  canvas.font = '10px system-ui, sans-serif';
  canvas.textBaseline = 'bottom';
  canvas.fillStyle = colors.of.muted;
  eachTick(painting, (gas, x) => {
    const text = gas === 0 ? `0 ${scene.unit}` : grouped(gas);
    if (x + canvas.measureText(text).width + 4 < view.width)
      canvas.fillText(text, x + 2, view.height + AXIS - 1);
  });
}

function names(canvas: CanvasRenderingContext2D, painting: Painting): void {
  const { scene, viewport, view, colors, gutter } = painting;
  canvas.fillStyle = colors.of.surface;
  canvas.fillRect(-gutter, 0, gutter, view.height);
  if (viewport.scaleY < 9) return;
  canvas.font = '10px system-ui, sans-serif';
  canvas.textBaseline = 'middle';
  canvas.fillStyle = colors.of.muted;
  for (const { row, name } of scene.rowNames) {
    const y = (row + 0.5) * viewport.scaleY + viewport.top;
    if (y >= 0 && y <= view.height) canvas.fillText(name, 4 - gutter, y + 0.5);
  }
}
