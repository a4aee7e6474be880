/**
 * What a pool of pending orders costs: `npm run bench:mempool [-- OPTIONS]` fills an index with transactions over real
 * contracts, adds, asks and removes one by one (apart: conflicts and groups; whom a change concerns, and what has to be
 * derived again; deriving that), and moves the head of the chain on by blocks that are made of the
 * pool's own orders. After some heads everything is derived from scratch as well: the sets of the pool have to cover
 * that. In the end everything is removed: what is left of the heap is what the index keeps.
 *
 * With `--operations N` random operations (orders and bundles that come, replace others and go) take the place of the
 * probes and the heads, and the pool has to say then what one made from scratch says.
 *
 * Options: `--orders N` (10,000), `--heads N` (50), `--size N` transactions of a head (100), `--probes N` orders that
 * come and go one by one (1,000), `--operations N` (none), `--kinds NAMES` workloads that the orders are of, with commas
 * (all of `pending-orders.ts`).
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BlockDeriver } from '../dist/analysis/block.js';
import { PoolAnalysis } from '../dist/analysis/pool.js';
import {
  createExecutor,
  createMempoolIndex,
  type MempoolHead,
  type MempoolIndex,
  type StateSource,
  snapshotState,
} from '../dist/index.js';
import { mergeDiffs, type StateDiff } from '../dist/state/diff.js';
import { overlayState } from '../dist/state/overlay.js';
import { createRandom } from '../examples/generator/random.ts';
import { describeMachine, machineText } from './machine.ts';
import { numberOf } from './options.ts';
import { pendingOrders } from './pending-orders.ts';
import { accountOf, looseOrders } from './pool-account.ts';
import { Operations } from './pool-operations.ts';
import { spreadOf } from './statistics.ts';

const MB = 2 ** 20;
const BLOCK_SECONDS = 12n;
/** After so many heads the pool is compared with one made from scratch. */
const COMPARED_HEADS = 10;
/** Random operations from one line on how it goes to the next. */
const OPERATIONS_PER_LINE = 10_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let derivingMs = 0;
let derivations = 0;
const derive = BlockDeriver.prototype.of;
BlockDeriver.prototype.of = function timed(...of) {
  const start = performance.now();
  const one = derive.apply(this, of);
  derivingMs += performance.now() - start;
  derivations++;
  return one;
};

/** In which it is found out who has to be derived again, and that is done. */
let analysingMs = 0;
const change = PoolAnalysis.prototype.change;
PoolAnalysis.prototype.change = function timed(...of) {
  const start = performance.now();
  const outcome = change.apply(this, of);
  analysingMs += performance.now() - start;
  return outcome;
};

/** Milliseconds of an action. */
interface Times {
  readonly all: number;
  /** Without those in which it derived. */
  readonly beside: number;
  /** Without those of the analysis: conflicts and groups alone. */
  readonly index: number;
  readonly derivations: number;
}

function timesOf(action: () => void): Times {
  const [deriving, analysing, count] = [derivingMs, analysingMs, derivations];
  const start = performance.now();
  action();
  const all = performance.now() - start;
  return {
    all,
    beside: all - (derivingMs - deriving),
    index: all - (analysingMs - analysing),
    derivations: derivations - count,
  };
}

function line(name: string, values: readonly number[], unit = 'ms'): void {
  const { low, median, high } = spreadOf(values);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const texts = [low, median, high, most].map((value) => value.toFixed(3)).join('  ');
  process.stdout.write(`${name.padEnd(46)}${texts}  ${unit}\n`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function heapMb(): number {
  collect();
  return process.memoryUsage().heapUsed / MB;
}

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '10000' },
    heads: { type: 'string', default: '50' },
    size: { type: 'string', default: '100' },
    probes: { type: 'string', default: '1000' },
    operations: { type: 'string' },
    kinds: { type: 'string' },
  },
});
const [count, heads, size, probes] = (['orders', 'heads', 'size', 'probes'] as const).map((name) =>
  numberOf(name, values[name]),
) as [number, number, number, number];
const operations = values.operations === undefined ? 0 : numberOf('operations', values.operations);

const { input, prestate, orders: all } = await pendingOrders(count, values.kinds?.split(',') ?? null);
if (input.block === null) throw new Error('a block has a header');
const rules = { hardfork: input.hardfork, chainId: input.chainId };
let state: StateSource = snapshotState(prestate);
let head: MempoolHead = { state, block: input.block };
let diffs: StateDiff = new Map();
const executor = await createExecutor({ workers: 1 });

/** Executes orders that are in their turn, and moves the pool on to the state after them. */
async function nextHead(pool: MempoolIndex) {
  const runnable = pool.orders().filter(({ id }) => pool.obstacleOf(id)?.kind !== 'nonce-gap');
  const transactions = runnable.slice(0, size).flatMap((order) => [...order.transactions]);
  const parent: typeof input = { ...input, block: { ...head.block, gasUsed: null }, transactions };
  const { execution } = await executor.executeBlock(parent, { state, skipInvalid: true });
  diffs = mergeDiffs([diffs, execution.stateDiff]);
  state = overlayState(snapshotState(prestate), diffs);
  const { timestamp, number: height } = head.block;
  head = { state, block: { ...head.block, number: height + 1n, timestamp: timestamp + BLOCK_SECONDS } };
  let outcome: ReturnType<MempoolIndex['moveTo']> | null = null;
  const { all: elapsedMs } = timesOf(() => {
    outcome = pool.moveTo(head, execution.stateDiff);
  });
  return { elapsedMs, outcome: outcome as unknown as ReturnType<MempoolIndex['moveTo']> };
}

