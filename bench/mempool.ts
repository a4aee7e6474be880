/**
 * What a pool of pending orders costs: `npm run bench:mempool [-- OPTIONS]` fills an index with transactions over real
 * contracts (transfers of ether, of a token, swaps), adds, asks and removes one by one, and moves the head of the
 * chain on by blocks that are made of the pool's own orders. After some heads everything is derived from scratch as
 * well, and compared.
 *
 * Options: `--orders N` (10,000), `--heads N` (50), `--size N` transactions of a head (100), `--probes N` orders that
 * come and go one by one (1,000).
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BlockDeriver } from '../dist/analysis/block.js';
import { regionText } from '../dist/analysis/region-text.js';
import {
  createExecutor,
  createMempoolIndex,
  type MempoolHead,
  type MempoolIndex,
  type Order,
  ordersOf,
  readInput,
  type StateSource,
  snapshotState,
} from '../dist/index.js';
import { mergeDiffs, type StateDiff } from '../dist/state/diff.js';
import { overlayState } from '../dist/state/overlay.js';
import { createRandom } from '../examples/generator/random.ts';
import { generateSyntheticBlock } from '../examples/synthetic-block/generate.ts';
import { describeMachine, machineText } from './machine.ts';
import { numberOf } from './options.ts';
import { spreadOf } from './statistics.ts';

/** Transactions of the block whose copies, with later nonces, are the pool. */
const BASE = 500;
const MB = 2 ** 20;
const BLOCK_SECONDS = 12n;
/** After so many heads the pool is compared with one made from scratch. */
const COMPARED_HEADS = 10;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let derivingMs = 0;
const derive = BlockDeriver.prototype.of;
BlockDeriver.prototype.of = function timed(...of) {
  const start = performance.now();
  const one = derive.apply(this, of);
  derivingMs += performance.now() - start;
  return one;
};

/** Milliseconds of an action, without those in which it derived. */
function timesOf(action: () => void): { readonly all: number; readonly beside: number } {
  const before = derivingMs;
  const start = performance.now();
  action();
  const all = performance.now() - start;
  return { all, beside: all - (derivingMs - before) };
}

function line(name: string, values: readonly number[], unit = 'ms'): void {
  const { low, median, high } = spreadOf(values);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const texts = [low, median, high, most].map((value) => value.toFixed(3)).join('  ');
  process.stdout.write(`${name.padEnd(46)}${texts}  ${unit}\n`);
}

function heapMb(): number {
  collect();
  return process.memoryUsage().heapUsed / MB;
}

/** All sets of a pool, as text. */
function textOf(pool: MempoolIndex): string {
  return pool
    .orders()
    .map(({ id }) => id)
    .sort()
    .map((id) => {
      const analyses = pool.analysesOf(id) ?? [];
      const sets = analyses.map(({ status, accesses: { keys, regions } }) =>
        [status, ...[...keys].map(String).sort(), ...regions.map(regionText).sort()].join(' '),
      );
      return [id, ...sets, ...(pool.conflictsOf(id)?.orders.toSorted() ?? [])].join(' ');
    })
    .join('\n');
}

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '10000' },
    heads: { type: 'string', default: '50' },
    size: { type: 'string', default: '100' },
    probes: { type: 'string', default: '1000' },
  },
});
const [count, heads, size, probes] = (['orders', 'heads', 'size', 'probes'] as const).map((name) =>
  numberOf(`--${name}`, values[name]),
) as [number, number, number, number];

const { block, prestate } = await generateSyntheticBlock({
  kind: 'mixed',
  transactions: Math.min(BASE, count),
});
const input = readInput(block, { chain: 'mainnet' });
if (input.block === null) throw new Error('a block has a header');
const first = ordersOf(input);
const perSender = new Map<string, bigint>();
for (const { from } of input.transactions) perSender.set(from, (perSender.get(from) ?? 0n) + 1n);
const all: Order[] = Array.from({ length: count }, (_, at) => {
  const order = first[at % first.length] as Order;
  const round = BigInt(Math.floor(at / first.length));
  const transactions = order.transactions.map((tx) => ({
    ...tx,
    hash: `0x${round.toString(16).padStart(8, '0')}${tx.hash.slice(10)}` as const,
    nonce: tx.nonce + round * (perSender.get(tx.from) ?? 0n),
  }));
  return { ...order, id: transactions[0]?.hash ?? order.id, transactions };
});
const rules = { hardfork: input.hardfork, chainId: input.chainId };
let state: StateSource = snapshotState(prestate);
let head: MempoolHead = { state, block: input.block };

process.stdout.write(`${machineText(describeMachine())}; ${count} orders\n`);
process.stdout.write(`${''.padEnd(46)}lower quartile, median, upper quartile, most\n`);
const emptyMb = heapMb();
const pool = createMempoolIndex({ ...head, ...rules });
const filled = timesOf(() => pool.addAll(all));
process.stdout.write(
  `filled at once: ${filled.all.toFixed(0)} ms, beside deriving ${filled.beside.toFixed(0)} ms; ` +
    `heap ${(heapMb() - emptyMb).toFixed(0)} MB; open ${pool.open().length}; ` +
    `groups ${pool.groups().length}, largest ${pool.groups()[0]?.orders.length ?? 0}\n`,
);
const random = createRandom(7);
const chosen = random.interleave(all.map((order) => [order])).slice(0, probes);
const [removing, adding, asking]: [number[], number[], number[]] = [[], [], []];
for (const order of chosen) {
  removing.push(timesOf(() => pool.remove(order.id)).beside);
  adding.push(timesOf(() => pool.add(order)).beside);
  asking.push(timesOf(() => pool.conflictsOf(order.id)).all);
}
line('remove, beside deriving', removing);
line('add, beside deriving', adding);
line('conflicts of an order', asking);

const executor = await createExecutor({ workers: 1 });
const [shares, moving, scratch]: [number[], number[], number[]] = [[], [], []];
let diffs: StateDiff = new Map();
for (let number = 1; number <= heads; number++) {
  const runnable = pool.orders().filter(({ id }) => pool.obstacleOf(id)?.kind !== 'nonce-gap');
  const transactions = runnable.slice(0, size).flatMap((order) => [...order.transactions]);
  const parent: typeof input = { ...input, block: { ...head.block, gasUsed: null }, transactions };
  const { execution } = await executor.executeBlock(parent, { state, skipInvalid: true });
  diffs = mergeDiffs([diffs, execution.stateDiff]);
  state = overlayState(snapshotState(prestate), diffs);
  const { timestamp, number: height } = head.block;
  head = { state, block: { ...head.block, number: height + 1n, timestamp: timestamp + BLOCK_SECONDS } };
  const left = pool.size;
  let derived = 0;
  moving.push(
    timesOf(() => {
      derived = pool.moveTo(head, execution.stateDiff).derived;
    }).all,
  );
  shares.push((100 * derived) / left);
  if (number % COMPARED_HEADS !== 0) continue;
  const fresh = createMempoolIndex({ ...head, ...rules });
  const orders = pool.orders();
  scratch.push(timesOf(() => fresh.addAll(orders)).all);
  if (textOf(fresh) !== textOf(pool)) throw new Error(`another result after head ${number}`);
  process.stderr.write(`head ${number}: ${orders.length} orders, as from scratch\n`);
}
await executor.close();
line('derived again for a head', shares, '% of the orders');
line('moving the head', moving);
if (scratch.length > 0) line('deriving everything', scratch);
