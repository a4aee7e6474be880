/**
 * Numbers, names, bars and lines as the terminal report writes them, in at most `WIDTH` columns. Everything
 * here is plain text: colour is put around finished pieces, so it never counts as width.
 */
import stringWidth from 'fast-string-width';

/** Columns of the report, whatever the terminal has. */
export const WIDTH = 80;

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const SHADES = [' ', '░', '▒', '▓', '█'];

/** An integer with thousands separators. */
export function grouped(value: bigint | number): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** An integer in so many columns, at the right; what is too long for that as `1.23e+21`. */
export function amount(value: bigint | number, columns: number): string {
  const text = grouped(value);
  return (text.length < columns ? text : Number(value).toExponential(2)).padStart(columns);
}

/** `1 transaction`, `2 transactions`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A part of a whole as a percentage, e.g. `13.6 %`; never 0 % or 100 % by rounding alone. */
export function percent(part: bigint | number, whole: bigint | number): string {
  if (Number(whole) === 0) {
    return '0 %';
  }
  const share = (100 * Number(part)) / Number(whole);
  if (share > 0 && share < 0.1) {
    return '<0.1 %';
  }
  if (share < 100 && share > 99.9) {
    return '>99.9 %';
  }
  return `${share.toFixed(Number.isInteger(share) ? 0 : 1)} %`;
}

/** A speed-up, e.g. `3.98×`. */
export function times(ratio: number): string {
  return `${ratio.toFixed(2)}×`;
}

/** A horizontal bar of `share * columns` columns, to an eighth of one. */
export function bar(share: number, columns: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * columns * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** How busy each of so many equal stretches of `[0, total)` is, one shaded column each. */
export function timeline(
  spans: readonly { readonly start: bigint; readonly end: bigint }[],
  total: bigint,
  columns: number,
): string {
  const busy = new Array<number>(columns).fill(0);
  const scale = columns / Math.max(1, Number(total));
  for (const { start, end } of spans) {
    const from = Number(start) * scale;
    const to = Number(end) * scale;
    for (let column = Math.floor(from); column < Math.min(columns, to); column += 1) {
      busy[column] = (busy[column] ?? 0) + Math.min(column + 1, to) - Math.max(column, from);
    }
  }
  return busy.map((share) => SHADES[Math.ceil(Math.min(1, share - 1e-9) * 4)] ?? ' ').join('');
}

/** Columns that a text takes in a terminal: wide characters take two, combining ones none. */
export function columnsOf(text: string): number {
  return stringWidth(text);
}

/** Made when a text is cut: that takes 10 ms (`npm run bench:startup`). */
let characters: Intl.Segmenter | null = null;

/** Cut to so many columns, with `…` where something is missing. */
export function clipped(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  characters ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  let start = '';
  let width = 0;
  for (const { segment } of characters.segment(text)) {
    width += columnsOf(segment);
    if (width > columns - 1) break;
    start += segment;
  }
  return `${start}…`;
}

/** Cut or filled up with spaces to exactly so many columns. */
export function fitted(text: string, columns: number): string {
  const cut = clipped(text, columns);
  return cut + ' '.repeat(columns - columnsOf(cut));
}

/** Text broken at spaces into lines of the report's width, each behind `indent`. */
export function wrapped(text: string, indent = '  '): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? indent + word : `${line} ${word}`;
    if (line !== '' && columnsOf(longer) > WIDTH) {
      lines.push(line);
      line = indent + word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].map((one) => clipped(one, WIDTH));
}
