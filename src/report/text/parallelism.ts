/** The section that answers at a glance: how much could run in parallel, and what stops it. */
import { chainLinks } from '../chain-links.ts';
import { bar, counted, grouped, percent, times, wrapped } from './layout.ts';
import { type Colors, type NamedFindings, routeText, title, total } from './style.ts';

const BAR_COLUMNS = 44;

export function parallelism(findings: NamedFindings, colors: Colors): string[] {
  const { graph, plan } = findings;
  if (graph.gas.length < 2) return [];
  const { speedup } = plan;
  const planned = plan.makespan === 0n ? 1 : Number(total(graph.gas)) / Number(plan.makespan);
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
      `At most ${times(speedup.bound)} with any number of workers; ` +
        `${times(planned)} with the ${grouped(plan.workers)} planned here.`,
    ),
    ...bottleneck(findings),
    '',
    ...rows.map(([name, ratio]) => {
      const drawn = bar(ratio / widest, BAR_COLUMNS) + (ratio > widest ? '▶' : '');
      return `  ${name.padEnd(12)}${times(ratio).padStart(8)}  ${colors.green(drawn)}`;
    }),
  ];
}

/** What keeps the block from more: the heaviest chain, and what most of its links meet on. */
function bottleneck({ analysis, graph, names }: NamedFindings): string[] {
  const { transactions, gas } = graph.criticalPath;
  const share = percent(gas, total(graph.gas));
  const [first] = transactions;
  if (first === undefined) return [];
  if (transactions.length === 1) {
    const free = graph.edges.length === 0 ? 'Nobody has to wait for another. ' : '';
    const tx = analysis.input.transactions[first];
    const call = tx === undefined ? '' : ` (${routeText(tx, names)})`;
    return wrapped(`${free}What stops more: transaction #${first}${call} alone has ${share} of the gas.`);
  }
  const meetings = new Map<string, number>();
  for (const link of chainLinks(graph)) {
    if (link !== null) meetings.set(link, (meetings.get(link) ?? 0) + 1);
  }
  const [most] = [...meetings].sort(([, a], [, b]) => b - a);
  const links = transactions.length - 1;
  const where =
    most === undefined
      ? ''
      : ` ${most[1] === links ? 'All' : `${grouped(most[1])} of ${grouped(links)}`} wait on ${names.meeting(most[0])}.`;
  return wrapped(
    `What stops more: ${counted(transactions.length, 'transaction')} in a row, with ${share} of the gas.${where}`,
  );
}
