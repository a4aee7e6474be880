/** Where things go on the page: blocks of different sizes in rows, text in lines. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Corner {
  readonly left: number;
  readonly top: number;
}

export interface Packing extends Size {
  /** Upper left corners, in the order given. */
  readonly corners: readonly Corner[];
}

/** In rows from left to right, each as high as its highest block, none wider than `width` unless a block is. */
export function packRows(sizes: readonly Size[], width: number, gap: number): Packing {
  const corners: Corner[] = [];
  let [left, top, rowHeight, widest] = [0, 0, 0, 0];
  for (const size of sizes) {
    if (left > 0 && left + size.width > width) {
      [left, top, rowHeight] = [0, top + rowHeight + gap, 0];
    }
    corners.push({ left, top });
    left += size.width + gap;
    rowHeight = Math.max(rowHeight, size.height);
    widest = Math.max(widest, left - gap);
  }
  return { corners, width: widest, height: top + rowHeight };
}

/** Widths of characters in the wider ones of the usual fonts, as shares of the font's size. */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[ijl.,:;'|!()[\]…·]/u, 0.4],
  [/[MWmw@%—]/u, 1],
  [/[\p{Lu}&+=<>~→×#]/u, 0.84],
  [/[\u0020-\u024f\u0370-\u052f]/u, 0.65],
];
/** Ideographs, symbols, whatever else there is. */
const WIDEST = 1.1;

/** About how wide a text is that nobody can measure here; rather more than less. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width * fontSize;
}

/** As much of a text as has room, with `…` where something is missing. */
export function fittingText(text: string, fontSize: number, width: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  let left = width - textWidth('…', fontSize);
  let kept = '';
  for (const character of text) {
    left -= widthOf(character) * fontSize;
    if (left < 0) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

function widthOf(character: string): number {
  return WIDTHS.find(([kind]) => kind.test(character))?.[1] ?? WIDEST;
}
