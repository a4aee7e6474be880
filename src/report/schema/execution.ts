/** What came of executing the block. */
import * as z from 'zod';
import { address, bloom, bytes, count, index, quantity, word } from './values.ts';

const milliseconds = z.number().nonnegative();

const log = z.strictObject({ address, topics: z.array(word), data: bytes });

const receipt = z
  .strictObject({
    transactionIndex: index,
    transactionHash: word,
    type: quantity,
    status: quantity.nullable().meta({ description: '0x1 success, 0x0 failure; null before Byzantium.' }),
    gasUsed: quantity,
    cumulativeGasUsed: quantity,
    contractAddress: address.nullable(),
    logsBloom: bloom,
    logs: z.array(log),
  })
  .meta({ id: 'Receipt' });

const accountDiff = z
  .strictObject({
    destroyed: z
      .literal(true)
      .optional()
      .meta({ description: 'The account from before the block is gone; what stands here came after.' }),
    balance: quantity.optional(),
    nonce: quantity.optional(),
    code: bytes.optional(),
    storage: z.record(word, word).optional(),
  })
  .meta({ id: 'AccountDiff', description: 'New values of what changed.' });

const valueChange = z.strictObject({ index: quantity, value: quantity });

const accountChanges = z
  .strictObject({
    address,
    storageChanges: z.array(
      z.strictObject({ key: word, changes: z.array(z.strictObject({ index: quantity, value: word })) }),
    ),
    storageReads: z.array(word),
    balanceChanges: z.array(valueChange),
    nonceChanges: z.array(valueChange),
    codeChanges: z.array(z.strictObject({ index: quantity, code: bytes })),
  })
  .meta({
    id: 'AccountChanges',
    description:
      'An account that was accessed, and what each step left in it: step 0 comes before the first transaction, ' +
      'the others count transactions from 1, the last one comes after them.',
  });

export const execution = z
  .strictObject({
    gasUsed: quantity,
    receiptsRoot: word.nullable(),
    logsBloom: bloom,
    receipts: z.array(receipt),
    skipped: z
      .array(z.strictObject({ transactionIndex: index, reason: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'With --skip-invalid: the transactions left out, and why.' }),
    missingBlockHashes: z
      .array(quantity)
      .optional()
      .meta({ description: 'Blocks whose hash was asked for and is not known; it was taken as zero.' }),
    unmet: z
      .array(
        z.strictObject({
          of: z.enum(['transaction', 'bundle']),
          index: count,
          code: z.enum(['block-number', 'timestamp', 'known-slot', 'failed-member', 'missing-member']),
          message: z.string(),
        }),
      )
      .optional()
      .meta({
        description:
          'What bundles and conditions demand and this block does not keep; it was executed all the same. ' +
          'Storage roots are not looked at.',
      }),
    stateDiff: z
      .record(address, accountDiff)
      .meta({ description: 'From before the first step of the block to after its last one.' }),
    requests: z.array(bytes).nullable().meta({
      description:
        'EIP-7685, each with its type before it. null: before Prague, or the state lacks their contracts.',
    }),
    requestsHash: word.nullable().meta({ description: 'As in the header.' }),
    blockAccessList: z
      .array(accountChanges)
      .meta({ description: 'EIP-7928, as eth_getBlockAccessList answers it. Of every hardfork.' }),
    blockAccessListHash: word.meta({ description: 'keccak256 of the RLP of the list.' }),
    escapes: count.meta({
      description: 'Observed accesses outside the derived sets: defects of the analysis.',
    }),
    verified: z.strictObject({
      sequential: z
        .boolean()
        .nullable()
        .meta({ description: 'Equal to the sequential run; null: not asked.' }),
      header: z
        .boolean()
        .nullable()
        .meta({ description: 'Equal to the header; null: there is none, or it says nothing.' }),
      accessList: z
        .boolean()
        .nullable()
        .meta({ description: 'Whether the given block access list is the right one; null: none.' }),
      mismatches: z.array(z.string()).optional().meta({ description: 'Each difference in words.' }),
    }),
    timings: z
      .strictObject({
        mode: z.enum(['parallel', 'sequential']),
        modeReason: z.string().nullable().meta({ description: 'Why not in parallel.' }),
        workers: count.meta({ description: 'Threads that transactions ran on.' }),
        engine: z.enum(['stock', 'tuned']).meta({ description: 'The form of the EVM that ran.' }),
        engineReason: z
          .string()
          .nullable()
          .meta({ description: 'Why not the tuned form, where it was asked for.' }),
        faults: z
          .array(
            z.strictObject({
              kind: z.enum(['killed', 'crashed', 'out-of-memory', 'hung', 'garbage', 'not-started']),
              place: count.meta({ description: 'Which worker, from 0.' }),
              attempt: count.meta({ description: 'How often what it was at had been given out.' }),
              message: z.string(),
            }),
          )
          .optional()
          .meta({ description: 'Worker threads that were lost; the result is right nevertheless.' }),
        analysis: milliseconds,
        graph: milliseconds,
        plan: milliseconds,
        execute: milliseconds,
        commit: milliseconds.meta({ description: 'Of that: what comes after the last transaction.' }),
        sequential: milliseconds.meta({ description: 'The sequential run of --verify.' }),
        total: milliseconds,
      })
      .meta({
        description:
          'How it was run and in how many milliseconds: the only part that differs between machines.',
      }),
  })
  .meta({ id: 'Execution' });
