/** One transaction on a small pre-state: for the analysis, for the oracle, and for a plain run that tells gas. */
import { createEVM } from '@ethereumjs/evm';
import { createVM, runTx } from '@ethereumjs/vm';
import { analyzeTransaction } from '../../src/analysis/block.ts';
import type { TransactionAnalysis } from '../../src/analysis/result.ts';
import type { Limits } from '../../src/analysis/transaction.ts';
import type { Address, BlockHeader, BlockInput, Hex, Transaction } from '../../src/input/block.ts';
import { parseKey, type StateKey, slotHex } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { Prestate, PrestateAccount } from '../corpus.ts';
import { assemble, type Code } from '../generators/assembler.ts';
import { CONTRACTS, MINER, SENDERS } from '../generators/universe.ts';
import { type Miss, missesOf } from '../oracle/coverage.ts';
import { oracleBlock, oracleBlockchain, oracleCommon, oracleTransaction } from '../oracle/evm.ts';
import { Oracle, type Recorded } from '../oracle/recorder.ts';
import { hexOf, OracleState } from '../oracle/state.ts';

export const SENDER = SENDERS[0] as Address;
/** The contract that a scene's transaction calls. */
export const TARGET = CONTRACTS[0] as Address;
/** A second one, for calls. */
export const OTHER = CONTRACTS[1] as Address;
export const THIRD = CONTRACTS[2] as Address;

const RICH = `0x${(10n ** 24n).toString(16)}`;
const NUMBER = 1000n;

/** Every hardfork that the analysis knows, oldest first. */
export const HARDFORKS = [
  'chainstart',
  'homestead',
  'tangerineWhistle',
  'spuriousDragon',
  'byzantium',
  'constantinople',
  'petersburg',
  'istanbul',
  'berlin',
  'london',
  'paris',
  'shanghai',
  'cancun',
  'prague',
  'osaka',
] as const;

export type Hardfork = (typeof HARDFORKS)[number];

function isSince(hardfork: string, first: Hardfork): boolean {
  return HARDFORKS.indexOf(hardfork as Hardfork) >= HARDFORKS.indexOf(first);
}

/** A scene that transactions run on. */
export interface Scene {
  readonly hardfork: string;
  readonly prestate: Prestate;
  readonly transactions: readonly Transaction[];
  readonly header?: Partial<BlockHeader>;
}

/** An account with code, and slots by number. */
export function contract(
  code: Code | Uint8Array,
  slots: Readonly<Record<string, bigint>> = {},
  rest: PrestateAccount = {},
): PrestateAccount {
  return {
    balance: '0x0',
    nonce: 1,
    code: hexOf(code instanceof Uint8Array ? code : assemble(code)),
    storage: Object.fromEntries(
      Object.entries(slots).map(([slot, value]) => [slotHex(BigInt(slot)), slotHex(value)]),
    ),
    ...rest,
  };
}

/** A legacy transaction from the rich sender to the target, unless said otherwise. */
export function transaction(fields: Partial<Transaction> = {}): Transaction {
  return {
    type: 0,
    hash: slotHex(1n),
    from: SENDER,
    to: TARGET,
    nonce: 0n,
    gasLimit: 1_000_000n,
    value: 0n,
    data: new Uint8Array(0),
    maxFeePerGas: 10n,
    maxPriorityFeePerGas: 10n,
    accessList: null,
    maxFeePerBlobGas: 0n,
    blobVersionedHashes: [],
    authorizationList: [],
    chainId: null,
    signature: null,
    ...fields,
  };
}

/** Call data of whole words. */
export function words(...values: readonly bigint[]): Uint8Array {
  return new Uint8Array(Buffer.from(values.map((value) => slotHex(value).slice(2)).join(''), 'hex'));
}

