/** The conflict graph with names for its keys, and the plan. */
import * as z from 'zod';
import { bytes, count, index, indices, quantity, selector, word } from './values.ts';

const storagePlace = z
  .strictObject({
    root: z
      .union([
        z.strictObject({ slot: word }),
        z.strictObject({ name: z.string() }),
        z.strictObject({ hashOf: z.array(word.nullable()) }),
      ])
      .meta({ description: 'A base slot, a name that was hashed (ERC-1967, ERC-7201), or another hash.' }),
    path: z
      .array(
        z.union([
          z.strictObject({ key: word.nullable() }),
          z.strictObject({ bytesKey: bytes }),
          z.strictObject({ element: quantity }),
          z.strictObject({ member: quantity }),
        ]),
      )
      .meta({
        description:
          'Into mappings by key, behind the start of an array, or behind that of a struct (slots, modulo 2^256); outermost first.',
      }),
  })
  .meta({ id: 'StoragePlace', description: 'Where a slot lies in the storage layout of its contract.' });

const keyDescription = z
  .strictObject({
    text: z.string().meta({ description: 'All of it in a few words, addresses shortened.' }),
    contract: z
      .string()
      .nullable()
      .meta({ description: 'Name of the account; tokens choose theirs freely.' }),
    field: z.enum(['balance', 'nonce', 'code', 'storage']),
    variable: z
      .string()
      .nullable()
      .meta({ description: 'The variable, or the function of the contract that reads it.' }),
    place: storagePlace.nullable().meta({ description: 'null: no slot, or not known.' }),
  })
  .meta({ id: 'KeyDescription', description: 'What people call a state key, as far as it is known.' });

const chainStep = z
  .strictObject({
    transaction: index,
    call: z.strictObject({
      selector: selector.nullable(),
      signature: z.string().nullable().meta({ description: 'E.g. transfer(address,uint256).' }),
      text: z.string(),
    }),
    meets: z.strictObject({ on: z.string(), text: z.string() }).nullable().meta({
      description:
        'The key or region on which the next one waits for it; null: a resolve step, or the last one.',
    }),
  })
  .meta({ id: 'ChainStep' });

export const graph = z
  .strictObject({
    edges: z.array(
      z.strictObject({
        from: index,
        to: index,
        keys: z.array(z.string()).meta({ description: 'Some of the keys or regions that the two meet on.' }),
      }),
    ),
    components: z.array(z.strictObject({ id: count, transactions: indices, gas: quantity })),
    criticalPath: z.strictObject({
      transactions: indices,
      gas: quantity,
      steps: z.array(chainStep).optional().meta({ description: 'What each of the transactions calls.' }),
    }),
    hotKeys: z
      .array(
        z.strictObject({
          key: z.string(),
          transactions: count,
          gas: quantity,
          conflicts: count,
          description: keyDescription.optional(),
        }),
      )
      .meta({ description: 'Keys on which transactions wait for each other, most gas first.' }),
  })
  .meta({ id: 'Graph' });

const ratio = z.number().nonnegative();

const plannedTask = z.strictObject({
  transaction: index,
  start: quantity,
  end: quantity,
  resolved: quantity
    .optional()
    .meta({ description: 'Deferred only: when it is derived again, and those that it holds may start.' }),
});

export const plan = z
  .strictObject({
    workers: count,
    granularity: z.enum(['transaction', 'component']),
    makespan: quantity,
    speedup: z
      .strictObject({ '2': ratio, '4': ratio, '8': ratio, '16': ratio, bound: ratio })
      .meta({ description: 'Total gas divided by the makespan; bound: by the critical path.' }),
    lanes: z.array(z.array(plannedTask)).meta({
      description: 'One lane a worker, in order of start; all times in gas since the start of the block.',
    }),
  })
  .meta({ id: 'Plan' });
