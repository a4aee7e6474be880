/** The tables of `npm run bench`. */
import type { Results, Times } from './contender.ts';
import { GROUPS, type GroupMember } from './groups.ts';
import { geometricMean, relativeSpread } from './statistics.ts';
import { markdownTable } from './table.ts';

/** What one block takes, and what its graph allows. */
export interface MeasuredBlock extends GroupMember {
  readonly gas: number;
  /** Total gas ÷ critical path: the speed-up that no number of workers exceeds. */
  readonly bound: number;
  /** Total gas ÷ makespan of the plan for the workers asked for. */
  readonly boundOnWorkers: number;
  readonly results: Results;
}

/** A number for each block, larger is better; `null` where it was not measured. */
export interface Comparison {
  readonly title: string;
  readonly of: (block: MeasuredBlock) => number | null;
}

/** How often as fast as `base` the contender is. */
function faster(
  title: string,
  contender: string,
  base: string,
  by: 'total' | 'processor' = 'total',
): Comparison {
  return { title, of: ({ results }) => ratio(results[base]?.[by]?.median, results[contender]?.[by]?.median) };
}

function ratio(above: number | undefined, below: number | undefined): number | null {
  return above === undefined || below === undefined || below === 0 ? null : above / below;
}

export const COMPARISONS: readonly Comparison[] = [
  faster('tuned, one worker, against `runBlock`', 'tuned one', 'runBlock'),
  faster('tuned, N workers, against `runBlock`', 'tuned many', 'runBlock'),
  faster('tuned, N workers, against `runBlock`, helped', 'tuned many', 'runBlock, helped'),
  faster('tuned, N workers and state root, against `runBlock`', 'tuned rooted', 'runBlock'),
  faster('tuned, N workers and state root, against `runBlock`, helped', 'tuned rooted', 'runBlock, helped'),
  faster('tuned, N workers and state root, against EDR', 'tuned rooted', 'EDR'),
  faster('tuned, one worker, against `runBlock`, processor time', 'tuned one', 'runBlock', 'processor'),
  faster(
    'tuned, one worker, against `runBlock`, helped, processor time',
    'tuned one',
    'runBlock, helped',
    'processor',
  ),
  faster('stock, one worker, against `runBlock`', 'stock one', 'runBlock'),
  faster('stock, N workers, against `runBlock`', 'stock many', 'runBlock'),
  faster('tuned, N workers against one', 'tuned many', 'tuned one'),
  faster('tuned, N workers against one without analysis', 'tuned many', 'tuned given'),
  faster('stock, N workers against one', 'stock many', 'stock one'),
  faster('stock, N workers against one without analysis', 'stock many', 'stock given'),
  { title: 'share of the bound on N workers, tuned', of: (block) => shareOfBound(block, 'tuned') },
  { title: 'share of the bound on N workers, stock', of: (block) => shareOfBound(block, 'stock') },
  {
    title: 'execution alone, tuned against stock',
    of: ({ results }) =>
      ratio(results['stock given']?.execution?.median, results['tuned given']?.execution?.median),
  },
];

/** The speed-up of N workers over one without analysis, of what the plan promises for N. */
function shareOfBound({ results, boundOnWorkers }: MeasuredBlock, engine: 'tuned' | 'stock'): number | null {
  const gained = ratio(results[`${engine} given`]?.total.median, results[`${engine} many`]?.total.median);
  return gained === null ? null : gained / boundOnWorkers;
}

/** Of a comparison over a group of blocks. */
export interface Mean {
  readonly title: string;
  readonly group: string;
  readonly blocks: number;
  readonly geometricMean: number;
  readonly least: { readonly value: number; readonly block: string };
}

export function meansOf(blocks: readonly MeasuredBlock[]): Mean[] {
  return COMPARISONS.flatMap(({ title, of }) =>
    GROUPS.flatMap(([group, has]): Mean[] => {
      const values = blocks.filter(has).flatMap((block) => {
        const value = of(block);
        return value === null ? [] : [{ value, block: block.name }];
      });
      const [least] = [...values].sort((a, b) => a.value - b.value);
      if (least === undefined) return [];
      return [
        {
          title,
          group,
          blocks: values.length,
          geometricMean: geometricMean(values.map(({ value }) => value)),
          least,
        },
      ];
    }),
  );
}

/**
 * Blocks on which N workers take longer, whole job. Those that ran on one thread, for lack of a gain, differ
 * from `one` by chance only, and are left out there.
 */
export function slowerBlocks(
  blocks: readonly MeasuredBlock[],
  engine: 'tuned' | 'stock',
  than: 'one' | 'given',
): string[] {
  const { of } = faster('', `${engine} many`, `${engine} ${than}`);
  return blocks
    .filter(({ results }) => than === 'given' || (results[`${engine} many`]?.workers ?? 1) > 1)
    .filter((block) => (of(block) ?? 1) < 1)
    .map(({ name }) => name);
}

