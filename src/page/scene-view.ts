/** A scene that one can look around in, by wheel, drag, keyboard and buttons, and where transactions are selected. */
import { button, element } from './element.ts';
import type { Bar, Direction, Scene } from './scene.ts';
import { listenTo, type Point, ZOOM_STEP } from './scene-input.ts';
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

/** In pixels, without the axis. */
const ROW_HEIGHT = 22;
const MIN_HEIGHT = 66;
const MAX_HEIGHT = 560;
/** Bars are taken from so many pixels beside them. */
const REACH = 3;

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

  #zoom(factor: number, at?: Point): void {
    if (this.#look === null) return;
    const view = this.#view;
    const { scene } = this.#look;
    const x = at === undefined ? view.width / 2 : at.x - this.#options.gutter;
    const point = { x, y: at?.y ?? view.height / 2 };
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

  /** The transaction at a pixel of the canvas, or else the nearest one beside it within reach. */
  #hit(at: Point): number | null {
    if (this.#look === null) return null;
    const { scene } = this.#look;
    const { scaleX, scaleY, left, top } = this.#current(scene);
    const x = (at.x - this.#options.gutter - left) / scaleX;
    const row = Math.floor((at.y - top) / scaleY);
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
    const { onSelect, onOpen, step } = this.#options;
    listenTo(this.#canvas, {
      zoom: (factor, at) => this.#zoom(factor, at),
      pan: (dx, dy) => this.#pan(dx, dy),
      fit: () => this.fit(),
      click: (at) => onSelect(this.#hit(at)),
      hover: (at) => this.#hover(at),
      arrow: (direction) => {
        const next = step(this.#look?.selected ?? null, direction);
        if (next !== null) onSelect(next);
      },
      open: onOpen,
      clear: () => onSelect(null),
    });
  }

  #hover(at: Point | null): void {
    const transaction = at === null ? null : this.#hit(at);
    this.#tip.hidden = transaction === null;
    this.#canvas.classList.toggle('pointing', transaction !== null);
    if (at === null || transaction === null) return;
    this.#tip.textContent = this.#options.tooltip(transaction);
    const room = this.#canvas.clientWidth - this.#tip.offsetWidth - 4;
    this.#tip.style.left = `${Math.max(0, Math.min(at.x + 12, room))}px`;
    this.#tip.style.top = `${at.y + 14}px`;
  }
}
