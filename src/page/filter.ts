/** Which transactions people want to see. */
import type { Block } from './block.ts';
import { transactionAt } from './block.ts';
import type { PageStatus } from './data.ts';
import type { Outcome } from './outcome.ts';

export const STATUSES: readonly PageStatus[] = ['exact', 'bounded', 'deferred', 'unbounded', 'recorded'];

export interface Filter {
  /** Words that all have to be found: in the hash, an address, a name, a status, a reason, or an accessed key. */
  readonly query: string;
  /** Empty: any. */
  readonly statuses: readonly PageStatus[];
  /** Of the graph that is shown. */
  readonly component: number | null;
  /** A state key, or a region as text. */
  readonly key: string | null;
  readonly critical: 'all' | 'path';
}

export const NO_FILTER: Filter = { query: '', statuses: [], component: null, key: null, critical: 'all' };

export function isFiltering({ query, statuses, component, key, critical }: Filter): boolean {
  return (
    query.trim() !== '' || statuses.length > 0 || component !== null || key !== null || critical === 'path'
  );
}

/** What a search looks through, in lower case; made once for each block. */
export class SearchText {
  readonly #block: Block;
  readonly #transactions: readonly string[];
  readonly #locations: readonly string[];

  constructor(block: Block) {
    this.#block = block;
    const { transactions, accountNames, accesses } = block.data;
    this.#transactions = transactions.map(({ hash, from, to, call, status, reasons }, index) =>
      [
        `#${index}`,
        hash,
        from,
        to ?? '',
        accountNames[from] ?? '',
        accountNames[to ?? ''] ?? '',
        call,
        status,
        ...reasons.map(({ code }) => code),
      ]
        .join('\n')
        .toLowerCase(),
    );
    this.#locations = block.locationTexts.map((text, location) =>
      `${text}\n${accesses.names[location] ?? ''}\n${accountNames[text.slice(0, 42)] ?? ''}`.toLowerCase(),
    );
  }

  /** By transaction: 1 where the word is found. `#12` is a transaction's number, and nothing else. */
  find(word: string): Uint8Array {
    const found = new Uint8Array(this.#transactions.length);
    if (/^#\d+$/.test(word)) {
      const index = Number(word.slice(1));
      if (index < found.length) found[index] = 1;
      return found;
    }
    for (const [index, text] of this.#transactions.entries()) if (text.includes(word)) found[index] = 1;
    for (const [location, text] of this.#locations.entries()) {
      if (!text.includes(word)) continue;
      for (const index of this.#block.transactionsOf[location] ?? []) found[index] = 1;
    }
    return found;
  }
}

/** By transaction: 1 where it passes all parts of the filter. Dropped ones pass by what is known without a graph. */
export function matching(block: Block, search: SearchText, outcome: Outcome, filter: Filter): Uint8Array {
  const { query, statuses, component, key, critical } = filter;
  const { graph, placeOf, isCritical } = outcome;
  const passes = new Uint8Array(block.data.transactions.length).fill(1);
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => search.find(word));
  const location = key === null ? undefined : block.locationOf.get(key);
  const touching =
    key === null ? null : new Set(location === undefined ? [] : block.transactionsOf[location]);
  for (const index of passes.keys()) {
    const place = placeOf[index] as number;
    const isPassing =
      words.every((found) => found[index] === 1) &&
      (statuses.length === 0 || statuses.includes(transactionAt(block, index).status)) &&
      (component === null || graph.componentOf[place] === component) &&
      (touching === null || touching.has(index)) &&
      (critical === 'all' || isCritical[place] === 1);
    if (!isPassing) passes[index] = 0;
  }
  return passes;
}
