/**
 * The JSON document of `lint`, version 1, as a schema: the contract with everybody who reads `lint --json`. The
 * published `schema/pevm-analyze-lint-1.schema.json` is generated from here, and the types of `document.ts` are
 * inferred.
 *
 * Gas that is used is `0x` hex. Differences of gas, which may be below zero, are plain numbers, as are indices.
 */
import * as z from 'zod';
import { PATTERNS, type PatternId } from '../advice/patterns.ts';
import { accessList } from '../report/schema/access-sets.ts';
import { address, index, quantity, word } from '../report/schema/values.ts';
import { RULES, type RuleId } from './rules.ts';

const saved = z.int().nullable();
const place = z.int().nonnegative().nullable();

const ruleList = Object.entries(RULES)
  .map(([id, { title }]) => `${id}: ${title}.`)
  .join(' ');

const finding = z
  .strictObject({
    rule: z.enum(Object.keys(RULES) as RuleId[]).meta({ id: 'RuleId', description: ruleList }),
    severity: z
      .enum(['warning', 'note'])
      .meta({ description: 'warning: a declared list costs more than it has to.' }),
    transaction: index,
    entry: place.meta({ description: 'Position in the declared list; null: none in particular.' }),
    entrySlot: place.meta({ description: 'Position among the slots of that entry.' }),
    address: address.nullable(),
    slot: word.nullable(),
    saves: saved.meta({
      description: 'Gas that following it saves, measured by running; null: not measured.',
    }),
    message: z.string(),
  })
  .meta({ id: 'Finding' });

const entry = z
  .strictObject({
    address,
    saves: saved.meta({
      description: 'Gas that the transaction would use more without the entry; below zero: less.',
    }),
    slots: z.array(z.strictObject({ slot: word, saves: saved })),
  })
  .meta({ id: 'EntryWorth', description: 'What an entry of the declared list is worth, as measured.' });

const transaction = z
  .strictObject({
    index,
    hash: word,
    status: z.enum(['exact', 'bounded', 'deferred', 'unbounded', 'recorded']).meta({
      description:
        'Of its derived sets. What exact ones hold it uses on every state that agrees on what it depends on; ' +
        'otherwise the best list is that of this run.',
    }),
    declared: accessList.nullable().meta({ description: 'null: it has no list.' }),
    best: accessList.nullable().meta({
      description:
        'The list with the least gas with which the transaction does the same; empty: none. null: not known.',
    }),
    gas: z
      .strictObject({
        without: quantity.nullable().meta({ description: 'null: it is not valid without a list.' }),
        declared: quantity,
        best: quantity,
      })
      .nullable()
      .meta({ description: 'Gas used, as measured at its place in the block. null: it was not run.' }),
    needsList: z.boolean().meta({ description: 'Without any list it would do something else.' }),
    entries: z
      .array(entry)
      .meta({ description: 'Of the declared list, in its order; empty if it was not run.' }),
  })
  .meta({ id: 'LintedTransaction' });

const key = z
  .string()
  .regex(/^0x[0-9a-f]{40}:(balance|nonce|code|0x[0-9a-f]{64})$/)
  .meta({ id: 'WaitedForKey', description: 'A state key, as in the main document.' });
const patternList = Object.entries(PATTERNS)
  .map(([id, { title }]) => `${id}: ${title}.`)
  .join(' ');
const pattern = z
  .enum(Object.keys(PATTERNS) as PatternId[])
  .meta({ id: 'PatternId', description: patternList });
const many = z.int().nonnegative();

const advice = z
  .strictObject({
    pattern,
    key,
    step: z
      .string()
      .nullable()
      .meta({ description: 'Decimal: by how much a counter grows; null elsewhere.' }),
    companions: z
      .array(z.strictObject({ pattern, key }))
      .meta({ description: 'Other keys on which just the same transactions wait.' }),
    transactions: many.meta({ description: 'That touch the key.' }),
    waiting: many.meta({ description: 'That wait for an earlier one on this key.' }),
    total: many.meta({ description: 'Transactions of the input.' }),
    senders: many,
    callers: z
      .array(
        z.strictObject({
          to: address.nullable().meta({ description: 'null: creations.' }),
          selector: z.string().nullable().meta({ description: 'null: without call data.' }),
          transactions: many,
          calls: many.meta({ description: 'How many the input has, whether they touch the key or not.' }),
        }),
      )
      .meta({ description: 'Functions that are called at top level; most first.' }),
    bound: z
      .strictObject({ now: z.number(), without: z.number() })
      .meta({ description: 'Total gas over that of the longest chain: as it is, and without these keys.' }),
    sentence: z.string(),
    remedy: z.string(),
  })
  .meta({ id: 'Advice', description: 'What makes transactions wait for each other.' });

/** The document of version 1. */
export const lintSchema = z
  .strictObject({
    schema: z.literal('pevm-analyze-lint/1'),
    block: z
      .strictObject({ number: quantity, hash: word.nullable() })
      .nullable()
      .meta({ description: 'null: transactions without a block.' }),
    hardfork: z.string(),
    chainId: quantity,
    transactions: z.array(transaction).meta({ description: 'In block order.' }),
    findings: z.array(finding).meta({ description: 'In block order.' }),
    advice: z.array(advice).meta({ description: 'What could gain most first.' }),
  })
  .meta({
    title: 'pevm-analyze-lint/1',
    description:
      'Declared access lists against what the transactions use. Gas that is used is 0x hex; differences of gas, ' +
      'and indices, are plain numbers.',
  });

/** What `buildLintDocument` returns and `lint --json` prints. */
export type LintDocument = z.infer<typeof lintSchema>;

/** The published JSON Schema (draft 2020-12). */
export function lintJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(lintSchema);
}
