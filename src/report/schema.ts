/**
 * The JSON document, version 1, as a schema: the contract with everybody who reads `--json`. The published
 * `schema/pevm-analyze-1.schema.json` is generated from here, and the types of `document.ts` are inferred.
 *
 * Amounts (gas, wei, block values) are `0x` hex. Plain numbers are indices, counts, byte offsets and lengths,
 * milliseconds, ratios, and `gasEstimate`.
 */
import * as z from 'zod';
import { REASONS, type ReasonCode } from '../analysis/reason.ts';

const text = (pattern: RegExp, id: string, description: string) =>
  z.string().regex(pattern).meta({ id, description });

export const quantity = text(/^0x(0|[1-9a-f][0-9a-f]*)$/, 'Quantity', 'Amount in hex without leading zeros.');
const bytes = text(/^0x([0-9a-f]{2})*$/, 'Bytes', 'Byte string in lower-case hex.');
export const address = text(/^0x[0-9a-f]{40}$/, 'Address', '20 bytes in lower-case hex.');
export const word = text(
  /^0x[0-9a-f]{64}$/,
  'Word',
  'A slot, a slot value or a hash: 32 bytes in lower-case hex.',
);
const bloom = text(/^0x[0-9a-f]{512}$/, 'Bloom', 'Logs bloom: 256 bytes in lower-case hex.');
const selector = text(/^0x[0-9a-f]{8}$/, 'Selector', 'Function selector.');
const key = text(
  /^0x[0-9a-f]{40}:(balance|nonce|code|0x[0-9a-f]{64})$/,
  'StateKey',
  '`<address>:balance`, `<address>:nonce`, `<address>:code`, or `<address>:<slot>`.',
);
export const index = z
  .int()
  .nonnegative()
  .meta({ id: 'TransactionIndex', description: 'Position in the block, from 0.' });
const indices = z.array(index).meta({ id: 'TransactionIndices', description: 'Ascending.' });
const count = z.int().nonnegative();
const keys = z.array(key).meta({ id: 'StateKeys', description: 'Ascending as text, without duplicates.' });
const mode = z.enum(['read', 'write', 'delta']).meta({ id: 'AccessMode' });

/** What was hashed. `words` are 32-byte words; the last one may be shorter and is padded with zeros. */
const preimage = z
  .strictObject({
    byteLength: count,
    get words() {
      return z.array(
        z.union([word, z.null(), z.strictObject({ hashOf: preimage, offset: quantity })]).meta({
          description: 'A known word, null for an unknown one, or keccak256(hashOf) + offset.',
        }),
      );
    },
  })
  .meta({ id: 'Preimage', description: 'What was hashed, in 32-byte words.' });

const slotOrigin = z
  .strictObject({ preimage, offset: quantity })
  .meta({ id: 'SlotOrigin', description: 'keccak256(preimage) + offset.' });

export const region = z
  .discriminatedUnion('shape', [
    z
      .strictObject({
        address,
        field: z.literal('storage'),
        shape: z.literal('mapping'),
        mode,
        baseSlot: word.nullable().meta({ description: 'Slot of the mapping itself, where it is known.' }),
        keys: z.array(word.nullable()).meta({ description: 'Mapping keys, outermost first; null: unknown.' }),
        preimage,
        first: quantity.meta({ description: 'Smallest offset added to the hash.' }),
        last: quantity.meta({ description: 'Largest offset added to the hash.' }),
      })
      .meta({
        description: 'Slots keccak256(p) + i for every p that fits the preimage, first <= i <= last.',
      }),
    z
      .strictObject({
        address,
        field: z.literal('storage'),
        shape: z.literal('array'),
        mode,
        baseSlot: word
          .nullable()
          .meta({ description: 'Slot that holds the length, where `first` is its hash.' }),
        first: word,
        last: word,
        origin: slotOrigin.nullable(),
      })
      .meta({ description: 'The slots from first to last, both included.' }),
    z
      .strictObject({ address, field: z.literal('storage'), shape: z.literal('account'), mode })
      .meta({ description: 'All storage of one account.' }),
    z
      .strictObject({
        address: z.null(),
        field: z.enum(['balance', 'nonce', 'code', 'storage', 'any']),
        shape: z.literal('everything'),
        mode,
      })
      .meta({ description: 'This field of every account; `any` is every field.' }),
  ])
  .meta({ id: 'Region', description: 'A set of state keys that are not known one by one.' });

export const accessList = z
  .array(z.strictObject({ address, storageKeys: z.array(word) }))
  .meta({ id: 'AccessList', description: 'EIP-2930 access list.' });

const codeList = Object.entries(REASONS)
  .map(([code, sentence]) => `${code}: ${sentence}.`)
  .join(' ');

const reason = z
  .strictObject({
    code: z
      .enum(Object.keys(REASONS) as ReasonCode[])
      .meta({ id: 'ReasonCode', description: `Most important first. ${codeList}` }),
    message: z.string(),
    at: z
      .strictObject({
        address: address.meta({ description: 'Account whose code runs.' }),
        selector: selector
          .nullable()
          .meta({ description: 'Function of the frame; null: none, or not known.' }),
        pc: count,
      })
      .meta({ description: 'Place in the byte code.' }),
    dependsOn: keys.meta({ description: 'State keys that the unknown value depends on.' }),
    writtenBy: z
      .record(key, indices)
      .meta({ description: 'Who may write them: earlier transactions, in a mempool any other one.' }),
  })
  .meta({ id: 'Reason', description: 'Why something is not known, or not exact.' });

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

const bundle = z
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

const transaction = z
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

const graph = z
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

const plan = z
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

const execution = z
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
