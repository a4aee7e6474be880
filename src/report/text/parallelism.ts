/** The section that answers at a glance: how much could run in parallel, and what stops it. */
import type { ConflictGraph } from '../../graph/conflict-graph.ts';
import type { Findings } from '../document.ts';
import { bar, counted, grouped, percent, times, wrapped } from './layout.ts';
import { type Colors, keyText, title, total } from './style.ts';

const BAR_COLUMNS = 44;

export function parallelism(findings: Findings, colors: Colors): string[] {
  const { graph, plan } = findings;
  const { speedup } = plan;
  const gas = total(graph.gas);
  const planned = plan.makespan === 0n ? 1 : Number(gas) / Number(plan.makespan);
  const rows: [string, number][] = [
    ['2 workers', speedup['2']],
    ['4 workers', speedup['4']],
    ['8 workers', speedup['8']],
    ['16 workers', speedup['16']],
    ['no limit', speedup.bound],
  ];
  // What no number of workers in the table could use runs over the edge.
  const widest = Math.min(16, Math.max(1, ...rows.map(([, ratio]) => ratio)));
  return [
    title('How much can run in parallel', colors),
    ...wrapped(
      `At most ${times(speedup.bound)} with any number of workers; this plan has ` +
        `${counted(plan.workers, 'worker')} and gets ${times(planned)}.`,
    ),
    ...bottleneck(findings),
    '',
    ...rows.map(([name, ratio]) => {
      const drawn = bar(ratio / widest, BAR_COLUMNS) + (ratio > widest ? '▶' : '');
      return `  ${name.padEnd(12)}${times(ratio).padStart(8)}  ${colors.green(drawn)}`;
    }),
  ];
}

/** What keeps the block from more: the heaviest chain, and the key that most of its links meet on. */
function bottleneck({ analysis, graph }: Findings): string[] {
  const { transactions, gas } = graph.criticalPath;
  const share = percent(gas, total(graph.gas));
  const [only] = transactions;
  if (only === undefined) {
    return [];
  }
  if (transactions.length === 1) {
    return wrapped(`What stops it: transaction #${only} alone holds ${share} of the gas.`);
  }
  const meetings = new Map<string, number>();
  for (const key of chainKeys(graph)) {
    if (key !== undefined) {
      meetings.set(key, (meetings.get(key) ?? 0) + 1);
    }
  }
  const [most] = [...meetings].sort(([, a], [, b]) => b - a);
  const where =
    most === undefined
      ? ''
      : ` Most frequent link: ${keyText(most[0], analysis)} ` +
        `(${grouped(most[1])} of ${grouped(transactions.length - 1)}).`;
  return wrapped(
    `What stops it: a chain of ${counted(transactions.length, 'transaction')} holds ${share} of the gas ` +
      `and has to run one after the other.${where}`,
  );
}

/** A key on which each transaction of the longest chain meets the next; `undefined` where there is none. */
export function chainKeys({ criticalPath: { transactions }, edges }: ConflictGraph): (string | undefined)[] {
  const next = new Map(transactions.map((index, position) => [index, transactions[position + 1]]));
  const keyAfter = new Map<number, string | undefined>();
  for (const { from, to, keys } of edges) {
    if (next.get(from) === to) {
      keyAfter.set(from, keys[0]);
    }
  }
  return transactions.slice(0, -1).map((index) => keyAfter.get(index));
}
