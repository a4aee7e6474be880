/** Orders of a pool as the sequence of a block. */
import { InputError } from '../errors.ts';
import { balance } from './balanced.ts';
import { byDensity } from './density.ts';
import { type Candidate, fillBlock, type Sequence, type SequenceTask } from './fee-sequence.ts';
import type { Fit } from './filling.ts';
import { Inclusion } from './inclusion.ts';
import type { MempoolIndex } from './mempool-index.ts';
import type { LeftOut, Ordering, OrderingOptions, PlacedOrder } from './ordering.ts';
import { arrange, shorten } from './parallel.ts';
import { promote } from './promotion.ts';

/** Schedules that a search tries at most. */
const MOST_SCHEDULES = 2_000;
/** Ways through the pool, each with the gas that the one before has found. */
const MOST_PASSES = 3;

/**
 * Chooses orders for the block that is to be built, and puts them into a sequence. Each transaction is derived on what
 * those before it leave: nonces, funds, bundles, bounds, conditions on slots, the gas limit and the room for blobs hold
 * for certain, and what is not certain to hold is left out. Deterministic.
 *
 * `parallel` keeps the sequence by fees between orders that conflict; members of a conflict group that do not conflict
 * with each other may change places.
 *
 * @throws InputError if `lanes` is not a positive integer.
 */
export function orderTransactions(pool: MempoolIndex, options: OrderingOptions = {}): Ordering {
  const { objective = 'fees', lanes = 4, open = 'last' } = options;
  if (!Number.isSafeInteger(lanes) || lanes < 1) {
    const expected = 'an integer of at least 1';
    throw new InputError({ source: 'orderTransactions', path: 'lanes', expected, got: String(lanes) });
  }
  const { state } = pool.head;
  const inclusion = new Inclusion(pool.inputOf([]), options);
  const { candidates, leftOut } = candidatesOf(pool, inclusion);
  const task = { inclusion, state, candidates, open };
  const { steps = 5_000 } = options;
  const sequence = byFees(task, steps);
  const on = { inclusion, state, lanes };
  const weight = options.weight ?? averageOf(sequence);
  const chosen =
    objective === 'balanced'
      ? balance({ ...task, ...on, weight, steps: Math.min(steps, MOST_SCHEDULES) }, sequence)
      : { arranged: arrange(sequence.fits, on), leftOut: sequence.leftOut, isComplete: false };
  const found =
    objective === 'parallel'
      ? shorten(chosen.arranged, on, Math.min(steps, MOST_SCHEDULES))
      : chosen.arranged;
  const placed = placedOf(found.fits);
  return {
    objective,
    lanes,
    weight: objective === 'balanced' ? weight : null,
    orders: placed.map(({ id }) => id),
    placed,
    transactions: found.analysis.input.transactions,
    gas: placed.reduce((sum, { gas }) => sum + gas, 0n),
    value: placed.reduce((sum, { value }) => sum + value, 0n),
    schedule: found.schedule,
    makespan: found.makespan,
    bound: found.bound,
    isOptimal: objective === 'parallel' ? found.makespan <= found.bound : chosen.isComplete,
    leftOut: inOrderOfArrival(pool, [...leftOut, ...chosen.leftOut]),
    analysis: found.analysis,
    graph: found.graph,
  };
}

/** Wei for each unit of gas. */
function averageOf({ fits, value }: Sequence): bigint {
  const gas = fits.reduce((sum, one) => sum + one.gas, 0n);
  return gas === 0n ? 0n : value / gas;
}

/** The best of some ways through the candidates by what they pay for each unit of gas. */
function byFees(task: SequenceTask, steps: number): Sequence {
  let candidates = byDensity(task.candidates);
  let best: Sequence | null = null;
  let bestCandidates = candidates;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const found = fillBlock({ ...task, candidates });
    if (best === null || found.value > best.value) {
      best = found;
      bestCandidates = candidates;
    }
    const byId = new Map(found.fits.map((fit) => [fit.order.id, fit]));
    candidates = byDensity(candidates.map((one) => ({ ...one, ...figuresOf(byId.get(one.order.id)) })));
  }
  return promote({ ...task, candidates: bestCandidates }, best as Sequence, steps);
}

/** In the order of arrival; whose earlier transactions are not in the pool says so. */
function inOrderOfArrival(pool: MempoolIndex, leftOut: readonly LeftOut[]): LeftOut[] {
  const byId = new Map(leftOut.map((one) => [one.id, one]));
  return pool.orders().flatMap(({ id }): LeftOut[] => {
    const one = byId.get(id);
    if (one === undefined) return [];
    const obstacle = one.reason.kind === 'nonce' ? pool.obstacleOf(id) : null;
    return [obstacle === null ? one : { id, reason: { kind: 'obstacle', obstacle } }];
  });
}

function figuresOf(fit: Fit | undefined): Partial<Candidate> {
  return fit === undefined ? {} : { gas: fit.gas, mostGas: fit.mostGas, value: fit.value };
}

/** Orders that nothing but an earlier nonce keeps out. */
function candidatesOf(pool: MempoolIndex, inclusion: Inclusion) {
  const candidates: Candidate[] = [];
  const leftOut: LeftOut[] = [];
  for (const order of pool.orders()) {
    const obstacle = pool.obstacleOf(order.id);
    if (obstacle !== null && obstacle.kind !== 'nonce-gap') {
      leftOut.push({ id: order.id, reason: { kind: 'obstacle', obstacle } });
      continue;
    }
    const analyses = pool.analysesOf(order.id) ?? [];
    let gas = 0n;
    let mostGas = 0n;
    let value = order.payment;
    for (const [at, tx] of order.transactions.entries()) {
      const analysis = analyses[at];
      // Sets that hold in any order say little of the most gas.
      const own = analysis === undefined ? tx.gasLimit : inclusion.gasOf(tx, analysis).likely;
      gas += own;
      mostGas += own;
      value += own * inclusion.tipOf(tx);
    }
    candidates.push({ order, gas, mostGas, value });
  }
  return { candidates, leftOut };
}

function placedOf(fits: readonly Fit[]): PlacedOrder[] {
  let first = 0;
  return fits.map(({ order, steps, dropped, gas, value, risks }) => {
    const placed = { id: order.id, first, count: steps.length, dropped, gas, value, risks };
    first += steps.length;
    return placed;
  });
}
