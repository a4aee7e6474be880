/**
 * The JSON document of `order`, version 1, as a schema: the contract with everybody who reads `order --json`. The
 * published `schema/pevm-analyze-order-1.schema.json` is generated from here, and the types of `document.ts` are
 * inferred.
 *
 * Amounts (gas, wei, block values) are `0x` hex. Plain numbers are indices and counts.
 */
import { z } from 'zod';
import { accessList, region } from '../report/schema/access-sets.ts';
import { address, index, quantity, word } from '../report/schema/values.ts';
import { LEFT_OUT, type LeftOutCode } from './left-out.ts';

const count = z.int().nonnegative();
const id = z.string().meta({
  id: 'OrderId',
  description: 'Hash of a transaction; name of a bundle, or the hashes of its transactions, joined by +.',
});
const amount = z
  .string()
  .regex(/^-?0x(0|[1-9a-f][0-9a-f]*)$/)
  .meta({ id: 'Amount', description: 'In wei, hex without leading zeros; below zero with a sign.' });
const objective = z.enum(['fees', 'parallel', 'balanced']).meta({
  id: 'Objective',
  description:
    'fees: value for each unit of gas. parallel: the same in least time. balanced: value less a price of time.',
});

const placed = z
  .strictObject({
    id,
    transactions: z.array(index).meta({ description: 'Places in the block, one right after the other.' }),
    gas: quantity.meta({ description: 'That it is expected to use.' }),
    value: amount.meta({ description: 'Tips for that gas, and the payment that it states.' }),
    group: z.int().nullable().meta({ description: 'Its conflict group; null: it may touch anything.' }),
    risks: z.array(z.strictObject({ kind: z.enum(['may-fail', 'storage-root']), transaction: count })).meta({
      description:
        'What is not known before it runs. may-fail: a transaction of it (its number there) that must not. ' +
        'storage-root: a condition on one, which is not looked at.',
    }),
  })
  .meta({ id: 'PlacedOrder' });

const codes = Object.entries(LEFT_OUT)
  .map(([code, means]) => `${code}: ${means}.`)
  .join(' ');

const leftOut = z
  .strictObject({
    id,
    code: z.enum(Object.keys(LEFT_OUT) as LeftOutCode[]).meta({ id: 'LeftOutCode', description: codes }),
    transaction: count.nullable().meta({ description: 'Number in the order; null: the order as a whole.' }),
    by: id.nullable().meta({ description: 'replaced: by this order.' }),
  })
  .meta({ id: 'LeftOutOrder' });

const sequence = z
  .strictObject({
    name: z.enum(['fees', 'parallel', 'balanced', 'own']).meta({
      description: 'own: as the input has it, which is a finished block.',
    }),
    transactions: count,
    gas: quantity,
    value: amount,
    makespan: quantity.meta({
      description:
        'Gas until the last lane is done, by its own schedule; own: by the one that fees would give it.',
    }),
    inOrder: quantity.meta({
      description: 'The same if a free lane takes the first transaction of the block that is ready.',
    }),
    planned: quantity.meta({
      description: 'The same if it takes the one with the longest chain behind it, as plan and execution do.',
    }),
    bound: quantity.meta({ description: 'No schedule of this sequence on so many lanes is shorter.' }),
  })
  .meta({ id: 'Sequence' });

const simulation = z
  .strictObject({
    groups: z
      .array(
        z.strictObject({
          orders: z.array(id),
          gas: quantity,
          value: amount,
          sequences: z
            .array(
              z.strictObject({
                kind: z.enum(['value-per-gas', 'value', 'arrival', 'instead', 'reversed', 'other']),
                orders: z.array(id),
                leftOut: z
                  .array(id)
                  .meta({ description: 'Their nonces are used by others, or never reached.' }),
              }),
            )
            .meta({ description: 'No two come to the same; most promising first.' }),
          isEvery: z
            .boolean()
            .meta({ description: 'Every other sequence comes to the same as one of these.' }),
          prefetch: z
            .strictObject({ accessList, regions: z.array(region) })
            .meta({ description: 'All that the orders may touch in any sequence: what to load beforehand.' }),
        }),
      )
      .meta({ description: 'Most value first. Those of one have nothing to do with those of another.' }),
    open: z
      .array(id)
      .meta({ description: 'May touch anything: to be simulated last, on what the groups leave.' }),
  })
  .meta({ id: 'Simulation', description: 'What to simulate apart; see --groups.' });

