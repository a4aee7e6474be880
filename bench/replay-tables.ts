/** The tables of `npm run bench:replay`. */
import { GROUPS, type GroupMember } from './groups.ts';
import { geometricMean } from './statistics.ts';
import { markdownTable } from './table.ts';

/** Workers of the machines that are replayed. */
export const WIDTHS = [1, 2, 4, 8, 16, 32] as const;

/** Speed-ups over one thread by width, with one cost of giving a transaction out. */
export interface Variant {
  /** Of each transaction, in microseconds. */
  readonly dispatchUs: number;
  readonly speedups: readonly number[];
}

export interface ReplayedBlock extends GroupMember {
  /** All transactions one after the other, in milliseconds. */
  readonly totalMs: number;
  /** The transaction that takes longest. */
  readonly slowest: { readonly transaction: number; readonly ms: number };
  /** Total ÷ longest path, in gas as the planner estimates it, and in measured time. */
  readonly bound: { readonly gas: number; readonly measured: number };
  /** Speed-ups of the plan by width, in gas. */
  readonly planned: readonly number[];
  readonly variants: readonly Variant[];
}

/** Geometric means over a group of blocks. */
export interface ReplayMean {
  readonly group: string;
  readonly blocks: number;
  readonly bound: { readonly gas: number; readonly measured: number };
  readonly planned: readonly number[];
  readonly variants: readonly Variant[];
}

export function replayMeans(blocks: readonly ReplayedBlock[]): ReplayMean[] {
  return GROUPS.flatMap(([group, has]) => {
    const members = blocks.filter(has);
    if (members.length === 0) return [];
    const mean = (of: (block: ReplayedBlock) => number) => geometricMean(members.map(of));
    const dispatches = members[0]?.variants.map(({ dispatchUs }) => dispatchUs) ?? [];
    return [
      {
        group,
        blocks: members.length,
        bound: { gas: mean(({ bound }) => bound.gas), measured: mean(({ bound }) => bound.measured) },
        planned: WIDTHS.map((_, at) => mean(({ planned }) => planned[at] ?? 1)),
        variants: dispatches.map((dispatchUs, which) => ({
          dispatchUs,
          speedups: WIDTHS.map((_, at) => mean(({ variants }) => variants[which]?.speedups[at] ?? 1)),
        })),
      },
    ];
  });
}

export function replayTables(blocks: readonly ReplayedBlock[]): string {
  const sections = [['Geometric means', meansTable(replayMeans(blocks))]];
  for (const [which, { dispatchUs }] of (blocks[0]?.variants ?? []).entries()) {
    const title = `By block, ${dispatchText(dispatchUs)}`;
    sections.push([title, blockTable(blocks, which)]);
  }
  return sections.map(([title, table]) => `### ${title}\n\n${table}`).join('\n\n');
}

function meansTable(means: readonly ReplayMean[]): string {
  const rows = means.flatMap(({ group, bound, planned, variants }) => [
    [group, 'the plan, in gas', ...planned.map(times), times(bound.gas)],
    ...variants.map(({ dispatchUs, speedups }) => [
      group,
      `measured, ${dispatchText(dispatchUs)}`,
      ...speedups.map(times),
      times(bound.measured),
    ]),
  ]);
  return markdownTable(['blocks', 'time', ...WIDTHS.map(String), 'bound'], rows);
}

function blockTable(blocks: readonly ReplayedBlock[], which: number): string {
  const rows = blocks.map(({ name, transactions, totalMs, slowest, bound, variants }) => [
    name,
    String(transactions),
    totalMs.toFixed(1),
    `#${slowest.transaction} ${slowest.ms.toFixed(2)}`,
    ...(variants[which]?.speedups ?? []).map(times),
    times(bound.measured),
    times(bound.gas),
  ]);
  return markdownTable(['block', 'txs', 'ms', 'slowest', ...WIDTHS.map(String), 'bound', 'in gas'], rows);
}

function dispatchText(dispatchUs: number): string {
  return dispatchUs === 0 ? 'giving out for nothing' : `${dispatchUs} µs to give one out`;
}

function times(value: number): string {
  return value.toFixed(2);
}
