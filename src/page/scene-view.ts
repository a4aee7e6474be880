/** A scene that one can look around in, by wheel, drag, keyboard and buttons, and where transactions are selected. */
import { button, element } from './element.ts';
import type { Bar, Direction, Scene } from './scene.ts';
import { AXIS, type Painting, paint } from './scene-painter.ts';
import { fitted, panned, revealing, type Size, type Viewport, zoomed } from './viewport.ts';

export interface SceneViewOptions {
  readonly id: string;
  /** What is drawn, for those who do not see it. */
  readonly label: string;
  readonly links: 'all' | 'selected';
  readonly gutter: number;
  /** Goes with the buttons. */
  readonly tools?: Node;
  readonly onSelect: (transaction: number | null) => void;
  /** Enter on the selected transaction. */
  readonly onOpen: () => void;
  /** Where an arrow key leads from the selected transaction (`null`: none is selected). */
  readonly step: (from: number | null, direction: Direction) => number | null;
  readonly tooltip: (transaction: number) => string;
}

const ZOOM_STEP = 1.5;
const PAN_STEP = 60;
/** A pointer that moved less has clicked. */
const CLICK_PIXELS = 4;
/** In pixels, without the axis. */
const ROW_HEIGHT = 22;
const MIN_HEIGHT = 66;
const MAX_HEIGHT = 560;
/** Bars are taken from so many pixels beside them. */
const REACH = 3;

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

type Look = Omit<Painting, 'viewport' | 'view' | 'links' | 'gutter'>;

export class SceneView {
  readonly root: HTMLElement;
  readonly #options: SceneViewOptions;
  readonly #canvas: HTMLCanvasElement;
  readonly #tip: HTMLElement;
  #look: Look | null = null;
  #viewport: Viewport | null = null;
  #isAwaitingFrame = false;

