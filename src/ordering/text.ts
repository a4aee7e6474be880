/**
 * What `order` says to a person: 80 columns; first what is in the block and how long it takes against other orders
 * of the same pool, then what is not in it, then what hangs together.
 */
import { createNames, type Names } from '../names/names.ts';
import { lanes } from '../report/text/lanes.ts';
import { counted, grouped, percent, wrapped } from '../report/text/layout.ts';
import { type Colors, more, routeText, title } from '../report/text/style.ts';
import { weiText } from '../report/text/wei.ts';
import { gasOf } from './document.ts';
import { LEFT_OUT, type LeftOutCode, type LeftOutOrder, leftOutOrders } from './left-out.ts';
import type { SequenceMeasure } from './measure.ts';
import type { OrderedBlock } from './order-block.ts';

const SHOWN_GROUPS = 8;
const SHOWN_COSTS = 5;
const SHOWN_IDS = 4;
const NAME_COLUMNS = 10;
const GAS_COLUMNS = 13;
const VALUE_COLUMNS = 16;
const TIME_COLUMNS = ['makespan', 'in order', 'planned anew', 'bound'] as const;
const TIME_RULES =
  'Makespan: by the schedule that comes with it. In order: a free lane takes the first transaction that is ready. ' +
  'Planned anew: the one with the longest chain behind it.';

/** The whole report, ending in a line break. `colors` comes from picocolors' `createColors`. */
export function formatOrder(result: OrderedBlock, colors: Colors): string {
  const names = result.names ?? createNames(result.findings.analysis);
  return [
    heading(result, colors),
    comparison(result, colors),
    lanes({ ...result.findings, names }, colors),
    costs(result, colors, names),
    whatIfLines(result, colors),
    leftOut(result, colors),
    conflictGroups(result, colors, names),
    simulation(result, colors),
  ]
    .filter((section) => section.length > 0)
    .map((section) => `${section.join('\n')}\n`)
    .join('\n');
}

function heading({ input, origin, ordering, notInPool, pool }: OrderedBlock, colors: Colors): string[] {
  const { block, chainId, hardfork } = input;
  const { placed, transactions, gas, value } = ordering;
  const all = pool.size + notInPool.length;
  const subject = origin === 'made-up' ? 'A block' : `Block ${grouped(block.number)}`;
  return [
    `${colors.bold(`${subject}, ordered: ${ordering.objective}`)}${colors.dim(` · chain ${chainId} · ${hardfork}`)}`,
    ...wrapped(
      `${grouped(placed.length)} of ${counted(all, 'order')} with ${counted(transactions.length, 'transaction')}; ` +
        `${weiText(value)} in tips, ${grouped(gas)} gas (${percent(gas, block.gasLimit)} of the limit)`,
      '',
    ),
  ];
}

function comparison({ ordering, sequences }: OrderedBlock, colors: Colors): string[] {
  const { objective, lanes: width, makespan, bound, isOptimal } = ordering;
  if (ordering.transactions.length < 2) return [];
  const fees = sequences.find(({ name }) => name === 'fees');
  const against =
    objective === 'fees' || fees === undefined
      ? ''
      : `: ${comparedTo(makespan, fees.makespan)} by fees, ${comparedTo(makespan, fees.planned)} by fees planned anew`;
  const gap =
    makespan <= bound
      ? 'No schedule of this sequence is shorter.'
      : `At best ${grouped(bound)}: ${percent(makespan - bound, bound)} above that.`;
  return [
    title(`Time on ${counted(width, 'lane')}`, colors),
    ...wrapped(`${grouped(makespan)} gas until the last lane is done${against}. ${gap}`),
    ...(isOptimal && objective !== 'fees'
      ? wrapped('No other sequence of the pool is better by the objective.')
      : []),
    '',
    colors.dim(
      `  ${'ordered'.padEnd(NAME_COLUMNS)}${TIME_COLUMNS.map((name) => name.padStart(GAS_COLUMNS)).join('')}` +
        `${'tips'.padStart(VALUE_COLUMNS)}`,
    ),
    ...sequences.map((one) => sequenceLine(one, objective, colors)),
    '',
    ...wrapped(TIME_RULES).map(colors.dim),
  ];
}

