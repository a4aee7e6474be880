/** The rows of the table of transactions, and their order. */
import { type Block, transactionAt } from './block.ts';
import { STATUSES } from './filter.ts';
import type { Outcome } from './outcome.ts';
import { accountText } from './words.ts';

export const COLUMNS = [
  { id: 'index', title: '#', isNumber: true },
  { id: 'status', title: 'Status', isNumber: false },
  { id: 'hash', title: 'Hash', isNumber: false },
  { id: 'from', title: 'From', isNumber: false },
  { id: 'to', title: 'To', isNumber: false },
  { id: 'call', title: 'Call', isNumber: false },
  { id: 'gas', title: 'Gas', isNumber: true },
  { id: 'keys', title: 'Keys', isNumber: true },
  { id: 'waits', title: 'Waits for', isNumber: true },
  { id: 'awaited', title: 'Awaited by', isNumber: true },
  { id: 'start', title: 'Earliest', isNumber: true },
  { id: 'component', title: 'Component', isNumber: true },
] as const;

export type ColumnId = (typeof COLUMNS)[number]['id'];

export interface Order {
  readonly column: ColumnId;
  readonly direction: 'ascending' | 'descending';
}

/** What a column says of a transaction; -1 where only those that were not dropped have a number. */
export function cellValue(block: Block, outcome: Outcome, index: number, column: ColumnId): number | string {
  const transaction = transactionAt(block, index);
  const place = outcome.placeOf[index] as number;
  const { graph, earliest } = outcome;
  switch (column) {
    case 'index':
      return index;
    case 'status':
      return STATUSES.indexOf(transaction.status);
    case 'hash':
      return transaction.hash;
    case 'from':
      return accountText(block, transaction.from);
    case 'to':
      return transaction.to === null ? '' : accountText(block, transaction.to);
    case 'call':
      return transaction.call;
    case 'gas':
      return transaction.gasEstimate;
    case 'keys': {
      const { rowStart } = block.conflicts;
      return (rowStart[index + 1] ?? 0) - (rowStart[index] ?? 0);
    }
    case 'waits':
      return graph.predecessors[place]?.length ?? -1;
    case 'awaited':
      return graph.successors[place]?.length ?? -1;
    case 'start':
      return earliest[place] ?? -1;
    case 'component':
      return graph.componentOf[place] ?? -1;
    default:
      return column satisfies never;
  }
}

/** Those that pass, sorted; equal ones in block order. */
export function sortedRows(block: Block, outcome: Outcome, passes: Uint8Array, order: Order): number[] {
  const values = new Map<number, number | string>();
  for (const [index, one] of passes.entries()) {
    if (one === 1) values.set(index, cellValue(block, outcome, index, order.column));
  }
  const sign = order.direction === 'ascending' ? 1 : -1;
  return [...values.keys()].sort((a, b) => {
    const x = values.get(a) as number | string;
    const y = values.get(b) as number | string;
    if (x === y) return a - b;
    return x < y ? -sign : sign;
  });
}