export function executionTables(blocks: readonly MeasuredBlock[], workers: number): string {
  const sections = [
    ['Means (least, and its block)', meansTable(blocks)],
    [`The whole job, tuned form, ms; N = ${workers}`, wholeJobTable(blocks)],
    ['What the graph allows and what is reached, tuned form, ms', boundTable(blocks)],
    ['Stock against tuned form, ms', formsTable(blocks)],
  ];
  const slower = (['tuned', 'stock'] as const).flatMap((engine) =>
    (['one', 'given'] as const).map((than) => {
      const names = slowerBlocks(blocks, engine, than);
      const base = than === 'one' ? 'one worker' : 'one without analysis';
      return `- ${engine}, N workers slower than ${base}: ${names.length === 0 ? 'none' : names.join(', ')}`;
    }),
  );
  return [...sections.map(([title, table]) => `### ${title}\n\n${table}`), slower.join('\n')].join('\n\n');
}

function meansTable(blocks: readonly MeasuredBlock[]): string {
  const means = meansOf(blocks);
  const groups = GROUPS.map(([title]) => title).filter((title) => means.some(({ group }) => group === title));
  const titles = [...new Set(means.map(({ title }) => title))];
  const rows = titles.map((title) => [
    title,
    ...groups.map((group) => {
      const mean = means.find((one) => one.title === title && one.group === group);
      if (mean === undefined) return '';
      return `${mean.geometricMean.toFixed(2)} (${mean.least.value.toFixed(2)}, ${mean.least.block})`;
    }),
  ]);
  return markdownTable(['', ...groups], rows);
}

function wholeJobTable(blocks: readonly MeasuredBlock[]): string {
  const hasEdr = blocks.some(({ results }) => results.EDR !== undefined);
  const heads = ['block', 'txs', 'Mgas', 'runBlock', 'helped', ...(hasEdr ? ['EDR'] : [])];
  const rows = blocks.map(({ name, transactions, gas, results }) => [
    name,
    String(transactions),
    (gas / 1e6).toFixed(1),
    total(results.runBlock),
    total(results['runBlock, helped']),
    ...(hasEdr ? [total(results.EDR)] : []),
    total(results['tuned given']),
    total(results['tuned one']),
    total(results['tuned many']),
    total(results['tuned rooted']),
    factor(results.runBlock, results['tuned one']),
    factor(results.runBlock, results['tuned many']),
    factor(results.runBlock, results['tuned rooted']),
  ]);
  return markdownTable([...heads, 'given', '1', 'N', 'N + root', '× 1', '× N', '× N + root'], rows);
}

function boundTable(blocks: readonly MeasuredBlock[]): string {
  const heads = [
    'block',
    'bound',
    'on N',
    'reading',
    'analysis',
    'execution 1',
    'execution N',
    'threads',
    'gained',
    'share',
  ];
  const rows = blocks.map((block) => {
    const { name, bound, boundOnWorkers, results } = block;
    const many = results['tuned many'];
    const share = shareOfBound(block, 'tuned');
    return [
      name,
      bound.toFixed(2),
      boundOnWorkers.toFixed(2),
      ms(many?.reading?.median),
      ms(many?.analysis?.median),
      ms(results['tuned given']?.execution?.median),
      ms(many?.execution?.median),
      String(many?.workers ?? ''),
      factor(results['tuned given'], many),
      share === null ? '' : `${(100 * share).toFixed(0)} %`,
    ];
  });
  return markdownTable(heads, rows);
}

function formsTable(blocks: readonly MeasuredBlock[]): string {
  const heads = ['block', 'given', '1', 'N', 'threads', '× N', 'stock alone', 'tuned alone', '×'];
  const rows = blocks.map(({ name, results }) => {
    const [stock, tuned] = [results['stock given']?.execution, results['tuned given']?.execution];
    return [
      name,
      total(results['stock given']),
      total(results['stock one']),
      total(results['stock many']),
      String(results['stock many']?.workers ?? ''),
      factor(results.runBlock, results['stock many']),
      ms(stock?.median),
      ms(tuned?.median),
      ratio(stock?.median, tuned?.median)?.toFixed(2) ?? '',
    ];
  });
  return markdownTable(heads, rows);
}

function factor(base: Times | undefined, contender: Times | undefined): string {
  return ratio(base?.total.median, contender?.total.median)?.toFixed(2) ?? '';
}

function total(times: Times | undefined): string {
  if (times === undefined) return '';
  return `${ms(times.total.median)} ±${(100 * relativeSpread(times.total)).toFixed(0)}%`;
}

function ms(value: number | undefined): string {
  if (value === undefined) return '';
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