/** As a beginning of `… that of another one`. */
function comparedTo(makespan: number, other: bigint): string {
  const difference = Number(other) - makespan;
  if (difference === 0) return 'as much as';
  return `${percent(Math.abs(difference), other)} ${difference > 0 ? 'less' : 'more'} than`;
}

function sequenceLine(
  { name, makespan, inOrder, planned, bound, value }: SequenceMeasure,
  chosen: string,
  colors: Colors,
): string {
  const line =
    `  ${(name === 'own' ? 'as it was' : name).padEnd(NAME_COLUMNS)}` +
    [makespan, inOrder, planned, bound].map((gas) => grouped(gas).padStart(GAS_COLUMNS)).join('') +
    `${weiText(value).padStart(VALUE_COLUMNS)}`;
  return name === chosen ? colors.green(line) : line;
}

/** Which orders the block would be shorter without, and what would make up for that. */
function costs({ costs: found, pool, ordering }: OrderedBlock, colors: Colors, names: Names): string[] {
  const costly = found.orders.filter(({ time }) => time > 0).sort((a, b) => b.time - a.time);
  if (costly.length === 0) return [];
  const byId = new Map(pool.orders().map((order) => [order.id, order]));
  return [
    title('What costs the block most time', colors),
    ...wrapped(`Of ${grouped(found.makespan)} gas in order:`),
    ...costly.slice(0, SHOWN_COSTS).flatMap(({ id, takes, time, value, price, tip, isWorthIt }) => {
      const tx = byId.get(id)?.transactions[0];
      const place = ordering.placed.find((one) => one.id === id)?.first ?? 0;
      const others = takes.length === 0 ? '' : ` with ${counted(takes.length, 'later order')} of its senders`;
      const verdict = isWorthIt
        ? `pays ${weiText(value)}, the time is worth ${weiText(price)}`
        : `pays ${weiText(value)}, and would have to pay ${weiText(price)}: a tip of ${weiText(tip)} a gas`;
      return [
        ...wrapped(`#${place} ${shortId(id)}${tx === undefined ? '' : ` ${routeText(tx, names)}`}`),
        ...wrapped(
          `${grouped(time)} gas (${percent(time, found.makespan)})${others}; ${verdict}`,
          '      ',
        ).map(isWorthIt ? colors.dim : colors.yellow),
      ];
    }),
    ...more(costly.length - SHOWN_COSTS, 'order', colors),
  ];
}

function whatIfLines({ whatIf: asked }: OrderedBlock, colors: Colors): string[] {
  if (asked === null) return [];
  const { changes, outcome } = asked;
  const { before, after, outOfTurn, free, sooner, affected, basis } = outcome;
  const change = (name: string, old: number, now: number): string =>
    `${name} ${grouped(now)} instead of ${grouped(old)}`;
  const listed = (ids: readonly string[]): string =>
    ids.slice(0, SHOWN_IDS).map(shortId).join(', ') + (ids.length > SHOWN_IDS ? ', …' : '');
  const lists: [string, readonly string[]][] = [
    ['wait for nobody any more, nor others for them', free],
    ['can start sooner', sooner.map(({ id }) => id)],
    ['cannot run any more, as nonces before theirs are missing or used', outOfTurn],
    ['may do something else than before', affected],
  ];
  return [
    title('What if', colors),
    ...changes.flatMap((text) => wrapped(text)),
    ...wrapped(
      `${change('Makespan in order', before.makespan, after.makespan)}, ${change('bound', before.bound, after.bound)}; ` +
        `tips ${weiText(after.value)} instead of ${weiText(before.value)}.` +
        (basis === 'assumed' ? ' That a key commutes is taken for granted.' : ''),
    ),
    ...lists.flatMap(([what, ids]) =>
      ids.length === 0 ? [] : wrapped(`${grouped(ids.length)} ${what}: ${listed(ids)}`, '    '),
    ),
  ];
}

