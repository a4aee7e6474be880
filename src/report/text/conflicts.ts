/** The sections on conflicts: how many, and on which keys. */
import { amount, columnsOf, counted, fitted, grouped, percent, WIDTH, wrapped } from './layout.ts';
import { type Colors, more, type NamedFindings, title, total } from './style.ts';

const SHOWN_HOT_KEYS = 10;
const COUNT_COLUMNS = 7;
const GAS_COLUMNS = 13;
const PAIR_COLUMNS = 11;
const KEY_COLUMNS = WIDTH - 2 - COUNT_COLUMNS - GAS_COLUMNS - PAIR_COLUMNS;

export function conflicts({ analysis, graph }: NamedFindings, colors: Colors): string[] {
  if (graph.gas.length < 2) return [];
  const alone = graph.components.filter(({ transactions }) => transactions.length === 1).length;
  const largest = [...graph.components].sort((a, b) => b.transactions.length - a.transactions.length)[0];
  const held = analysis.transactions.filter(({ heldBy }) => heldBy.length > 0).length;
  const parts = graph.components.length;
  const groups =
    graph.edges.length === 0
      ? 'No transaction has to wait for another.'
      : `${counted(graph.edges.length, 'pair')} of transactions, of which one has to wait for the other. ` +
        (parts === 1
          ? 'All transactions hang together.'
          : `There are ${grouped(parts)} groups that have nothing to do with each other, ` +
            `${grouped(alone)} of a single transaction.`);
  return [
    title('Conflicts', colors),
    ...wrapped(groups),
    ...(largest === undefined || largest.transactions.length < 2 || parts === 1
      ? []
      : wrapped(
          `The largest has ${counted(largest.transactions.length, 'transaction')} and ` +
            `${percent(largest.gas, total(graph.gas))} of the gas.`,
        )),
    ...(held === 0 ? [] : wrapped(`${counted(held, 'transaction')} held until deferred ones are resolved.`)),
  ];
}

export function hotKeys({ graph, names }: NamedFindings, colors: Colors): string[] {
  const shown = graph.hotKeys.slice(0, SHOWN_HOT_KEYS);
  if (shown.length === 0) return [];
  return [
    title('Hot keys', colors),
    colors.dim(
      `  ${'state key'.padEnd(KEY_COLUMNS)}${'txs'.padStart(COUNT_COLUMNS)}${'gas'.padStart(GAS_COLUMNS)}` +
        `${'conflicts'.padStart(PAIR_COLUMNS)}`,
    ),
    ...shown.flatMap(({ key, transactions, gas, conflicts: pairs }) => {
      const [first, ...rest] = keyLines(names.key(key).text);
      return [
        `  ${first} ${amount(transactions, COUNT_COLUMNS)}` +
          `${amount(gas, GAS_COLUMNS)}${amount(pairs, PAIR_COLUMNS)}`,
        ...rest,
      ];
    }),
    ...more(graph.hotKeys.length - shown.length, 'key', colors),
  ];
}

/** A key's text: beside the numbers as much as fits there, the rest below it. */
function keyLines(text: string): string[] {
  const columns = KEY_COLUMNS - 1;
  if (columnsOf(text) <= columns) return [fitted(text, columns)];
  const words = text.split(' ');
  let count = words.length;
  while (count > 1 && columnsOf(words.slice(0, count).join(' ')) > columns) count -= 1;
  const rest = words.slice(count).join(' ');
  return [
    fitted(words.slice(0, count).join(' '), columns),
    ...(rest === '' ? [] : wrapped(rest, ' '.repeat(6))),
  ];
}
