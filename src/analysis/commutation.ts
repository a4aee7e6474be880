/**
 * Which senders' balances and nonces commute: escrow (O'Neil 1986) and known nonces. Code that spends a sender's
 * balance or counts its nonce rules it out for all that come after it.
 */
import type { Address, BlockInput, Transaction } from '../input/block.ts';
import { accountKey, type StateKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import type { AccessMode, AccessSet } from './access.ts';
import type { AnalysisOptions, TransactionAnalysis } from './result.ts';

/** EIP-4844: gas per blob. */
const BLOB_GAS = 131_072n;

/** The most that a transaction can take from its sender: what the validity check asks for. */
export function maximalDebit(tx: Transaction): bigint {
  const blobs = BigInt(tx.blobVersionedHashes.length) * BLOB_GAS * tx.maxFeePerBlobGas;
  return tx.gasLimit * tx.maxFeePerGas + tx.value + blobs;
}

/**
 * Decides transaction by transaction, in block order. What only later ones do to a sender does not matter: they
 * wait for it.
 */
export class Commutation {
  readonly #input: BlockInput;
  readonly #state: StateSource;
  readonly #options: AnalysisOptions;
  /** Accounts whose balance or nonce code has written so far. */
  readonly #debits = new Set<Address>();
  readonly #nonceWrites = new Set<Address>();
  /** The most that each sender's transactions so far can have taken. */
  readonly #promised = new Map<Address, bigint>();

  /** @param state - Before the first of the transactions. */
  constructor(input: BlockInput, state: StateSource, options: AnalysisOptions) {
    this.#input = input;
    this.#state = state;
    this.#options = options;
  }

  /** Takes into account what a transaction may do to senders. */
  note({ debits, nonceWrites }: TransactionAnalysis): void {
    if (debits.size > 0) for (const address of debits) this.#debits.add(address);
    if (nonceWrites.size > 0) for (const address of nonceWrites) this.#nonceWrites.add(address);
  }

  /** The same analysis, with `delta` turned into `write` where the sender's balance or nonce does not commute. */
  decide(analysis: TransactionAnalysis): TransactionAnalysis {
    const tx = this.#input.transactions[analysis.index];
    if (tx === undefined) return analysis;
    const { from } = tx;
    const { skipInvalid } = this.#options;
    const total = (this.#promised.get(from) ?? 0n) + maximalDebit(tx);
    this.#promised.set(from, total);
    const balance = this.#state.account(from)?.balance ?? 0n;
    const plain: StateKey[] = [];
    if (skipInvalid || this.#debits.has(from) || total > balance) plain.push(accountKey(from, 'balance'));
    if (skipInvalid || this.#nonceWrites.has(from)) plain.push(accountKey(from, 'nonce'));
    return plain.length === 0 ? analysis : { ...analysis, accesses: asWrites(analysis.accesses, plain) };
  }
}

/** All of them decided: each by those before it and itself, or, in a mempool, by all. */
export function decideCommutation(
  input: BlockInput,
  state: StateSource,
  analyses: readonly TransactionAnalysis[],
  options: AnalysisOptions,
): TransactionAnalysis[] {
  const commutation = new Commutation(input, state, options);
  if (options.unordered) for (const analysis of analyses) commutation.note(analysis);
  return analyses.map((analysis) => {
    commutation.note(analysis);
    return commutation.decide(analysis);
  });
}

/** The same accesses, with writes instead of what does not commute. */
export function asWrites(accesses: AccessSet, plain: readonly StateKey[]): AccessSet {
  const keys = new Map<StateKey, AccessMode>(accesses.keys);
  for (const key of plain) keys.set(key, 'write');
  return { ...accesses, keys };
}
