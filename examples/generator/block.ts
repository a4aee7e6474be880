/** The example's block: drafts are signed, run one after the other by @ethereumjs/vm, and sealed with the outcome. */
import {
  type Block,
  createBlock,
  genTransactionsTrieRoot,
  genWithdrawalsTrieRoot,
  type HeaderData,
} from '@ethereumjs/block';
import type { Common } from '@ethereumjs/common';
import { createTx, type TypedTransaction } from '@ethereumjs/tx';
import {
  bytesToHex,
  createWithdrawal,
  type EOACode7702AuthorizationListBytesItem,
  type EOACode7702AuthorizationListItem,
  eoaCode7702SignAuthorization,
  hexToBytes,
} from '@ethereumjs/util';
import { runBlock } from '@ethereumjs/vm';
import { id } from 'ethers';
import { type Account, createAccount, type Hex } from './account.ts';
import { type Chain, parentHeader, readNonce } from './chain.ts';
import { dumpPrestate, type Prestate } from './prestate.ts';
import type { Random } from './random.ts';

/** A transaction before its nonce, its fees and its signature. */
export interface Draft {
  /** What it is there for, e.g. `airdrop`. */
  readonly kind: string;
  readonly from: Account;
  /** `null` creates a contract. */
  readonly to: Hex | null;
  readonly gasLimit: bigint;
  /** Default: 2. */
  readonly type?: 0 | 1 | 2 | 3 | 4;
  /** Default: 0. */
  readonly value?: bigint;
  /** Default: empty. */
  readonly data?: Hex;
  /** Default: empty. */
  readonly accessList?: readonly { readonly address: Hex; readonly storageKeys: readonly Hex[] }[];
  /** Type 3 only. */
  readonly blobVersionedHashes?: readonly Hex[];
  /** Type 4 only. */
  readonly authorizations?: readonly Delegation[];
}

/** An EIP-7702 authorisation before its signature. */
export interface Delegation {
  readonly authority: Account;
  readonly delegate: Hex;
  /** Default: the nonce that makes it valid. Any other one is skipped by the EVM. */
  readonly nonce?: bigint;
}

/** A block with the state before it. */
export interface Example {
  /** As `eth_getBlockByNumber(number, true)` returns it. */
  readonly block: BlockJson;
  readonly prestate: Prestate;
  /** The kind of each transaction, in block order. */
  readonly kinds: readonly string[];
}

export type BlockJson = Readonly<Record<string, unknown>> & {
  readonly transactions: readonly TransactionJson[];
};
export type TransactionJson = Readonly<Record<string, unknown>>;

const gwei = 1_000_000_000n;
/** EIP-4844 `GAS_PER_BLOB`. */
const gasPerBlob = 131_072;

/** Header fields that do not depend on what is in the block. */
const fixedHeader = {
  number: parentHeader.number + 1n,
  timestamp: parentHeader.timestamp + 12n,
  baseFeePerGas: parentHeader.baseFeePerGas,
  coinbase: createAccount('fee recipient').address,
  mixHash: id('RANDAO of the example') as Hex,
  parentBeaconBlockRoot: id('beacon block of the example') as Hex,
  extraData: `0x${Buffer.from('pevm-analyze').toString('hex')}`,
  excessBlobGas: 0n,
} satisfies HeaderData;

/** When the block happens, in seconds. */
export const blockTime = fixedHeader.timestamp;

/** EIP-4895 withdrawals after the last transaction; amounts in gwei. */
const withdrawals = [
  {
    index: 90_000_000n,
    validatorIndex: 1_000n,
    address: createAccount('validator 0').address,
    amount: 19_000_000n,
  },
  {
    index: 90_000_001n,
    validatorIndex: 1_001n,
    address: createAccount('validator 0').address,
    amount: 19_100_000n,
  },
  {
    index: 90_000_002n,
    validatorIndex: 1_002n,
    address: createAccount('validator 1').address,
    amount: 45_000_000n,
  },
];

/**
 * Makes the drafts the transactions of one block on top of the chain's state.
 * The gas limit is the parent's, or more where the drafts need more.
 *
 * @param random - Draws the fees.
 */