const cost = z
  .strictObject({
    id,
    takes: z
      .array(id)
      .meta({ description: 'Later orders that go with it, since its nonces are missing to them.' }),
    makespan: quantity.meta({ description: 'Without it and those, in order; see inOrder of a sequence.' }),
    bound: quantity.meta({ description: 'Without it and those.' }),
    time: quantity.meta({ description: 'By how much that makespan is shorter.' }),
    value: amount.meta({ description: 'What it and those pay.' }),
    price: amount.meta({
      description: 'What the time is worth, by what the block earns for each unit of it.',
    }),
    tip: amount.meta({ description: 'For each unit of gas, at which they would pay just that.' }),
    isWorthIt: z.boolean(),
  })
  .meta({ id: 'OrderCost', description: "In gas, the others' sets as they are with it." });

const times = z
  .strictObject({ makespan: quantity, bound: quantity, gas: quantity, value: amount })
  .meta({ id: 'BlockTimes', description: 'The makespan in order; see inOrder of a sequence.' });

const whatIf = z
  .strictObject({
    changes: z.array(z.string()).meta({ description: 'As they were asked for, one after the other.' }),
    before: times,
    after: times,
    orders: z.array(id).meta({ description: 'In block order, after the changes.' }),
    outOfTurn: z
      .array(id)
      .meta({ description: 'Cannot run any more: nonces before theirs are missing or used.' }),
    free: z.array(id).meta({ description: 'Waited for others, or others for them, and now none.' }),
    sooner: z
      .array(z.strictObject({ id, gas: quantity }))
      .meta({ description: 'Can start sooner by so much gas on any number of lanes; most first.' }),
    affected: z.array(id).meta({ description: 'May do something else than before.' }),
    basis: z.enum(['derived', 'assumed']).meta({
      description: 'derived: sets of the new sequence. assumed: besides, a key was taken to commute.',
    }),
  })
  .meta({ id: 'WhatIf' });

/** The document of version 1. */
export const orderSchema = z
  .strictObject({
    schema: z.literal('pevm-analyze-order/1'),
    block: z
      .strictObject({
        origin: z.enum(['input', 'made-up']).meta({
          description:
            'made-up: neither input nor node says anything of the block; its values are stand-ins.',
        }),
        number: quantity,
        timestamp: quantity,
        gasLimit: quantity,
        baseFeePerGas: quantity.nullable(),
        feeRecipient: address,
      })
      .meta({ description: 'That the orders are for.' }),
    hardfork: z.string(),
    chainId: quantity,
    objective,
    lanes: count,
    weight: quantity.nullable().meta({
      description: 'balanced: wei that each unit of gas of the makespan costs; else null.',
    }),
    transactions: z
      .array(z.strictObject({ hash: word, from: address, to: address.nullable(), gas: quantity }))
      .meta({ description: 'In block order; gas as estimated in this order.' }),
    orders: z.array(placed).meta({ description: 'In block order.' }),
    leftOut: z.array(leftOut),
    gas: quantity,
    value: amount,
    makespan: quantity.meta({ description: 'By schedule.' }),
    bound: quantity,
    isOptimal: z.boolean().meta({
      description:
        'No sequence is better by the objective, as far as gas and conflicts are known; else a search ended.',
    }),
    schedule: z.strictObject({
      rule: z.enum(['ready', 'in-turn', 'planned']).meta({
        description:
          'ready: a free lane takes the first transaction of the block whose predecessors are done. ' +
          'in-turn: it takes the next one, and waits until its predecessors are done. ' +
          'planned: each lane runs its own list, and waits where it has to.',
      }),
      lanes: z
        .array(z.array(z.strictObject({ transaction: index, start: quantity, end: quantity })))
        .meta({ description: 'Of each lane what it runs, in order of start, in gas.' }),
    }),
    sequences: z.array(sequence).meta({ description: 'How the same pool compares.' }),
    conflictGroups: z.array(z.strictObject({ number: z.int(), orders: z.array(id), gas: quantity })).meta({
      description: 'Of the whole pool, largest first: those of one have nothing to do with those of another.',
    }),
    openOrders: z
      .array(id)
      .meta({ description: 'Of the pool, that may touch anything: they are in no group.' }),
    costs: z.array(cost).meta({ description: 'What each order of the block costs it, in block order.' }),
    costliest: id
      .nullable()
      .meta({ description: 'Without which the block takes least; null: none matters.' }),
    whatIf: whatIf.nullable().meta({ description: 'null: not asked for.' }),
    simulation: simulation.nullable().meta({ description: 'null: not asked for.' }),
    missing: z.array(z.string()).meta({ description: 'State keys that were not known.' }),
  })
  .meta({
    title: 'pevm-analyze-order/1',
    description:
      'A pool of orders as the sequence of a block. Amounts are 0x hex; indices and counts are plain numbers.',
  });

/** What `buildOrderDocument` returns and `order --json` prints. */
export type OrderDocument = z.infer<typeof orderSchema>;

/** The published JSON Schema (draft 2020-12). */
export function orderJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(orderSchema);
}