function header(hardfork: string, fields: Partial<BlockHeader> = {}): BlockHeader {
  const hash: Hex = slotHex(77n);
  return {
    number: NUMBER,
    timestamp: 1_700_000_000n,
    gasLimit: 60_000_000n,
    feeRecipient: MINER,
    parentHash: hash,
    difficulty: isSince(hardfork, 'paris') ? 0n : 131_072n,
    prevRandao: slotHex(99n),
    extraData: '0x',
    baseFeePerGas: isSince(hardfork, 'london') ? 7n : null,
    excessBlobGas: isSince(hardfork, 'cancun') ? 0n : null,
    blobGasUsed: isSince(hardfork, 'cancun') ? 0n : null,
    parentBeaconBlockRoot: isSince(hardfork, 'cancun') ? hash : null,
    withdrawals: isSince(hardfork, 'shanghai') ? [] : null,
    uncles: [],
    hash: null,
    gasUsed: null,
    receiptsRoot: null,
    logsBloom: null,
    stateRoot: null,
    requestsHash: null,
    blockAccessListHash: null,
    ...fields,
  };
}

export function inputOf({ hardfork, transactions, header: fields }: Scene): BlockInput {
  const block = header(hardfork, fields);
  return {
    block,
    transactions,
    chainId: 1n,
    hardfork,
    blockHashes: new Map([[NUMBER - 1n, block.parentHash]]),
  };
}

/** The pre-state with the sender's funds. */
export function prestateOf({ prestate }: Pick<Scene, 'prestate'>): Prestate {
  return { [SENDER]: { balance: RICH, nonce: 0, code: '0x', storage: {} }, ...prestate };
}

/** The first transaction analysed on its own. */
export function analyzed(
  scene: Scene,
  options: { readonly isUnstable?: (key: StateKey) => boolean; readonly limits?: Limits } = {},
): TransactionAnalysis {
  const { block, chainId, hardfork, blockHashes } = inputOf(scene);
  return analyzeTransaction(scene.transactions[0] as Transaction, {
    state: snapshotState(prestateOf(scene)),
    block,
    chainId,
    hardfork,
    blockHashes,
    ...options,
  });
}

/** What the first transaction is seen to touch. */
export async function recorded(scene: Scene): Promise<Recorded> {
  return (await Oracle.create(inputOf(scene), prestateOf(scene))).run(0);
}

/** Recorded accesses outside of the derived set. */
export async function missesIn(scene: Scene, derived: TransactionAnalysis): Promise<readonly Miss[]> {
  return missesOf(inputOf(scene), derived, await recorded(scene));
}

/** The scene with other values in some keys: balances, nonces, slots. */
export function mutated<S extends Scene>(scene: S, values: ReadonlyMap<StateKey, bigint>): S {
  const prestate: Record<string, PrestateAccount> = { ...prestateOf(scene) };
  for (const [key, value] of values) {
    const { address, field, slot } = parseKey(key);
    const account = prestate[address] ?? {};
    if (field === 'storage') {
      const storage = { ...account.storage, [slotHex(slot)]: slotHex(value) };
      prestate[address] = { ...account, storage };
    } else if (field === 'balance') prestate[address] = { ...account, balance: `0x${value.toString(16)}` };
    else if (field === 'nonce') prestate[address] = { ...account, nonce: Number(value) };
  }
  return { ...scene, prestate };
}

/** Gas of the first transaction before refunds, and whether it succeeded. */
export async function metered(
  scene: Scene,
): Promise<{ readonly gas: bigint; readonly gasUsed: bigint; readonly status: 0 | 1 }> {
  const input = inputOf(scene);
  const common = oracleCommon(input);
  const stateManager = new OracleState(prestateOf(scene));
  const blockchain = oracleBlockchain(input.blockHashes);
  const evm = await createEVM({ common, stateManager, blockchain });
  const vm = await createVM({ common, evm, stateManager, blockchain });
  const tx = oracleTransaction(scene.transactions[0] as Transaction, common);
  const result = await runTx(vm, {
    tx,
    block: oracleBlock(input.block as BlockHeader, common),
    skipHardForkValidation: true,
    skipBlockGasLimitValidation: true,
    blockGasUsed: 0n,
  });
  const intrinsic = tx.getIntrinsicGas();
  return {
    gas: intrinsic + result.execResult.executionGasUsed,
    gasUsed: result.totalGasSpent,
    status: result.execResult.exceptionError === undefined ? 1 : 0,
  };
}
