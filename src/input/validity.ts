/**
 * Whether a transaction may be in its block, from its own fields, the header, and its sender's account. What
 * the block as a whole must satisfy (the sums of gas and blob gas) is the outcome's question.
 */
import type { Common } from '@ethereumjs/common';
import type { BlockHeader, Transaction } from './block.ts';
import { type IntrinsicPrices, intrinsicGas } from './intrinsic-gas.ts';

/** Why a transaction is invalid: a stable code and a sentence. */
export interface Invalidity {
  readonly reason: string;
  readonly detail: string;
}

/** The sender as the transaction finds it. */
export interface Sender {
  readonly balance: bigint;
  readonly nonce: bigint;
  readonly code: Uint8Array;
}

/** EIP that brought each transaction type; type 0 was always there. */
const TYPE_EIP = [null, 2930, 1559, 4844, 7702] as const;
const MAXIMUM_NONCE = (1n << 64n) - 1n;

/** What is wrong with the transaction's own fields in this block, or `null`. */
export function checkFields(
  transaction: Transaction,
  header: BlockHeader,
  blobBaseFee: bigint,
  common: Common,
): Invalidity | null {
  return (
    checkType(transaction, common) ??
    checkGasLimit(transaction, header, common) ??
    checkFees(transaction, header, common) ??
    checkKind(transaction, blobBaseFee, common)
  );
}

/** What is wrong with the gas limit for what the transaction starts with, or `null`. */
export function checkIntrinsicGas(transaction: Transaction, prices: IntrinsicPrices): Invalidity | null {
  const { intrinsic, floor } = intrinsicGas(transaction, prices);
  const minimum = Math.max(intrinsic, floor);
  return transaction.gasLimit < minimum
    ? invalid(
        'intrinsic-gas-too-low',
        `its gas limit is ${transaction.gasLimit}, it needs at least ${minimum}`,
      )
    : null;
}

/** What is wrong between the transaction and its sender's account, or `null`. */
export function checkSender(transaction: Transaction, sender: Sender, common: Common): Invalidity | null {
  if (sender.code.length > 0 && !isDelegation(sender.code, common)) {
    return invalid('sender-has-code', 'its sender is a contract (EIP-3607)');
  }
  if (sender.nonce !== transaction.nonce) {
    const reason = transaction.nonce < sender.nonce ? 'nonce-too-low' : 'nonce-too-high';
    return invalid(reason, `its nonce is ${transaction.nonce}, its sender's ${sender.nonce}`);
  }
  const cost = maximumCost(transaction, common);
  return sender.balance < cost
    ? invalid('insufficient-funds', `it may cost ${cost} wei, its sender has ${sender.balance}`)
    : null;
}

/** The most that a transaction can take from its sender; what the balance is checked against (EIP-1559, EIP-4844). */
function maximumCost(transaction: Transaction, common: Common): bigint {
  const gas = transaction.gasLimit * transaction.maxFeePerGas;
  if (transaction.type !== 3) return transaction.value + gas;
  return transaction.value + gas + blobGas(transaction, common) * transaction.maxFeePerBlobGas;
}

/** Blob gas that a transaction uses (EIP-4844); 0n without blobs. */
function blobGas(transaction: Transaction, common: Common): bigint {
  const blobs = transaction.blobVersionedHashes.length;
  return blobs === 0 ? 0n : BigInt(blobs) * common.param('blobGasPerBlob');
}

function checkType(transaction: Transaction, common: Common): Invalidity | null {
  const eip = TYPE_EIP[transaction.type];
  if (eip !== null && !common.isActivatedEIP(eip)) {
    return invalid('unsupported-type', `type ${transaction.type} is not in ${common.hardfork()}`);
  }
  if (transaction.chainId !== null && transaction.chainId !== common.chainId()) {
    return invalid('wrong-chain', `it is for chain ${transaction.chainId}, not ${common.chainId()}`);
  }
  if (transaction.nonce >= MAXIMUM_NONCE) {
    return invalid('nonce-too-high', `nonce ${transaction.nonce} is beyond EIP-2681's limit`);
  }
  return null;
}

function checkGasLimit(transaction: Transaction, header: BlockHeader, common: Common): Invalidity | null {
  const { gasLimit, to, data } = transaction;
  if (gasLimit > header.gasLimit) {
    return invalid('gas-limit-too-high', `its gas limit ${gasLimit} is above the block's ${header.gasLimit}`);
  }
  if (common.isActivatedEIP(7825) && !common.isActivatedEIP(8037)) {
    const cap = common.param('maxTransactionGasLimit');
    if (gasLimit > cap) return invalid('gas-limit-too-high', `its gas limit ${gasLimit} is above ${cap}`);
  }
  if (to === null && common.isActivatedEIP(3860)) {
    const limit = common.param('maxInitCodeSize');
    if (data.length > limit) {
      return invalid('init-code-too-long', `its init code has ${data.length} bytes, ${limit} are allowed`);
    }
  }
  return null;
}

function checkFees(transaction: Transaction, header: BlockHeader, common: Common): Invalidity | null {
  if (!common.isActivatedEIP(1559)) return null;
  const { maxFeePerGas, maxPriorityFeePerGas } = transaction;
  const baseFee = header.baseFeePerGas ?? 0n;
  if (maxFeePerGas < baseFee) {
    return invalid('fee-cap-too-low', `it pays at most ${maxFeePerGas} for gas, the base fee is ${baseFee}`);
  }
  return maxPriorityFeePerGas > maxFeePerGas
    ? invalid('priority-fee-too-high', `its priority fee ${maxPriorityFeePerGas} is above ${maxFeePerGas}`)
    : null;
}

function checkKind(transaction: Transaction, blobBaseFee: bigint, common: Common): Invalidity | null {
  if (transaction.type === 4) {
    if (transaction.to === null) return invalid('missing-receiver', 'type 4 cannot create a contract');
    return transaction.authorizationList.length === 0
      ? invalid('empty-authorization-list', 'it has no authorisation')
      : null;
  }
  if (transaction.type !== 3) return null;
  if (transaction.maxFeePerBlobGas < blobBaseFee) {
    return invalid(
      'blob-fee-too-low',
      `blob gas costs ${blobBaseFee}, it pays ${transaction.maxFeePerBlobGas}`,
    );
  }
  const limit = common.getBlobGasSchedule().maxBlobGasPerBlock;
  return blobGas(transaction, common) > limit
    ? invalid(
        'too-many-blobs',
        `its ${transaction.blobVersionedHashes.length} blobs are more than a block has`,
      )
    : null;
}

/** Whether an account's code is an EIP-7702 delegation. */
function isDelegation(code: Uint8Array, common: Common): boolean {
  return common.isActivatedEIP(7702) && code[0] === 0xef && code[1] === 0x01 && code[2] === 0x00;
}

function invalid(reason: string, detail: string): Invalidity {
  return { reason, detail };
}