function leftOut(result: OrderedBlock, colors: Colors): string[] {
  const byCode = new Map<LeftOutCode, LeftOutOrder[]>();
  for (const one of leftOutOrders(result)) byCode.set(one.code, [...(byCode.get(one.code) ?? []), one]);
  if (byCode.size === 0) return [];
  const sorted = [...byCode].sort(([, a], [, b]) => b.length - a.length);
  const count = sorted.reduce((sum, [, orders]) => sum + orders.length, 0);
  return [
    title('Left out', colors),
    ...wrapped(`${counted(count, 'order')}:`),
    ...sorted.flatMap(([code, orders]) => [
      ...wrapped(`${grouped(orders.length)} ${code}: ${LEFT_OUT[code]}`, '    '),
      ...wrapped(exampleText(orders), '      ').map(colors.dim),
    ]),
  ];
}

function exampleText([first]: readonly LeftOutOrder[]): string {
  if (first === undefined) return '';
  const at =
    first.transaction === null || first.transaction === 0 ? '' : `, transaction ${first.transaction} of it`;
  return `such as ${shortId(first.id)}${at}${first.by === null ? '' : `, by ${shortId(first.by)}`}`;
}

function conflictGroups(result: OrderedBlock, colors: Colors, names: Names): string[] {
  const groups = result.pool.groups();
  const open = result.pool.open().length;
  if (groups.length === 0 && open === 0) return [];
  const shared = groups.filter(({ orders }) => orders.length > 1);
  const alone = groups.length - shared.length;
  const placeOf = new Map(result.ordering.placed.map(({ id, first }) => [id, first]));
  return [
    title('Conflict groups of the pool', colors),
    ...wrapped(
      `${counted(groups.length, 'group')} that have nothing to do with each other, ${grouped(alone)} of a single order.` +
        (open === 0 ? '' : ` ${counted(open, 'order')} may touch anything.`),
    ),
    ...shared.slice(0, SHOWN_GROUPS).flatMap(({ orders }) => {
      const gas = orders.reduce((sum, id) => sum + gasOf(result, id), 0n);
      const inBlock = orders.filter((id) => placeOf.has(id)).length;
      return wrapped(
        `${counted(orders.length, 'order')}, ${grouped(inBlock)} in the block, ${grouped(gas)} gas${calledText(result, orders, names)}`,
        '    ',
      );
    }),
    ...more(shared.length - SHOWN_GROUPS, 'group', colors),
  ];
}

function simulation({ simulation: found }: OrderedBlock, colors: Colors): string[] {
  if (found === null) return [];
  const { groups, open } = found;
  const sequences = groups.reduce((sum, group) => sum + group.sequences.length, 0);
  const apart = groups.reduce((sum, { gas, sequences: inner }) => sum + gas * BigInt(inner.length), 0n);
  const varied = groups.filter((group) => group.sequences.length > 1);
  return [
    title('To simulate', colors),
    ...wrapped(
      `${counted(groups.length, 'group')} apart from each other, ${counted(sequences, 'sequence')} in all, ` +
        `${grouped(apart)} gas.${open.length === 0 ? '' : ` Last, on what they leave: ${counted(open.length, 'order')} that may touch anything.`}`,
    ),
    ...varied.slice(0, SHOWN_GROUPS).flatMap(({ orders, value, sequences: inner, isEvery, prefetch }) => {
      const slots = prefetch.accessList.reduce((sum, { storageKeys }) => sum + storageKeys.length, 0);
      return wrapped(
        `${counted(orders.length, 'order')} from ${shortId(orders[0] ?? '')}, ${weiText(value)}: ${counted(inner.length, 'sequence')}` +
          `${isEvery ? ', no other differs' : ''}; loads ${counted(prefetch.accessList.length, 'account')}, ${counted(slots, 'slot')}` +
          `${prefetch.regions.length === 0 ? '' : ` and ${counted(prefetch.regions.length, 'region')}`}`,
        '    ',
      );
    }),
    ...more(varied.length - SHOWN_GROUPS, 'group', colors),
  ];
}

/** What most transactions of a group call. */
function calledText({ pool }: OrderedBlock, ids: readonly string[], names: Names): string {
  const wanted = new Set(ids);
  const counts = new Map<string, number>();
  for (const { id, transactions } of pool.orders()) {
    if (!wanted.has(id)) continue;
    for (const tx of transactions) {
      const text = routeText(tx, names);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most === undefined ? '' : `; most: ${most[0]}`;
}

/** Enough of a hash to find it. */
function shortId(id: string): string {
  return id.length <= 20 ? id : `${id.slice(0, 10)}…${id.slice(-6)}`;
}
