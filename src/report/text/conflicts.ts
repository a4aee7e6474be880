/** The sections on conflicts: how many, on which keys, and along which chain. */
import type { Status } from '../../analysis/result.ts';
import type { Findings } from '../document.ts';
import { clipped, counted, fitted, grouped, percent, shortHex, WIDTH, wrapped } from './layout.ts';
import { chainKeys } from './parallelism.ts';
import { type Colors, keyText, more, statusColor, title, total } from './style.ts';

const SHOWN_HOT_KEYS = 8;
const SHOWN_CHAIN = 10;

export function conflicts({ analysis, graph }: Findings, colors: Colors): string[] {
  const alone = graph.components.filter(({ transactions }) => transactions.length === 1).length;
  const largest = [...graph.components].sort((a, b) => b.transactions.length - a.transactions.length)[0];
  const gas = total(graph.gas);
  const held = analysis.transactions.filter(({ heldBy }) => heldBy.length > 0).length;
  return [
    title('Conflicts', colors),
    ...wrapped(
      `${counted(graph.edges.length, 'edge')} between transactions that have to wait for each other; ` +
        `${counted(graph.components.length, 'independent component')}, ${grouped(alone)} of a single transaction.`,
    ),
    ...(largest === undefined || largest.transactions.length < 2
      ? []
      : wrapped(
          `The largest component has ${counted(largest.transactions.length, 'transaction')} and ` +
            `${percent(largest.gas, gas)} of the gas.`,
        )),
    ...(held === 0 ? [] : wrapped(`${counted(held, 'transaction')} held until deferred ones are resolved.`)),
  ];
}

export function hotKeys({ analysis, graph }: Findings, colors: Colors): string[] {
  const shown = graph.hotKeys.slice(0, SHOWN_HOT_KEYS);
  if (shown.length === 0) {
    return [];
  }
  const columns = WIDTH - 2 - 7 - 13 - 11;
  return [
    title('Hot keys', colors),
    colors.dim(
      `  ${'key'.padEnd(columns)}${'txs'.padStart(7)}${'gas'.padStart(13)}${'conflicts'.padStart(11)}`,
    ),
    ...shown.map(
      ({ key, transactions, gas, conflicts: pairs }) =>
        `  ${fitted(keyText(key, analysis), columns - 1)} ${grouped(transactions).padStart(7)}` +
        `${grouped(gas).padStart(13)}${grouped(pairs).padStart(11)}`,
    ),
    ...more(graph.hotKeys.length - shown.length, 'key', colors),
  ];
}

export function longestChain({ analysis, graph }: Findings, colors: Colors): string[] {
  const { transactions, gas } = graph.criticalPath;
  if (transactions.length < 2) {
    return [];
  }
  const links = chainKeys(graph);
  const shown = transactions.slice(0, SHOWN_CHAIN);
  return [
    title('Longest chain', colors),
    `  ${counted(transactions.length, 'transaction')}, ${grouped(gas)} gas`,
    '',
    ...shown.flatMap((index, position) => {
      const tx = analysis.input.transactions[index];
      const route =
        tx === undefined ? '' : `${shortHex(tx.from)} → ${tx.to === null ? 'new contract' : shortHex(tx.to)}`;
      const line =
        `  ${colors.bold(`#${index}`.padEnd(6))}${grouped(graph.gas[index] ?? 0n).padStart(12)} gas  ` +
        `${route.padEnd(28)}${statusMark(analysis.transactions[index]?.status, colors)}`;
      const link = links[position] ?? 'starts when that one is resolved';
      return [
        line.trimEnd(),
        ...(position < links.length
          ? [colors.dim(clipped(`        ↓ ${keyText(link, analysis)}`, WIDTH))]
          : []),
      ];
    }),
    ...more(transactions.length - shown.length, 'transaction', colors),
  ];
}

function statusMark(status: Status | undefined, colors: Colors): string {
  return status === undefined || status === 'exact' ? '' : statusColor(status, colors)(status);
}
