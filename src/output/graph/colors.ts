/** Colours of pictures, on light and on dark ground. Told apart by people who see red and green alike. */
import type { Status } from '../../analysis/result.ts';

/** On light, and on dark ground. */
export interface Tint {
  readonly light: string;
  readonly dark: string;
}

/** Fill of a transaction. */
export const STATUS_FILL: Readonly<Record<Status, Tint>> = {
  exact: { light: '#e3eefb', dark: '#1f3350' },
  bounded: { light: '#fdf0c9', dark: '#4d4012' },
  deferred: { light: '#fbdcc4', dark: '#5a3316' },
  unbounded: { light: '#f3cbd9', dark: '#5e2038' },
  recorded: { light: '#e8e8e8', dark: '#3a3a3a' },
};

/** What is on the critical path. */
export const CRITICAL: Tint = { light: '#c2185b', dark: '#ff6ea0' };

/** Edges by their cause: Okabe and Ito's palette, without what it has in common with `CRITICAL`. */
export const CAUSES: readonly Tint[] = [
  { light: '#0072b2', dark: '#56b4e9' },
  { light: '#b36b00', dark: '#e69f00' },
  { light: '#00785a', dark: '#2fc99a' },
  { light: '#6a3d9a', dark: '#b79be0' },
  { light: '#7a6a00', dark: '#d8c84a' },
  { light: '#4a5a66', dark: '#a9bac6' },
];

/** Any other edge. */
export const OTHER_EDGE: Tint = { light: '#8a8f98', dark: '#7d838c' };
