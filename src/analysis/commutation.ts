/**
 * Which senders' balances and nonces commute: escrow (O'Neil 1986) and known nonces. Decided when the sets of
 * all transactions are there, since code that spends a sender's balance or counts its nonce rules it out.
 */
import type { Address, BlockInput, Transaction } from '../input/block.ts';
import { accountKey, type StateKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import type { AccessMode } from './access.ts';
import type { AnalysisOptions, TransactionAnalysis } from './result.ts';

/** EIP-4844: gas per blob. */
const BLOB_GAS = 131_072n;

/** The most that a transaction can take from its sender: what the validity check asks for. */
function maximalDebit(tx: Transaction): bigint {
  const blobs = BigInt(tx.blobVersionedHashes.length) * BLOB_GAS * tx.maxFeePerBlobGas;
  return tx.gasLimit * tx.maxFeePerGas + tx.value + blobs;
}

/** The same analyses, with `delta` turned into `write` where a sender's balance or nonce does not commute. */
export function decideCommutation(
  input: BlockInput,
  state: StateSource,
  analyses: readonly TransactionAnalysis[],
  options: AnalysisOptions,
): TransactionAnalysis[] {
  const debits = unionOf(analyses, ({ debits }) => debits);
  const nonceWrites = unionOf(analyses, ({ nonceWrites }) => nonceWrites);
  const promised = new Map<Address, bigint>();
  return analyses.map((analysis) => {
    const tx = input.transactions[analysis.index];
    if (tx === undefined) return analysis;
    const { from } = tx;
    const total = (promised.get(from) ?? 0n) + maximalDebit(tx);
    promised.set(from, total);
    const balance = state.account(from)?.balance ?? 0n;
    const plain: StateKey[] = [];
    if (options.skipInvalid || debits.has(from) || total > balance) plain.push(accountKey(from, 'balance'));
    if (options.skipInvalid || nonceWrites.has(from)) plain.push(accountKey(from, 'nonce'));
    return plain.length === 0 ? analysis : { ...analysis, accesses: asWrites(analysis.accesses, plain) };
  });
}

function asWrites(accesses: TransactionAnalysis['accesses'], plain: readonly StateKey[]) {
  const keys = new Map<StateKey, AccessMode>(accesses.keys);
  for (const key of plain) keys.set(key, 'write');
  return { ...accesses, keys };
}

function unionOf(
  analyses: readonly TransactionAnalysis[],
  pick: (analysis: TransactionAnalysis) => ReadonlySet<Address>,
): Set<Address> {
  const union = new Set<Address>();
  for (const analysis of analyses) for (const address of pick(analysis)) union.add(address);
  return union;
}
