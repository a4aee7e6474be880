/** What timeline and graph draw: transactions as bars, gas or time from left to right. */

export interface Bar {
  readonly transaction: number;
  readonly x: number;
  readonly width: number;
  /** From the top. */
  readonly row: number;
}

export interface Link {
  /** Bars, by index. */
  readonly from: number;
  readonly to: number;
  readonly isCritical: boolean;
  /** One of many that say the same: drawn only for a selected bar. */
  readonly isQuiet: boolean;
}

/** A name beside rows: a lane, or a component. */
export interface RowName {
  readonly row: number;
  readonly name: string;
}

export interface Scene {
  readonly bars: readonly Bar[];
  /** By transaction: its bars, as indices. Empty for those that are not in the scene. */
  readonly barsOf: readonly (readonly number[])[];
  readonly links: readonly Link[];
  /** By bar: its links, as indices. */
  readonly linksOf: readonly (readonly number[])[];
  readonly rowNames: readonly RowName[];
  /** Size of all of it, in gas or microseconds and in rows. */
  readonly width: number;
  readonly rows: number;
  readonly unit: 'gas' | 'µs';
}

/** Where an arrow key points. */
export type Direction = 'left' | 'right' | 'up' | 'down';

/** A scene, with what is looked up in it. */
export function sceneOf(
  transactions: number,
  parts: Pick<Scene, 'bars' | 'links' | 'rowNames' | 'width' | 'rows' | 'unit'>,
): Scene {
  const barsOf: number[][] = Array.from({ length: transactions }, () => []);
  for (const [index, { transaction }] of parts.bars.entries()) barsOf[transaction]?.push(index);
  const linksOf: number[][] = parts.bars.map(() => []);
  for (const [index, { from, to }] of parts.links.entries()) {
    linksOf[from]?.push(index);
    linksOf[to]?.push(index);
  }
  return { ...parts, barsOf, linksOf };
}
