/** What `order` found as its JSON document, in an order that depends on the input alone. Its shape is that of `schema.ts`. */
import type { Hex } from '../input/block.ts';
import type { OrderCost } from '../mempool/order-costs.ts';
import type { Simulation } from '../mempool/simulation-groups.ts';
import type { BlockTimes } from '../mempool/what-if.ts';
import { regionDocument } from '../report/document.ts';
import { quantity } from '../report/quantity.ts';
import { leftOutOrders } from './left-out.ts';
import type { SequenceMeasure } from './measure.ts';
import type { OrderedBlock } from './order-block.ts';
import type { OrderDocument } from './schema.ts';

/** The same for the same input, state and options. */
export function buildOrderDocument(result: OrderedBlock): OrderDocument {
  const { input, origin, pool, ordering, sequences, findings } = result;
  const { block, hardfork, chainId } = input;
  const { objective, lanes, weight, schedule, isOptimal } = ordering;
  const { graph, plan } = findings;
  return {
    schema: 'pevm-analyze-order/1',
    block: {
      origin,
      number: quantity(block.number),
      timestamp: quantity(block.timestamp),
      gasLimit: quantity(block.gasLimit),
      baseFeePerGas: block.baseFeePerGas === null ? null : quantity(block.baseFeePerGas),
      feeRecipient: block.feeRecipient,
    },
    hardfork,
    chainId: quantity(chainId),
    objective,
    lanes,
    weight: weight === null ? null : quantity(weight),
    transactions: ordering.transactions.map(({ hash, from, to }, index) => ({
      hash,
      from,
      to,
      gas: quantity(graph.gas[index] ?? 0n),
    })),
    orders: ordering.placed.map(({ id, first, count, gas, value, risks }) => ({
      id,
      transactions: Array.from({ length: count }, (_, at) => first + at),
      gas: quantity(gas),
      value: signed(value),
      group: pool.groupOf(id)?.number ?? null,
      risks: risks.map(({ kind, transaction }) => ({ kind, transaction })),
    })),
    leftOut: leftOutOrders(result),
    gas: quantity(ordering.gas),
    value: signed(ordering.value),
    makespan: quantity(ordering.makespan),
    bound: quantity(ordering.bound),
    isOptimal,
    schedule: {
      rule: schedule.rule,
      lanes: plan.lanes.map((lane) =>
        lane.map(({ transaction, start, end }) => ({
          transaction,
          start: quantity(start),
          end: quantity(end),
        })),
      ),
    },
    sequences: sequences.map(sequenceJson),
    conflictGroups: pool.groups().map(({ number, orders }) => ({
      number,
      orders: [...orders],
      gas: quantity(orders.reduce((sum, id) => sum + gasOf(result, id), 0n)),
    })),
    openOrders: pool.open(),
    costs: result.costs.orders.map(costJson),
    costliest: result.costs.costliest,
    whatIf: result.whatIf === null ? null : whatIfJson(result.whatIf),
    simulation: result.simulation === null ? null : simulationJson(result.simulation),
    missing: [...new Set([...pool.missing, ...findings.analysis.missing])].sort(),
  };
}

function simulationJson({ groups, open }: Simulation): NonNullable<OrderDocument['simulation']> {
  return {
    groups: groups.map(({ orders, gas, value, sequences, isEvery, prefetch }) => ({
      orders: [...orders],
      gas: quantity(gas),
      value: signed(value),
      sequences: sequences.map((one) => ({
        kind: one.kind,
        orders: [...one.orders],
        leftOut: [...one.leftOut],
      })),
      isEvery,
      prefetch: {
        accessList: prefetch.accessList.map(({ address, storageKeys }) => ({
          address,
          storageKeys: [...storageKeys],
        })),
        regions: prefetch.regions.map(regionDocument),
      },
    })),
    open: [...open],
  };
}

function costJson({ id, takes, isWorthIt, ...rest }: OrderCost): OrderDocument['costs'][number] {
  const { makespan, bound, time, value, price, tip } = rest;
  return {
    id,
    takes: [...takes],
    makespan: quantity(makespan),
    bound: quantity(bound),
    time: quantity(time),
    value: signed(value),
    price: signed(price),
    tip: signed(tip),
    isWorthIt,
  };
}

function whatIfJson({
  changes,
  outcome,
}: NonNullable<OrderedBlock['whatIf']>): NonNullable<OrderDocument['whatIf']> {
  const { before, after, orders, outOfTurn, free, sooner, affected, basis } = outcome;
  return {
    changes: [...changes],
    before: timesJson(before),
    after: timesJson(after),
    orders: [...orders],
    outOfTurn: [...outOfTurn],
    free: [...free],
    sooner: sooner.map(({ id, gas }) => ({ id, gas: quantity(gas) })),
    affected: [...affected],
    basis,
  };
}

function timesJson({ makespan, bound, gas, value }: BlockTimes) {
  return {
    makespan: quantity(makespan),
    bound: quantity(bound),
    gas: quantity(gas),
    value: signed(value),
  };
}

function sequenceJson({ name, transactions, ...rest }: SequenceMeasure): OrderDocument['sequences'][number] {
  const { gas, value, makespan, inOrder, planned, bound } = rest;
  return {
    name,
    transactions,
    gas: quantity(gas),
    value: signed(value),
    makespan: quantity(makespan),
    inOrder: quantity(inOrder),
    planned: quantity(planned),
    bound: quantity(bound),
  };
}

/** Gas that an order of the pool is expected to use. */
export function gasOf({ pool }: Pick<OrderedBlock, 'pool'>, id: string): bigint {
  return (pool.analysesOf(id) ?? []).reduce((sum, { gasEstimate }) => sum + gasEstimate, 0n);
}

function signed(amount: bigint): Hex | `-${Hex}` {
  return amount < 0n ? `-${quantity(-amount)}` : quantity(amount);
}
