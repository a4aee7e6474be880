/** The table of contents of `order`: an input as a pool, orders out of it as a block, and what that block is like. */
import { analyzeFetching } from '../executor/fetch-rounds.ts';
import { buildConflictGraph } from '../graph/build.ts';
import type { BlockHeader, BlockInput } from '../input/block.ts';
import { createMempoolIndex, type MempoolIndex } from '../mempool/mempool-index.ts';
import { type Order, ordersOf } from '../mempool/order.ts';
import { type OrderCosts, orderCosts } from '../mempool/order-costs.ts';
import { orderTransactions } from '../mempool/order-transactions.ts';
import type { Ordering, OrderingOptions } from '../mempool/ordering.ts';
import { type Simulation, type SimulationOptions, simulationGroups } from '../mempool/simulation-groups.ts';
import { type WhatIf, whatIf } from '../mempool/what-if.ts';
import type { Names } from '../names/names.ts';
import type { Findings } from '../report/document.ts';
import type { StateKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import { blockInput } from './block-input.ts';
import { type BlockToBuild, blockToBuild, type HeaderChoice } from './block-to-build.ts';
import { measureOrdering, measureOwn, type SequenceMeasure } from './measure.ts';
import { planOfOrdering } from './plan.ts';
import { type Candidates, readChange } from './what-if-request.ts';

/** What to order for, which block is to be built, and what it starts from. */
export interface OrderBlockOptions extends Omit<OrderingOptions, 'gasLimit'> {
  readonly state: StateSource;
  /** Default: as the input says, else made up; see `HeaderChoice`. */
  readonly header?: HeaderChoice;
  /** Groups to simulate apart. Default: none are made. */
  readonly simulation?: SimulationOptions;
  /** Changes to the block, one after the other: what would become of it? In the words of `readChange`. Default: none. */
  readonly whatIf?: readonly string[];
  /** Orders beside the pool that these changes may add. Default: none. */
  readonly candidates?: readonly Candidates[];
}

/** An order of the input that is not in the pool, and the one whose place it would take. */
export interface NotInPool {
  readonly order: Order;
  readonly by: Order;
}

/** A pool, and the block that was made out of it. */
export interface OrderedBlock {
  /** What was read, with the block that is to be built. */
  readonly input: BlockInput & { readonly block: BlockHeader };
  readonly origin: BlockToBuild['origin'];
  readonly pool: MempoolIndex;
  readonly notInPool: readonly NotInPool[];
  readonly ordering: Ordering;
  /** The same pool by fees, as ordered here, and, if the input is a finished block, as that was. */
  readonly sequences: readonly SequenceMeasure[];
  /** Of the block as ordered, not executed: what `executeBlock` and every kind of output take. */
  readonly findings: Findings;
  /** What of the pool to simulate, in which sequences, if that was asked for. */
  readonly simulation: Simulation | null;
  /** What each order of the block costs it in time. */
  readonly costs: OrderCosts;
  /** What would become of the block with the changes that were asked for; `null`: none. */
  readonly whatIf: { readonly changes: readonly string[]; readonly outcome: WhatIf } | null;
  /** Absent: keys are told by what the analysis saw of storage layouts. */
  readonly names?: Names;
}

/**
 * Takes an input as a pool, whatever order it has, and makes a block out of it. What the state lacks is loaded, where
 * it can be. Nothing is executed.
 *
 * @throws InputError for options that are wrong.
 */
export async function orderBlock(given: BlockInput, options: OrderBlockOptions): Promise<OrderedBlock> {
  const { state, header, simulation, whatIf: changes = [], candidates = [], ...how } = options;
  const { block, origin } = blockToBuild(given, header);
  const input = { ...given, block };
  const pooled = await withState(state, input, () => {
    const { pool, notInPool } = fillPool(input, state);
    const ordering = orderTransactions(pool, how);
    const byFees =
      ordering.objective === 'fees' ? ordering : orderTransactions(pool, { ...how, objective: 'fees' });
    const larger = candidates.length === 0 ? pool : poolWith(input, state, pool, candidates);
    const missing = [...larger.missing, ...byFees.analysis.missing, ...ordering.analysis.missing];
    return { pool, larger, notInPool, ordering, byFees, missing };
  });
  const { pool, larger, notInPool, ordering, byFees } = pooled;
  const { lanes } = ordering;
  const sequences: SequenceMeasure[] = [measureOrdering(byFees)];
  if (ordering !== byFees) sequences.push(measureOrdering(ordering));
  if (isFinished(given)) {
    const own = await analyzeFetching(given, { state });
    sequences.push(measureOwn(own, block, buildConflictGraph(own), lanes));
  }
  const analysis = { ...ordering.analysis, input: blockInput(input, ordering.transactions) };
  const findings = { analysis, graph: ordering.graph, plan: planOfOrdering(ordering), execution: null };
  return {
    input,
    origin,
    pool,
    notInPool,
    ordering,
    sequences,
    findings,
    simulation: simulation === undefined ? null : simulationGroups(pool, simulation),
    costs: orderCosts(pool, ordering),
    whatIf:
      changes.length === 0 ? null : { changes, outcome: outcomeOf(changes, larger, ordering, candidates) },
  };
}

function outcomeOf(
  changes: readonly string[],
  pool: MempoolIndex,
  ordering: Ordering,
  candidates: readonly Candidates[],
): WhatIf {
  const orders = pool.orders();
  return whatIf(
    pool,
    ordering,
    changes.flatMap((text) => readChange(text, orders, ordering, candidates)),
  );
}

/** A pool with the same orders and others; of two for one place that stays that would stay in a pool. */
function poolWith(
  input: BlockInput & { readonly block: BlockHeader },
  state: StateSource,
  pool: MempoolIndex,
  candidates: readonly Candidates[],
): MempoolIndex {
  const { block, chainId, hardfork, blockHashes } = input;
  const larger = createMempoolIndex({ state, block, chainId, hardfork, blockHashes });
  larger.addAll([...pool.orders(), ...candidates.flatMap(({ orders }) => orders)]);
  return larger;
}

/** A block that ran says what came of it. */
function isFinished({ block }: BlockInput): boolean {
  return block !== null && (block.hash !== null || block.gasUsed !== null);
}

function fillPool(
  input: BlockInput & { readonly block: BlockHeader },
  state: StateSource,
): { readonly pool: MempoolIndex; readonly notInPool: readonly NotInPool[] } {
  const { block, chainId, hardfork, blockHashes } = input;
  const pool = createMempoolIndex({ state, block, chainId, hardfork, blockHashes });
  const orders = ordersOf(input);
  const notInPool: NotInPool[] = [];
  for (const [at, added] of pool.addAll(orders).entries()) {
    const order = orders[at] as Order;
    if (added.kind === 'refused') notInPool.push({ order, by: added.by });
    else if (added.kind === 'replaced') notInPool.push({ order: added.order, by: order });
  }
  return { pool, notInPool };
}

/** Does the same again until nothing is missing that could be loaded. */
async function withState<T extends { readonly missing: readonly StateKey[] }>(
  state: StateSource,
  input: BlockInput,
  work: () => T,
): Promise<T> {
  if (state.load === undefined) return work();
  // In few rounds: this asks for what transactions are likely to need before they need it.
  await analyzeFetching(input, { state, unordered: true });
  const asked = new Set<StateKey>();
  for (;;) {
    const done = work();
    const unasked = [...new Set(done.missing)].filter((key) => !asked.has(key));
    if (unasked.length === 0) return done;
    for (const key of unasked) asked.add(key);
    await state.load(unasked);
  }
}
