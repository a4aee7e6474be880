/**
 * The JSON document, version 1, as a schema: the contract with everybody who reads `--json`. The published
 * `schema/pevm-analyze-1.schema.json` is generated from here, and the types of `document.ts` are inferred.
 *
 * Amounts (gas, wei, block values) are `0x` hex. Plain numbers are indices, counts, byte offsets and lengths,
 * milliseconds, ratios, and `gasEstimate`.
 */
import * as z from 'zod';
import { execution } from './schema/execution.ts';
import { graph, plan } from './schema/graph.ts';
import { bundle, transaction } from './schema/transactions.ts';
import { address, keys, quantity, word } from './schema/values.ts';

/** The document of version 1. */
export const documentSchema = z
  .strictObject({
    schema: z.literal('pevm-analyze/1'),
    block: z
      .strictObject({
        number: quantity,
        hash: word.nullable(),
        hardfork: z.string(),
        chainId: quantity,
        feeRecipient: address,
        timestamp: quantity,
        gasLimit: quantity,
        baseFeePerGas: quantity.nullable(),
      })
      .nullable()
      .meta({ description: 'null: transactions without a block.' }),
    transactions: z.array(transaction).meta({ description: 'In block order.' }),
    bundles: z.array(bundle).optional().meta({ description: 'Absent: none.' }),
    missing: keys.meta({
      description: 'Keys that the given state lacks and that the result would be better with.',
    }),
    graph,
    plan,
    execution: execution.nullable().meta({ description: 'null: analysed only.' }),
  })
  .meta({
    title: 'pevm-analyze/1',
    description:
      'Access sets, conflict graph, plan and execution of one block. Amounts are 0x hex; indices, counts, ' +
      'offsets, ratios, milliseconds and gasEstimate are plain numbers.',
  });

/** What `buildDocument` returns and `--json` prints. */
export type ReportDocument = z.infer<typeof documentSchema>;

/** The published JSON Schema (draft 2020-12). */
export function documentJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(documentSchema);
}
