/** Findings as rows of plain values: what CSV and NDJSON have in common. */
import { createNames } from '../../names/names.ts';
import type { Findings } from '../../report/document.ts';
import { parseKey, slotHex } from '../../state/key.ts';

type Cell = string | number | bigint | boolean | null | readonly string[] | readonly number[];

/** Names of columns in their order, the same in every row of a table. */
export type Row = Readonly<Record<string, Cell>>;

/** A table with its columns, which are known even if there is no row. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

const TRANSACTION_COLUMNS = [
  'index',
  'hash',
  'from',
  'to',
  'call',
  'status',
  'reasons',
  'reads',
  'writes',
  'deltas',
  'regions',
  'component',
  'predecessors',
  'critical',
  'worker',
  'start',
  'end',
  'gasLimit',
  'gasEstimate',
  'gasUsed',
  'outcome',
] as const;

/**
 * A row for each transaction, in block order: who asks whom for what, how well its sets are known and how many keys
 * and regions are in them, its place in graph and plan (`start` and `end` in estimated gas), and, once executed, the
 * gas that it used and its `outcome`: `succeeded`, `failed` or `skipped`.
 */
export function transactionTable({ analysis, graph, plan, execution, names }: Findings): Table {
  const called = names ?? createNames(analysis);
  const tasks = new Map(plan.lanes.flat().map((task) => [task.transaction, task]));
  const isCritical = new Set(graph.criticalPath.transactions);
  const receipts = new Map(execution?.receipts.map((receipt) => [receipt.transaction, receipt]));
  const skipped = new Set(execution?.skipped.map(({ index }) => index));
  const rows = analysis.transactions.flatMap(({ index, status, reasons, accesses, gasEstimate }) => {
    const transaction = analysis.input.transactions[index];
    if (transaction === undefined) return [];
    const counts = { read: 0, write: 0, delta: 0 };
    for (const mode of accesses.keys.values()) counts[mode]++;
    const task = tasks.get(index);
    const receipt = receipts.get(index);
    const row: Record<(typeof TRANSACTION_COLUMNS)[number], Cell> = {
      index,
      hash: transaction.hash,
      from: transaction.from,
      to: transaction.to,
      call: called.call(transaction).text,
      status,
      reasons: reasons.map(({ code }) => code),
      reads: counts.read,
      writes: counts.write,
      deltas: counts.delta,
      regions: accesses.regions.length,
      component: graph.componentOf[index] ?? null,
      predecessors: [...(graph.predecessors[index] ?? [])].sort((a, b) => a - b),
      critical: isCritical.has(index),
      worker: task?.worker ?? null,
      start: task?.start ?? null,
      end: task?.end ?? null,
      gasLimit: transaction.gasLimit,
      gasEstimate,
      gasUsed: receipt?.gasUsed ?? null,
      outcome:
        receipt === undefined
          ? skipped.has(index)
            ? 'skipped'
            : null
          : receipt.status === 0
            ? 'failed'
            : 'succeeded',
    };
    return [row];
  });
  return { columns: TRANSACTION_COLUMNS, rows };
}

const KEY_COLUMNS = ['transaction', 'mode', 'address', 'field', 'slot', 'place'] as const;

/**
 * A row for each key and each region of each transaction, in block order. `field` is `balance`, `nonce`, `code` or
 * `storage`, and `any` where a region is everything; `slot` is empty where it is no single slot; `place` is what
 * people call it.
 */
export function keyTable({ analysis, names }: Findings): Table {
  const called = names ?? createNames(analysis);
  const rows: Row[] = [];
  for (const { index: transaction, accesses } of analysis.transactions) {
    for (const key of [...accesses.keys.keys()].sort()) {
      const { address, field, slot } = parseKey(key);
      const mode = accesses.keys.get(key) ?? 'read';
      const place = called.key(key).text;
      rows.push({ transaction, mode, address, field, slot: slot === null ? null : slotHex(slot), place });
    }
    for (const region of accesses.regions) {
      const { mode, address, field } = region;
      rows.push({ transaction, mode, address, field, slot: null, place: called.region(region) });
    }
  }
  return { columns: KEY_COLUMNS, rows };
}