export async function sealBlock(chain: Chain, drafts: readonly Draft[], random: Random): Promise<Example> {
  const prestate = await dumpPrestate(chain);
  const { common } = chain.vm;
  const header = await openHeader(chain, drafts);
  const transactions = await signDrafts(chain, drafts, random);
  const transactionsTrie = await genTransactionsTrieRoot(transactions);
  const open = createBlock(
    { header: { ...header, transactionsTrie }, transactions, withdrawals },
    { common },
  );
  const outcome = await runBlock(chain.vm, { block: open, generate: true, skipHeaderValidation: true });
  const sealed = createBlock(
    {
      header: {
        ...header,
        transactionsTrie,
        gasUsed: outcome.gasUsed,
        logsBloom: outcome.logsBloom,
        receiptTrie: outcome.receiptsRoot,
        stateRoot: outcome.stateRoot,
        ...(outcome.requestsHash === undefined ? {} : { requestsHash: outcome.requestsHash }),
      },
      transactions,
      withdrawals,
    },
    { common },
  );
  return { block: blockJson(sealed, drafts), prestate, kinds: drafts.map(({ kind }) => kind) };
}

/** As `sealBlock`, but nothing is run: the header says nothing of an outcome. */
export async function draftBlock(
  chain: Chain,
  drafts: readonly Draft[],
  random: Random,
): Promise<Pick<Example, 'block' | 'prestate'>> {
  const prestate = await dumpPrestate(chain);
  const header = await openHeader(chain, drafts);
  const transactions = await signDrafts(chain, drafts, random);
  const block = createBlock({ header, transactions, withdrawals }, { common: chain.vm.common });
  return { block: blockJson(block, drafts), prestate };
}

/** What is known of the header before the transactions are. */
async function openHeader({ state, vm }: Chain, drafts: readonly Draft[]) {
  const stateRoot = await state.getStateRoot();
  const parent = createBlock({ header: { ...parentHeader, stateRoot } }, { common: vm.common });
  const gasLimits = drafts.reduce((sum, draft) => sum + draft.gasLimit, 0n);
  const blobs = drafts.reduce((sum, draft) => sum + (draft.blobVersionedHashes ?? []).length, 0);
  return {
    ...fixedHeader,
    parentHash: parent.hash(),
    gasLimit: gasLimits > parentHeader.gasLimit ? gasLimits : parentHeader.gasLimit,
    blobGasUsed: BigInt(blobs * gasPerBlob),
    withdrawalsRoot: await genWithdrawalsTrieRoot(withdrawals.map(createWithdrawal)),
  };
}

/** In block order: nonces count on from the chain's state. */
async function signDrafts(
  chain: Chain,
  drafts: readonly Draft[],
  random: Random,
): Promise<TypedTransaction[]> {
  const nonces = new Map<Hex, bigint>();
  const nextNonce = async ({ address }: Account) => nonces.get(address) ?? (await readNonce(chain, address));
  const transactions: TypedTransaction[] = [];
  for (const draft of drafts) {
    const nonce = await nextNonce(draft.from);
    nonces.set(draft.from.address, nonce + 1n);
    const authorizationList: EOACode7702AuthorizationListBytesItem[] = [];
    for (const delegation of draft.authorizations ?? []) {
      const valid = await nextNonce(delegation.authority);
      const signed = delegation.nonce ?? valid;
      if (signed === valid) nonces.set(delegation.authority.address, valid + 1n);
      authorizationList.push(signDelegation(chain.vm.common, delegation, signed));
    }
    transactions.push(signDraft(chain.vm.common, draft, nonce, authorizationList, random));
  }
  return transactions;
}

function signDelegation(common: Common, { authority, delegate }: Delegation, nonce: bigint) {
  const unsigned = { chainId: quantity(common.chainId()), address: delegate, nonce: quantity(nonce) };
  return eoaCode7702SignAuthorization(unsigned, hexToBytes(authority.privateKey));
}

function signDraft(
  common: Common,
  draft: Draft,
  nonce: bigint,
  authorizationList: EOACode7702AuthorizationListBytesItem[],
  random: Random,
): TypedTransaction {
  const type = draft.type ?? 2;
  const baseFee = fixedHeader.baseFeePerGas;
  const tip = BigInt(1 + random.below(30)) * (gwei / 10n);
  const fields = {
    type,
    chainId: common.chainId(),
    nonce,
    gasLimit: draft.gasLimit,
    value: draft.value ?? 0n,
    data: draft.data ?? '0x',
    ...(draft.to === null ? {} : { to: draft.to }),
    ...(type < 2
      ? { gasPrice: baseFee + tip }
      : { maxFeePerGas: 2n * baseFee + tip, maxPriorityFeePerGas: tip }),
    ...(type === 0 ? {} : { accessList: [...(draft.accessList ?? [])] }),
    ...(type === 3
      ? { maxFeePerBlobGas: gwei, blobVersionedHashes: [...(draft.blobVersionedHashes ?? [])] }
      : {}),
    ...(type === 4 ? { authorizationList } : {}),
  };
  return createTx(fields, { common }).sign(hexToBytes(draft.from.privateKey), false);
}