  constructor(options: SceneViewOptions) {
    this.#options = options;
    this.#canvas = element('canvas', {
      id: `${options.id}-canvas`,
      tabindex: '0',
      role: 'application',
      'aria-label': options.label,
      'aria-describedby': `${options.id}-keys`,
    });
    this.#tip = element('div', { class: 'tip', hidden: true });
    const tools = element(
      'div',
      { class: 'tools', role: 'group', 'aria-label': 'View' },
      options.tools ?? null,
      button('+', () => this.#zoom(ZOOM_STEP), { 'aria-label': 'Zoom in', title: 'Zoom in (+)' }),
      button('−', () => this.#zoom(1 / ZOOM_STEP), { 'aria-label': 'Zoom out', title: 'Zoom out (−)' }),
      button('Fit', () => this.fit(), { title: 'Show all (0)' }),
      element(
        'span',
        { class: 'hint', id: `${options.id}-keys` },
        'Drag moves, Ctrl + wheel zooms. Keys: arrows select, Shift + arrows move, + − 0 zoom, Enter opens, Escape clears.',
      ),
    );
    this.root = element(
      'div',
      { class: 'scene' },
      tools,
      element('div', { class: 'stage' }, this.#canvas, this.#tip),
    );
    this.#listen();
    new ResizeObserver(() => this.#resize()).observe(this.#canvas);
  }

  /** Shows another scene, or the same in another light. The part that is seen stays, where the scene does. */
  show(look: Look): void {
    if (look.scene !== this.#look?.scene) this.#viewport = null;
    const isNew = look.selected !== this.#look?.selected;
    this.#look = look;
    const [bar] = look.selected === null ? [] : (look.scene.barsOf[look.selected] ?? []);
    if (isNew && bar !== undefined) this.#reveal(look.scene.bars[bar] as Bar);
    this.#draw();
  }

  /** Makes room for so many rows, within what a screen has. */
  setRows(rows: number): void {
    this.#canvas.style.height = `${AXIS + Math.min(MAX_HEIGHT, Math.max(MIN_HEIGHT, ROW_HEIGHT * rows))}px`;
  }

  fit(): void {
    this.#viewport = null;
    this.#draw();
  }

  get #view(): Size {
    return {
      width: Math.max(1, this.#canvas.clientWidth - this.#options.gutter),
      height: Math.max(1, this.#canvas.clientHeight - AXIS),
    };
  }

  #sizeOf({ width, rows }: Scene): Size {
    return { width, height: rows };
  }

  #current(scene: Scene): Viewport {
    return this.#viewport ?? fitted(this.#sizeOf(scene), this.#view);
  }

  #resize(): void {
    const ratio = window.devicePixelRatio || 1;
    this.#canvas.width = Math.round(this.#canvas.clientWidth * ratio);
    this.#canvas.height = Math.round(this.#canvas.clientHeight * ratio);
    if (this.#viewport !== null && this.#look !== null) {
      this.#viewport = panned(this.#viewport, 0, 0, this.#sizeOf(this.#look.scene), this.#view);
    }
    this.#paintNow();
  }

  /** Once a frame, however often it is asked for. */
  #draw(): void {
    if (this.#isAwaitingFrame) return;
    this.#isAwaitingFrame = true;
    requestAnimationFrame(() => {
      this.#isAwaitingFrame = false;
      this.#paintNow();
    });
  }

  #paintNow(): void {
    const context = this.#canvas.getContext('2d');
    if (this.#look === null || context === null) return;
    const ratio = window.devicePixelRatio || 1;
    const { gutter, links } = this.#options;
    context.setTransform(ratio, 0, 0, ratio, gutter * ratio, 0);
    const viewport = this.#current(this.#look.scene);
    paint(context, { ...this.#look, viewport, view: this.#view, gutter, links });
  }

  #zoom(factor: number, at?: { readonly x: number; readonly y: number }): void {
    if (this.#look === null) return;
    const view = this.#view;
    const { scene } = this.#look;
    const point = at ?? { x: view.width / 2, y: view.height / 2 };
    this.#viewport = zoomed(this.#current(scene), factor, point, this.#sizeOf(scene), view);
    this.#draw();
  }

  #pan(dx: number, dy: number): void {
    if (this.#look === null) return;
    const { scene } = this.#look;
    this.#viewport = panned(this.#current(scene), dx, dy, this.#sizeOf(scene), this.#view);
    this.#draw();
  }

  #reveal(bar: Bar): void {
    if (this.#look === null) return;
    const { scene } = this.#look;
    this.#viewport = revealing(this.#current(scene), bar, this.#sizeOf(scene), this.#view);
  }

  /** The transaction at a pixel of the canvas; among several, the one whose middle is nearest. */
  #hit(event: PointerEvent): number | null {
    if (this.#look === null) return null;
    const { scene } = this.#look;
    const { scaleX, scaleY, left, top } = this.#current(scene);
    const x = (event.offsetX - this.#options.gutter - left) / scaleX;
    const row = Math.floor((event.offsetY - top) / scaleY);
    const reach = REACH / scaleX;
    let best: Bar | null = null;
    let distance = Number.POSITIVE_INFINITY;
    for (const bar of scene.bars) {
      if (bar.row !== row || x < bar.x - reach || x > bar.x + bar.width + reach) continue;
      const away = Math.max(bar.x - x, x - bar.x - bar.width, 0);
      if (away < distance) {
        best = bar;
        distance = away;
      }
    }
    return best?.transaction ?? null;
  }

  #listen(): void {
    const canvas = this.#canvas;
    let from: { x: number; y: number } | null = null;
    let moved = 0;
    canvas.addEventListener('pointerdown', (event) => {
      from = { x: event.clientX, y: event.clientY };
      moved = 0;
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (from === null) {
        this.#point(event);
        return;
      }
      moved += Math.abs(event.clientX - from.x) + Math.abs(event.clientY - from.y);
      if (moved >= CLICK_PIXELS) this.#pan(event.clientX - from.x, event.clientY - from.y);
      from = { x: event.clientX, y: event.clientY };
    });
    canvas.addEventListener('pointerup', (event) => {
      if (from !== null && moved < CLICK_PIXELS) this.#options.onSelect(this.#hit(event));
      from = null;
    });
    canvas.addEventListener('pointercancel', () => {
      from = null;
    });
    canvas.addEventListener('pointerleave', () => {
      this.#tip.hidden = true;
    });
    canvas.addEventListener(
      'wheel',
      (event) => {
        // A page that scrolls is not caught by what happens to lie under the pointer.
        if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
        event.preventDefault();
        const x = event.offsetX - this.#options.gutter;
        if (event.shiftKey) this.#pan(-(event.deltaY || event.deltaX), 0);
        else this.#zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, { x, y: event.offsetY });
      },
      { passive: false },
    );
    canvas.addEventListener('keydown', (event) => {
      if (this.#press(event)) event.preventDefault();
    });
  }

  /** @returns Whether the key means something here. */
  #press(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const direction = ARROWS[event.key];
    if (direction !== undefined) {
      if (event.shiftKey) {
        const along = direction === 'left' || direction === 'up' ? PAN_STEP : -PAN_STEP;
        const isAcross = direction === 'left' || direction === 'right';
        this.#pan(isAcross ? along : 0, isAcross ? 0 : along);
      } else {
        const next = this.#options.step(this.#look?.selected ?? null, direction);
        if (next !== null) this.#options.onSelect(next);
      }
      return true;
    }
    switch (event.key) {
      case '+':
      case '=':
        this.#zoom(ZOOM_STEP);
        return true;
      case '-':
        this.#zoom(1 / ZOOM_STEP);
        return true;
      case '0':
        this.fit();
        return true;
      case 'Enter':
        this.#options.onOpen();
        return true;
      case 'Escape':
        this.#options.onSelect(null);
        return true;
      default:
        return false;
    }
  }

  #point(event: PointerEvent): void {
    const transaction = this.#hit(event);
    this.#tip.hidden = transaction === null;
    this.#canvas.classList.toggle('pointing', transaction !== null);
    if (transaction === null) return;
    this.#tip.textContent = this.#options.tooltip(transaction);
    const room = this.#canvas.clientWidth - this.#tip.offsetWidth - 4;
    this.#tip.style.left = `${Math.max(0, Math.min(event.offsetX + 12, room))}px`;
    this.#tip.style.top = `${event.offsetY + 14}px`;
  }
}
