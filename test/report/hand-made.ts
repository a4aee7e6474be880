/** A small block with one transaction of each status, made by hand: what the reports are tested on. */

import type { AccessMode, Preimage, Region, SlotOrigin } from '../../src/analysis/access.ts';
import { NO_INPUTS } from '../../src/analysis/inputs.ts';
import type { BlockAnalysis, TransactionAnalysis } from '../../src/analysis/result.ts';
import { NO_EFFECTS } from '../../src/analysis/write-index.ts';
import type { Execution } from '../../src/executor/outcome.ts';
import type { ConflictGraph } from '../../src/graph/conflict-graph.ts';
import type { Plan } from '../../src/graph/plan.ts';
import type { Address, BlockInput, Hex, Transaction } from '../../src/input/block.ts';
import type { AccountDiff } from '../../src/state/diff.ts';
import { accountKey, type StateKey, slotHex, storageKey } from '../../src/state/key.ts';

export const token: Address = `0x${'c0'.repeat(20)}`;
export const feeRecipient: Address = `0x${'fe'.repeat(20)}`;

export function account(index: number): Address {
  return `0x${(index + 1).toString(16).padStart(40, '0')}`;
}

const balances: Preimage = {
  byteLength: 64,
  words: [
    { kind: 'constant', value: BigInt(account(7)) },
    { kind: 'constant', value: 3n },
  ],
};
const hashedSlot = BigInt(`0x${'ab'.repeat(32)}`);

const regions: readonly Region[] = [
  {
    shape: 'mapping',
    address: token,
    field: 'storage',
    mode: 'write',
    preimage: {
      byteLength: 64,
      words: [{ kind: 'unknown' }, { kind: 'hash', preimage: balances, offset: 0n }],
    },
    first: 0n,
    last: 1n,
  },
  {
    shape: 'array',
    address: token,
    field: 'storage',
    mode: 'read',
    first: hashedSlot,
    last: hashedSlot + 9n,
    origin: { preimage: { byteLength: 32, words: [{ kind: 'constant', value: 5n }] }, offset: 0n },
  },
  { shape: 'account', address: token, field: 'storage', mode: 'write' },
];

function transaction(index: number): Transaction {
  return {
    type: 2,
    hash: `0x${(index + 1).toString(16).padStart(64, '0')}`,
    from: account(index),
    to: index === 3 ? null : token,
    nonce: 0n,
    gasLimit: 100_000n,
    value: 0n,
    data: new Uint8Array(),
    maxFeePerGas: 10n,
    maxPriorityFeePerGas: 1n,
    accessList: index === 1 ? [{ address: token, storageKeys: [slotHex(1n)] }] : null,
    maxFeePerBlobGas: 0n,
    blobVersionedHashes: [],
    authorizationList: [],
    chainId: 1n,
    signature: null,
  };
}

const hash: Hex = `0x${'11'.repeat(32)}`;

const input: BlockInput = {
  block: {
    number: 19_000_000n,
    timestamp: 1_700_000_000n,
    gasLimit: 30_000_000n,
    feeRecipient,
    parentHash: hash,
    difficulty: 0n,
    prevRandao: hash,
    extraData: '0x',
    baseFeePerGas: 7n,
    excessBlobGas: null,
    blobGasUsed: null,
    parentBeaconBlockRoot: null,
    withdrawals: null,
    uncles: [],
    hash,
    gasUsed: null,
    receiptsRoot: null,
    logsBloom: null,
    stateRoot: null,
    requestsHash: null,
    blockAccessListHash: null,
  },
  transactions: [0, 1, 2, 3, 4].map(transaction),
  chainId: 1n,
  hardfork: 'shanghai',
  blockHashes: new Map(),
};

function found(index: number, part: Partial<TransactionAnalysis>): TransactionAnalysis {
  const keys = new Map<StateKey, AccessMode>([
    [storageKey(token, hashedSlot), index === 4 ? 'read' : 'write'],
    [accountKey(feeRecipient, 'balance'), 'delta'],
    [accountKey(account(index), 'nonce'), 'delta'],
    [accountKey(account(index), 'balance'), 'write'],
    [accountKey(token, 'code'), 'read'],
  ]);
  const origin: SlotOrigin = { preimage: balances, offset: 0n };
  return {
    index,
    status: 'exact',
    reasons: [],
    accesses: { keys, regions: [], origins: new Map([[storageKey(token, hashedSlot), origin]]) },
    assumptions: new Set(),
    inputs: NO_INPUTS,
    waitsFor: [],
    pending: [],
    effects: NO_EFFECTS,
    debits: new Set(),
    nonceWrites: new Set(),
    gasEstimate: BigInt(40_000 + index),
    resolveAfter: [],
    heldBy: [],
    derivedAccessList: [{ address: token, storageKeys: [slotHex(hashedSlot)] }],
    ...part,
  };
}

