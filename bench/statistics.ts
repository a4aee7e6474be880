/** Numbers for repeated runs, and means over blocks. */

/** Repeated measurements of one thing. */
export interface Spread {
  readonly least: number;
  /** First quartile. */
  readonly low: number;
  readonly median: number;
  /** Third quartile. */
  readonly high: number;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function spreadOf(values: readonly number[]): Spread {
  return {
    least: quantile(values, 0),
    low: quantile(values, 0.25),
    median: median(values),
    high: quantile(values, 0.75),
  };
}

/** Half the distance of the quartiles, as a share of the median. */
export function relativeSpread({ median: middle, low, high }: Omit<Spread, 'least'>): number {
  return middle === 0 ? 0 : (high - low) / 2 / middle;
}

/** Values must be positive; 1 for none. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / Math.max(1, values.length));
}

/** Between two values, in proportion; 0 for none. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? 0;
  return below + (above - below) * (place - Math.floor(place));
}
