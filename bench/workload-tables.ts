/** Measured workloads as text: a paragraph for a terminal, tables for a document. */
import type { Status } from '../dist/index.js';
import { markdownTable } from './table.ts';
import type { WorkloadRow } from './workload-row.ts';

const LANES = ['2', '4', '8', '16'] as const;
const HEADS = [
  'workload',
  'transactions',
  'components',
  'bound',
  'of recorded',
  'on 2 / 4 / 8 / 16',
  'ms, runBlock',
  'ms',
];

/** The workloads of a group, at one contention. */
export interface MeasuredGroup {
  readonly title: string;
  readonly contention: number;
  readonly rows: readonly WorkloadRow[];
}

/** One workload on a terminal. */
export function rowText(row: WorkloadRow): string {
  const { runBlock = 0, 'pevm-analyze': own = 0 } = row.times;
  const lines = [
    `${row.name}: ${row.title}`,
    `${statusText(row)}; ${row.components} components; bound ${ratio(row.speedup.bound)}, ` +
      `${row.share.toFixed(3)} of the recorded one; ${row.misses} misses`,
    `speed-up on 2, 4, 8, 16 lanes: ${lanesText(row)}; whole job ${own.toFixed(0)} ms, ` +
      `runBlock ${runBlock.toFixed(0)} ms`,
    ...(row.hotKeys.length === 0 ? [] : [`hot: ${row.hotKeys.join('; ')}`]),
    row.advice,
  ];
  return `\n  ${lines.join('\n    ')}\n`;
}

/** For each group a table of numbers, and under it what each workload is, what stops it, and what would help. */
export function workloadTables(groups: readonly MeasuredGroup[]): string {
  return groups
    .map(({ title, contention, rows }) =>
      [
        `## ${title}`,
        `Contention ${contention}.`,
        markdownTable(HEADS, rows.map(cellsOf)),
        rows.map(paragraphOf).join('\n'),
      ].join('\n\n'),
    )
    .join('\n\n');
}

function cellsOf(row: WorkloadRow): string[] {
  const { runBlock = 0, 'pevm-analyze': own = 0 } = row.times;
  return [
    `\`${row.name}\``,
    statusText(row),
    String(row.components),
    ratio(row.speedup.bound),
    row.share.toFixed(3),
    lanesText(row),
    runBlock.toFixed(0),
    own.toFixed(own < 10 ? 1 : 0),
  ];
}

function paragraphOf({ name, title, origin, hotKeys, advice, reasons }: WorkloadRow): string {
  const hot = hotKeys.length === 0 ? '' : ` Hot: ${hotKeys.map((key) => `\`${key}\``).join(', ')}.`;
  const why = reasons.length === 0 ? '' : ` Not exact: ${reasons.join(', ')}.`;
  return `- \`${name}\`: ${title}. Byte code: ${origin}.${hot}${why} ${advice}`;
}

/** E.g. `40 exact`. */
function statusText({ statuses }: WorkloadRow): string {
  const order: readonly Status[] = ['exact', 'bounded', 'deferred', 'unbounded'];
  return order
    .filter((status) => statuses.has(status))
    .map((status) => `${statuses.get(status)} ${status}`)
    .join(', ');
}

function lanesText({ speedup }: WorkloadRow): string {
  return LANES.map((lanes) => ratio(speedup[lanes])).join(' / ');
}

function ratio(value: number): string {
  return value.toFixed(1);
}
