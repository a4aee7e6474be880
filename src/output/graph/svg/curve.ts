/** The line of an edge, as the `d` of an SVG path. Numbers have one decimal, so that they are the same everywhere. */
import type { Point, Stop } from './layers.ts';

/** How far beside a box an edge turns. */
const REACH = 16;
/** Of rounded corners. */
const RADIUS = 8;

/** From the right of one box to the left of another, by its stops, of which the last is the end. */
export function curve(start: Point, stops: readonly Stop[]): string {
  const parts = [`M${number(start.x)} ${number(start.y)}`];
  let last = start;
  for (const next of stops) {
    parts.push(next.turn === null ? forward(last, next) : back(last, next, next.turn));
    last = next;
  }
  return parts.join('');
}

function forward(from: Point, to: Point): string {
  const half = (from.x + to.x) / 2;
  return `C${number(half)} ${number(from.y)} ${number(half)} ${number(to.y)} ${number(to.x)} ${number(to.y)}`;
}

/** To another band: down beside the boxes, along between the bands, and down again. */
function back(from: Point, to: Point, turn: number): string {
  const corners: readonly Point[] = [
    { x: from.x + REACH, y: from.y },
    { x: from.x + REACH, y: turn },
    { x: to.x - REACH, y: turn },
    { x: to.x - REACH, y: to.y },
  ];
  const parts: string[] = [];
  let last = from;
  for (const [at, corner] of corners.entries()) {
    const next = corners[at + 1] ?? to;
    const [before, after] = [towards(corner, last), towards(corner, next)];
    parts.push(
      `L${number(before.x)} ${number(before.y)}` +
        `Q${number(corner.x)} ${number(corner.y)} ${number(after.x)} ${number(after.y)}`,
    );
    last = after;
  }
  return `${parts.join('')}L${number(to.x)} ${number(to.y)}`;
}

/** The point where a corner begins to be round. */
function towards(corner: Point, other: Point): Point {
  const distance = Math.hypot(other.x - corner.x, other.y - corner.y);
  const share = distance === 0 ? 0 : Math.min(RADIUS, distance / 2) / distance;
  return { x: corner.x + (other.x - corner.x) * share, y: corner.y + (other.y - corner.y) * share };
}

export function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}
