/**
 * What ordering a block is worth: `npm run bench:order [-- BLOCK…] [--steps N] [--write]` takes real blocks for pools
 * without an order and orders them anew. For each: bound and makespan on 4, 8 and 16 lanes of the block as it was, by
 * fees, `parallel` and `balanced`, with the tips of each. All are taken alike, in estimated gas of the sequence
 * analysed in its order. It needs the corpus beside the checkout, and says so where there is none.
 */
import { parseArgs } from 'node:util';
import {
  analyzeBlock,
  buildConflictGraph,
  createMempoolIndex,
  type Objective,
  ordersOf,
  orderTransactions,
  readInput,
  snapshotState,
} from '../dist/index.js';
import { blockToBuild } from '../dist/ordering/block-to-build.js';
import { measureOrdering, measureOwn, type SequenceMeasure } from '../dist/ordering/measure.js';
import { CORPUS, mainnetBlocks, readCorpusBlock } from '../test/corpus.ts';
import { describeMachine, machineText } from './machine.ts';
import { numberOf } from './options.ts';
import { geometricMean } from './statistics.ts';
import { markdownTable, writeSection } from './table.ts';

const LANES = [4, 8, 16] as const;
const ORDERED: readonly Objective[] = ['fees', 'parallel', 'balanced'];
const NAMES = ['own', ...ORDERED] as const;
const DOCUMENT = new URL('../docs/ordering.md', import.meta.url);

/** One block on so many lanes. */
type Row = Readonly<Record<(typeof NAMES)[number], SequenceMeasure>>;

interface Block {
  readonly number: number;
  readonly orders: number;
  readonly rows: Readonly<Record<number, Row>>;
  readonly ms: number;
}

function orderedBlock(number: number, steps: number | undefined): Block {
  const { block: json, prestate, blockHashes } = readCorpusBlock(number);
  const input = readInput(json, { blockHashes });
  const state = snapshotState(prestate);
  const { block } = blockToBuild(input);
  const own = analyzeBlock(input, { state });
  const graph = buildConflictGraph(own);
  const { chainId, hardfork } = input;
  const pool = createMempoolIndex({ state, block, chainId, hardfork, blockHashes: input.blockHashes });
  pool.addAll(ordersOf(input));
  const how = steps === undefined ? {} : { steps };
  const start = performance.now();
  const rows = LANES.map((lanes): [number, Row] => {
    const ordered = ORDERED.map((objective): [Objective, SequenceMeasure] => {
      return [objective, measureOrdering(orderTransactions(pool, { ...how, objective, lanes }))];
    });
    return [lanes, { own: measureOwn(own, block, graph, lanes), ...Object.fromEntries(ordered) } as Row];
  });
  const ms = (performance.now() - start) / (LANES.length * ORDERED.length);
  return { number, orders: pool.size, rows: Object.fromEntries(rows), ms };
}

/** In millions of gas: makespan in order, and the bound where it is another. */
function timeText({ inOrder, bound }: SequenceMeasure): string {
  const text = (gas: bigint) => (Number(gas) / 1e6).toFixed(2);
  return inOrder === bound ? text(inOrder) : `${text(inOrder)} (${text(bound)})`;
}

function tipsText({ value }: SequenceMeasure): string {
  return (Number(value) / 1e18).toPrecision(4);
}

function lanesTable(blocks: readonly Block[], lanes: number): string {
  const heads = ['block', 'transactions', 'as it was', ...ORDERED];
  const rows = blocks.map(({ number, rows: byLanes }) => {
    const row = byLanes[lanes] as Row;
    return [`${number}`, `${row.own.transactions}`, ...NAMES.map((name) => timeText(row[name]))];
  });
  return `**${lanes} lanes**, makespan (bound) in millions of gas\n\n${markdownTable(heads, rows)}`;
}

function tipsTable(blocks: readonly Block[]): string {
  const heads = ['block', ...NAMES.map((name) => `${name === 'own' ? 'as it was' : name}`), 'left out', 'ms'];
  const rows = blocks.map(({ number, rows: byLanes, ms }) => {
    const row = byLanes[LANES[0]] as Row;
    const left = ORDERED.map((name) => row.own.transactions - row[name].transactions);
    return [`${number}`, ...NAMES.map((name) => tipsText(row[name])), left.join(' / '), ms.toFixed(0)];
  });
  return (
    `Tips in ETH on ${LANES[0]} lanes; transactions left out by fees / parallel / balanced; ` +
    `mean time of one ordering\n\n${markdownTable(heads, rows)}`
  );
}

/** Over the blocks that have any tips, or any time. */
function summary(blocks: readonly Block[]): string {
  const heads = [
    'geometric mean of',
    ...LANES.flatMap((lanes) => ORDERED.map((name) => `${name}, ${lanes}`)),
  ];
  const mean = (of: (row: Row, name: Objective) => number): string[] =>
    LANES.flatMap((lanes) =>
      ORDERED.map((name) => {
        const values = blocks.map(({ rows }) => of(rows[lanes] as Row, name));
        return geometricMean(values.filter((value) => Number.isFinite(value) && value > 0)).toFixed(3);
      }),
    );
  const ratio = (a: bigint, b: bigint): number => Number(a) / Number(b);
  return markdownTable(heads, [
    [
      'makespan ÷ that of the block as it was',
      ...mean((row, name) => ratio(row[name].inOrder, row.own.inOrder)),
    ],
    ['makespan ÷ that by fees', ...mean((row, name) => ratio(row[name].inOrder, row.fees.inOrder))],
    ['makespan ÷ own bound', ...mean((row, name) => ratio(row[name].inOrder, row[name].bound))],
    [
      'planned anew ÷ that of the block as it was',
      ...mean((row, name) => ratio(row[name].planned, row.own.planned)),
    ],
    ['tips ÷ those by fees', ...mean((row, name) => ratio(row[name].value, row.fees.value))],
  ]);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { steps: { type: 'string' }, write: { type: 'boolean', default: false } },
});
const all = mainnetBlocks();
if (all.length === 0) {
  console.log(`left out: no corpus at ${CORPUS}`);
} else {
  const steps = values.steps === undefined ? undefined : numberOf('steps', values.steps);
  const wanted = positionals.map((name) => numberOf('block', name));
  const blocks = (wanted.length > 0 ? wanted : all).map((number) => {
    const block = orderedBlock(number, steps);
    console.error(`${number}: ${block.orders} orders, ${block.ms.toFixed(0)} ms an ordering`);
    return block;
  });
  const text = [
    `\`npm run bench:order\` on ${machineText(describeMachine())}: ${blocks.length} blocks.`,
    summary(blocks),
    ...LANES.map((lanes) => lanesTable(blocks, lanes)),
    tipsTable(blocks),
  ].join('\n\n');
  console.log(text);
  if (values.write) writeSection(DOCUMENT, 'bench:order', text);
}