const transactions: readonly TransactionAnalysis[] = [
  found(0, {}),
  found(1, {
    status: 'bounded',
    reasons: [
      {
        code: 'unknown-branch',
        message: 'a branch depends on state that an earlier transaction may write, so both sides count',
        at: { address: token, selector: '0xa9059cbb', pc: 291 },
        dependsOn: [storageKey(token, 2n), storageKey(token, 9n)],
        writtenBy: new Map([[storageKey(token, 9n), [0]]]),
      },
    ],
    accesses: { ...found(1, {}).accesses, regions },
  }),
  found(2, {
    status: 'deferred',
    resolveAfter: [1, 0],
    reasons: [
      {
        code: 'unknown-call-target',
        message: 'the call target is read from a slot that an earlier transaction may write',
        at: { address: token, selector: '0x022c0d9f', pc: 17 },
        dependsOn: [storageKey(token, 0n)],
        writtenBy: new Map([[storageKey(token, 0n), [0, 1]]]),
      },
    ],
  }),
  found(3, {
    status: 'unbounded',
    heldBy: [2],
    reasons: [
      {
        code: 'step-limit',
        message: 'takes more steps than the analysis allows',
        at: { address: token, selector: null, pc: 5 },
        dependsOn: [],
        writtenBy: new Map(),
      },
    ],
    accesses: {
      keys: new Map(),
      regions: [{ shape: 'everything', address: null, field: 'any', mode: 'write' }],
      origins: new Map(),
    },
  }),
  found(4, { heldBy: [2] }),
];

export const analysis: BlockAnalysis = {
  input,
  transactions,
  missing: [],
  options: { unordered: false, trustAccessLists: false, skipInvalid: false },
};

const gas = transactions.map(({ gasEstimate }) => gasEstimate);

export const graph: ConflictGraph = {
  gas,
  predecessors: [[], [0], [1], [2, 1], [3]],
  successors: [[1], [2, 3], [3], [4], []],
  edges: [
    { from: 1, to: 2, keys: [storageKey(token, hashedSlot)] },
    { from: 0, to: 1, keys: [storageKey(token, hashedSlot)] },
    { from: 3, to: 4, keys: [`${token}: all storage`] },
    { from: 1, to: 3, keys: [] },
    { from: 2, to: 3, keys: [] },
  ],
  components: [{ id: 0, transactions: [0, 1, 2, 3, 4], gas: gas.reduce((sum, one) => sum + one, 0n) }],
  componentOf: [0, 0, 0, 0, 0],
  criticalPath: { transactions: [0, 1, 2, 3, 4], gas: gas.reduce((sum, one) => sum + one, 0n) },
  resolutions: [{ transaction: 2, after: [0, 1] }],
  hotKeys: [
    { key: storageKey(token, hashedSlot), transactions: 4, gas: 160_006n, conflicts: 6 },
    { key: accountKey(feeRecipient, 'balance'), transactions: 4, gas: 160_006n, conflicts: 1 },
  ],
};

export const plan: Plan = {
  workers: 2,
  granularity: 'transaction',
  lanes: [
    [0, 1, 2, 3, 4].map((index) => ({
      transaction: index,
      worker: 0,
      start: BigInt(index) * 40_000n,
      end: BigInt(index + 1) * 40_000n,
      resolved: index === 2 ? 80_000n : null,
    })),
    [],
  ],
  makespan: 200_000n,
  speedup: { '2': 1, '4': 1, '8': 1, '16': 1, bound: 1 },
};

/** Two transactions ran, a failed one among them, and one was left out. */
export const execution: Execution = {
  gasUsed: 71_000n,
  receiptsRoot: `0x${'22'.repeat(32)}`,
  logsBloom: new Uint8Array(256),
  receipts: [
    {
      transaction: 0,
      status: 1,
      gasUsed: 50_000n,
      cumulativeGasUsed: 50_000n,
      logs: [{ address: token, topics: [hash], data: new Uint8Array([1, 2]) }],
      logsBloom: new Uint8Array(256),
      contractAddress: null,
    },
    {
      transaction: 3,
      status: 0,
      gasUsed: 21_000n,
      cumulativeGasUsed: 71_000n,
      logs: [],
      logsBloom: new Uint8Array(256),
      contractAddress: account(9),
    },
  ],
  stateDiff: new Map<Address, AccountDiff>([
    [
      token,
      {
        storage: new Map([
          [hashedSlot, 7n],
          [1n, 0n],
        ]),
      },
    ],
    [account(0), { balance: 5n, nonce: 1n, storage: new Map() }],
    [account(8), { storage: new Map(), destroyed: true }],
    [account(9), { code: new Uint8Array([0x60, 0x00]), storage: new Map(), destroyed: true }],
  ]),
  skipped: [{ status: 'invalid', index: 1, reason: 'nonce-too-low', detail: 'nonce 0, the account has 1' }],
  missingBlockHashes: [17n],
  requests: [new Uint8Array([1, 0xab])],
  requestsHash: `0x${'cd'.repeat(32)}`,
  blockAccessList: [
    {
      address: token,
      storageChanges: [{ slot: 1n, changes: [{ index: 1, value: 0n }] }],
      storageReads: [2n],
      balanceChanges: [{ index: 3, value: 5n }],
      nonceChanges: [{ index: 2, value: 1n }],
      codeChanges: [{ index: 2, code: new Uint8Array([0x60, 0x00]) }],
    },
  ],
  unmet: [],
  escapes: [],
  verified: { sequential: true, header: null, accessList: null, mismatches: [] },
  mode: 'parallel',
  modeReason: null,
  workers: 2,
  engine: 'tuned',
  engineReason: null,
  faults: [{ kind: 'hung', place: 1, attempt: 2, message: 'no sign of life for 60000 ms' }],
  trace: null,
  timings: { analysis: 1, graph: 2, plan: 3, execute: 6, commit: 0.5, sequential: 5.5, total: 12.25 },
};
