/** What people do to a drawing, by wheel, pointer and keyboard, as what they mean by it. */
import type { Direction } from './scene.ts';

/** In pixels of the canvas. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface SceneActions {
  /** @param at - What stays in place; absent: the middle. */
  readonly zoom: (factor: number, at?: Point) => void;
  readonly pan: (dx: number, dy: number) => void;
  readonly fit: () => void;
  readonly click: (at: Point) => void;
  /** `null`: the pointer is elsewhere. */
  readonly hover: (at: Point | null) => void;
  readonly arrow: (direction: Direction) => void;
  readonly open: () => void;
  readonly clear: () => void;
}

export const ZOOM_STEP = 1.5;
const WHEEL_STEP = 1.2;
const PAN_STEP = 60;
/** A pointer that moved less has clicked. */
const CLICK_PIXELS = 4;

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/** Pixels that the scene moves if one looks further into a direction. */
const PANS: Readonly<Record<Direction, readonly [number, number]>> = {
  left: [PAN_STEP, 0],
  right: [-PAN_STEP, 0],
  up: [0, PAN_STEP],
  down: [0, -PAN_STEP],
};

export function listenTo(canvas: HTMLCanvasElement, actions: SceneActions): void {
  listenToPointer(canvas, actions);
  canvas.addEventListener(
    'wheel',
    (event) => {
      // A page that scrolls is not caught by what happens to lie under the pointer.
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
      event.preventDefault();
      if (event.shiftKey) actions.pan(-(event.deltaY || event.deltaX), 0);
      else actions.zoom(event.deltaY < 0 ? WHEEL_STEP : 1 / WHEEL_STEP, pointOf(event));
    },
    { passive: false },
  );
  canvas.addEventListener('keydown', (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? null : meaningOf(event, actions);
    if (act === null) return;
    event.preventDefault();
    act();
  });
}

function pointOf({ offsetX, offsetY }: MouseEvent): Point {
  return { x: offsetX, y: offsetY };
}

function listenToPointer(canvas: HTMLCanvasElement, actions: SceneActions): void {
  let from: Point | null = null;
  let moved = 0;
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    from = { x: event.clientX, y: event.clientY };
    moved = 0;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (from === null) {
      actions.hover(pointOf(event));
      return;
    }
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    moved += Math.abs(dx) + Math.abs(dy);
    if (moved >= CLICK_PIXELS) actions.pan(dx, dy);
    from = { x: event.clientX, y: event.clientY };
  });
  canvas.addEventListener('pointerup', (event) => {
    if (from !== null && moved < CLICK_PIXELS) actions.click(pointOf(event));
    from = null;
  });
  canvas.addEventListener('pointercancel', () => {
    from = null;
  });
  canvas.addEventListener('pointerleave', () => actions.hover(null));
}

/** `null`: the key means nothing here. */
function meaningOf({ key, shiftKey }: KeyboardEvent, actions: SceneActions): (() => void) | null {
  const direction = ARROWS[key];
  if (direction !== undefined) {
    return shiftKey ? () => actions.pan(...PANS[direction]) : () => actions.arrow(direction);
  }
  switch (key) {
    case '+':
    case '=':
      return () => actions.zoom(ZOOM_STEP);
    case '-':
      return () => actions.zoom(1 / ZOOM_STEP);
    case '0':
      return actions.fit;
    case 'Enter':
      return actions.open;
    case 'Escape':
      return actions.clear;
    default:
      return null;
  }
}
