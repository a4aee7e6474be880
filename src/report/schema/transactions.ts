/** Transactions with their access sets, and what a builder was asked for. */
import * as z from 'zod';
import { accessList, reason, region } from './access-sets.ts';
import { address, count, index, indices, keys, quantity, word } from './values.ts';

const bound = quantity.nullable().meta({ description: 'Included; null: none.' });

const bounds = z
  .strictObject({ minBlock: bound, maxBlock: bound, minTimestamp: bound, maxTimestamp: bound })
  .meta({ id: 'InclusionBounds', description: 'Blocks that something may be in, by number and time.' });

const conditions = z
  .strictObject({
    bounds,
    knownAccounts: z
      .record(address, z.union([word, z.record(word, word)]))
      .meta({ description: 'A storage root, or values of slots, right before the transaction.' }),
  })
  .meta({ id: 'Conditions', description: 'Conditions of inclusion (ERC-7796).' });

export const bundle = z
  .strictObject({
    kind: z.enum(['eth_sendBundle', 'eth_callBundle', 'mev_sendBundle']),
    transactions: indices.meta({ description: 'In their order in the bundle, one after the other.' }),
    canRevert: indices.meta({ description: 'Those that may fail without the bundle being given up.' }),
    canDrop: indices.meta({ description: 'Those that may be left out without the bundle being given up.' }),
    bounds,
    replacementId: z.string().nullable(),
    stateBlock: z
      .union([quantity, z.literal('latest')])
      .nullable()
      .meta({ description: 'eth_callBundle: the block on whose state it is to be simulated.' }),
  })
  .meta({
    id: 'Bundle',
    description: 'Included as a whole and in this order, or not at all. Analysed and executed as it stands.',
  });

export const transaction = z
  .strictObject({
    index,
    hash: word,
    from: address,
    to: address.nullable().meta({ description: 'null: creates a contract.' }),
    gasLimit: quantity,
    status: z.enum(['exact', 'bounded', 'deferred', 'unbounded', 'recorded']).meta({
      description: 'recorded: not derived, but taken from a recording of one execution; holds for no other.',
    }),
    reasons: z.array(reason).meta({ description: 'Empty exactly where the status is exact.' }),
    accesses: z.strictObject({
      reads: keys.meta({ description: 'Every key that is read and not written.' }),
      writes: keys.meta({ description: 'Every key that is written; a write implies a read.' }),
      deltas: keys.meta({ description: 'Every key that is only added to.' }),
      regions: z.array(region),
    }),
    accessList: z.strictObject({
      declared: accessList.nullable().meta({ description: 'null: none was declared.' }),
      derived: accessList.nullable().meta({ description: 'null: the derived sets name too little.' }),
    }),
    conditions: conditions.optional().meta({ description: 'Absent: none.' }),
    component: count,
    predecessors: indices.meta({ description: 'Direct predecessors: they have to finish first.' }),
    resolveAfter: indices
      .optional()
      .meta({ description: 'Deferred only: transactions after which it is derived again.' }),
    heldBy: indices.optional().meta({
      description: 'Deferred transactions that have to be resolved (not finished) before this starts.',
    }),
    gasEstimate: z
      .number()
      .nonnegative()
      .meta({ description: 'Gas, a plain number: a weight, not a bound.' }),
  })
  .meta({ id: 'Transaction' });