/** A pool with the same orders, made from scratch, and the milliseconds that it took. */
function freshLike(pool: MempoolIndex) {
  const fresh = createMempoolIndex({ ...head, ...rules });
  const orders = pool.orders();
  const { all: elapsedMs } = timesOf(() => fresh.addAll(orders));
  return { fresh, elapsedMs };
}

/** Throws unless the pool says what one made from scratch says, in everything that can be asked. */
function compareWithFresh(pool: MempoolIndex): void {
  const expected = accountOf(freshLike(pool).fresh)[Symbol.iterator]();
  let lines = 0;
  for (const text of accountOf(pool)) {
    const other = expected.next().value as string | undefined;
    if (text !== other) throw new Error(`another result:\n${text}\nfrom scratch:\n${other}`);
    lines++;
  }
  if (expected.next().done !== true) throw new Error('less than from scratch');
  say(`${pool.size} orders, ${lines} statements: all as from scratch`);
}

function probe(pool: MempoolIndex): void {
  const chosen = createRandom(7)
    .interleave(all.map((order) => [order]))
    .slice(0, probes);
  const [removing, adding, asking]: [Times[], Times[], number[]] = [[], [], []];
  for (const order of chosen) {
    removing.push(timesOf(() => pool.remove(order.id)));
    adding.push(timesOf(() => pool.add(order)));
    asking.push(timesOf(() => pool.conflictsOf(order.id)).all);
  }
  for (const [what, times] of [
    ['remove', removing],
    ['add', adding],
  ] as const) {
    line(
      `${what}: conflicts and groups`,
      times.map(({ index }) => index),
    );
    line(
      `${what}: whom it concerns`,
      times.map(({ beside, index }) => beside - index),
    );
    line(
      `${what}: deriving`,
      times.map(({ all, beside }) => all - beside),
    );
  }
  line('conflicts of an order', asking);
}

async function followHeads(pool: MempoolIndex): Promise<void> {
  const [shares, moving, scratch, loose]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let number = 1; number <= heads; number++) {
    const left = pool.size;
    const { elapsedMs, outcome } = await nextHead(pool);
    moving.push(elapsedMs);
    shares.push((100 * outcome.derived) / left);
    process.stderr.write(`head ${number} in ${elapsedMs.toFixed(0)} ms; ${pool.size} orders\n`);
    if (number % COMPARED_HEADS !== 0) continue;
    const { fresh, elapsedMs: scratchMs } = freshLike(pool);
    scratch.push(scratchMs);
    loose.push((100 * looseOrders(pool, fresh).length) / pool.size);
  }
  line('derived again for a head', shares, '% of the orders');
  line('moving the head', moving);
  if (scratch.length === 0) return;
  line('deriving everything', scratch);
  line('wider sets than from scratch', loose, '% of the orders');
}

function operate(pool: MempoolIndex): void {
  const played = new Operations(pool, all, createRandom(11));
  const beside: number[] = [];
  const start = performance.now();
  for (let number = 1; number <= operations; number++) {
    beside.push(timesOf(() => played.next()).beside);
    if (number % OPERATIONS_PER_LINE !== 0) continue;
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    process.stderr.write(`${number} operations in ${seconds} s; ${pool.size} orders\n`);
  }
  say(
    [...played.tally]
      .map(([what, often]) => `${what} ${often}`)
      .sort()
      .join(', '),
  );
  line('an operation, beside deriving', beside);
  compareWithFresh(pool);
}

say(`${machineText(describeMachine())}; ${count} orders`);
const emptyMb = heapMb();
const pool = createMempoolIndex({ ...head, ...rules });
const filled = timesOf(() => pool.addAll(all));
const fullMb = heapMb() - emptyMb;
say(
  `filled at once: ${filled.all.toFixed(0)} ms, beside deriving ${filled.beside.toFixed(0)} ms, ` +
    `${filled.derivations} derivations; heap ${fullMb.toFixed(0)} MB, ` +
    `${((fullMb * 1024) / count).toFixed(1)} KB an order; open ${pool.open().length}; ` +
    `groups ${pool.groups().length}, largest ${pool.groups()[0]?.orders.length ?? 0}`,
);
say(`${''.padEnd(46)}lower quartile, median, upper quartile, most`);
if (operations > 0) operate(pool);
else {
  probe(pool);
  await followHeads(pool);
}
pool.removeAll(pool.orders().map(({ id }) => id));
say(`heap when all are removed: ${(heapMb() - emptyMb).toFixed(1)} MB more than before`);
await executor.close();
