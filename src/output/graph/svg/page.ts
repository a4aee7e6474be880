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

/** About how wide a text is that nobody has measured: wide enough for the usual fonts. */
export function textWidth(text: string, fontSize: number): number {
  return [...text].length * fontSize * 0.6;
}
