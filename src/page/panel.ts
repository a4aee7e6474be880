/** A part of the page: built once, then told what there is to show. */
import type { Block } from './block.ts';
import type { Shown } from './shown.ts';
import type { Store } from './state.ts';

export interface Panel {
  readonly root: HTMLElement;
  readonly show: (shown: Shown) => void;
}

/** What every part of the page needs. */
export interface Page {
  readonly block: Block;
  readonly store: Store;
  /** Selects a transaction, and leads to what is said of it. */
  readonly open: (transaction: number) => void;
}