function blockJson(block: Block, drafts: readonly Draft[]): BlockJson {
  const { header } = block;
  const hash = bytesToHex(block.hash());
  return {
    number: quantity(header.number),
    hash,
    parentHash: bytesToHex(header.parentHash),
    nonce: bytesToHex(header.nonce),
    mixHash: bytesToHex(header.mixHash),
    sha3Uncles: bytesToHex(header.uncleHash),
    logsBloom: bytesToHex(header.logsBloom),
    transactionsRoot: bytesToHex(header.transactionsTrie),
    stateRoot: bytesToHex(header.stateRoot),
    receiptsRoot: bytesToHex(header.receiptTrie),
    withdrawalsRoot: bytesToHex(header.withdrawalsRoot ?? new Uint8Array()),
    requestsHash: bytesToHex(header.requestsHash ?? new Uint8Array()),
    parentBeaconBlockRoot: bytesToHex(header.parentBeaconBlockRoot ?? new Uint8Array()),
    miner: header.coinbase.toString(),
    difficulty: quantity(header.difficulty),
    extraData: bytesToHex(header.extraData),
    size: quantity(block.serialize().length),
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    timestamp: quantity(header.timestamp),
    baseFeePerGas: quantity(header.baseFeePerGas ?? 0n),
    blobGasUsed: quantity(header.blobGasUsed ?? 0n),
    excessBlobGas: quantity(header.excessBlobGas ?? 0n),
    uncles: [],
    withdrawals: withdrawals.map(({ index, validatorIndex, address, amount }) => ({
      index: quantity(index),
      validatorIndex: quantity(validatorIndex),
      address,
      amount: quantity(amount),
    })),
    transactions: block.transactions.map((tx, index) => ({
      blockHash: hash,
      blockNumber: quantity(header.number),
      transactionIndex: quantity(index),
      from: drafts[index]?.from.address,
      ...transactionJson(tx),
    })),
  };
}

function transactionJson(tx: TypedTransaction): TransactionJson {
  const json = tx.toJSON();
  return {
    hash: bytesToHex(tx.hash()),
    type: quantity(tx.type),
    chainId: quantity(tx.common.chainId()),
    to: tx.to?.toString() ?? null,
    nonce: quantity(tx.nonce),
    gas: quantity(tx.gasLimit),
    value: quantity(tx.value),
    input: bytesToHex(tx.data),
    ...feeJson(tx),
    ...(json.accessList === undefined ? {} : { accessList: json.accessList }),
    ...(json.blobVersionedHashes === undefined ? {} : { blobVersionedHashes: json.blobVersionedHashes }),
    ...(json.authorizationList === undefined
      ? {}
      : { authorizationList: json.authorizationList.map(authorizationJson) }),
    v: quantity(tx.v ?? 0n),
    r: quantity(tx.r ?? 0n),
    s: quantity(tx.s ?? 0n),
    ...(tx.type === 0 ? {} : { yParity: quantity(tx.v ?? 0n) }),
  };
}

/** `gasPrice` is what is paid in the block, for every type. */
function feeJson(tx: TypedTransaction): TransactionJson {
  if ('gasPrice' in tx) return { gasPrice: quantity(tx.gasPrice) };
  const tip = tx.getEffectivePriorityFee(fixedHeader.baseFeePerGas);
  return {
    gasPrice: quantity(fixedHeader.baseFeePerGas + tip),
    maxFeePerGas: quantity(tx.maxFeePerGas),
    maxPriorityFeePerGas: quantity(tx.maxPriorityFeePerGas),
    ...('maxFeePerBlobGas' in tx ? { maxFeePerBlobGas: quantity(tx.maxFeePerBlobGas) } : {}),
  };
}

function authorizationJson(item: EOACode7702AuthorizationListItem): TransactionJson {
  return {
    chainId: integer(item.chainId),
    address: item.address,
    nonce: integer(item.nonce),
    yParity: integer(item.yParity),
    r: integer(item.r),
    s: integer(item.s),
  };
}

/** Byte strings of @ethereumjs that mean numbers: `0x` is 0, and zeros may lead. */
function integer(bytes: Hex): Hex {
  return quantity(bytes === '0x' ? 0n : BigInt(bytes));
}

function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`;
}
