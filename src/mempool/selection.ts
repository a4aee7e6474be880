/**
 * Which orders go into the block, and in which sequence by fees: greedily by value for each unit of gas, within
 * nonces, bundles, bounds, conditions, the gas limit and senders' funds.
 */
import { Heap } from '../graph/heap.ts';
import type { Address, Transaction } from '../input/block.ts';
import type { StateSource } from '../state/source.ts';
import type { Order } from './order.ts';

/** An order with what it is worth. */
export interface Candidate {
  readonly order: Order;
  /** In wei. */
  readonly value: bigint;
  /** Gas that it is expected to use. */
  readonly gas: bigint;
}

/** EIP-4844: gas per blob. */
const BLOB_GAS = 131_072n;

/** The place of a transaction in its sender's sequence. */
function turnOf(from: Address, nonce: bigint): string {
  return `${from} ${nonce}`;
}

/** What came of trying to take an order: it waits for a turn, or it cannot run in this block. */
type Attempt =
  | { readonly kind: 'taken'; readonly turns: readonly string[] }
  | Waiting
  | { readonly kind: 'never' };
type Waiting = { readonly kind: 'waiting'; readonly turn: string };

/** What the senders have left while the block is filled. */
class Accounts {
  readonly #state: StateSource;
  readonly #nonces = new Map<Address, bigint>();
  readonly #funds = new Map<Address, bigint>();

  constructor(state: StateSource) {
    this.#state = state;
  }

  /** Whether all of an order can run now; if so, that is entered, and `turns` are those that come next. */
  take({ transactions }: Order): Attempt {
    const nonces = new Map<Address, bigint>();
    const funds = new Map<Address, bigint>();
    for (const tx of transactions) {
      const { from } = tx;
      const nonce = nonces.get(from) ?? this.#nonces.get(from) ?? this.#state.account(from)?.nonce ?? 0n;
      if (tx.nonce > nonce) return { kind: 'waiting', turn: turnOf(from, tx.nonce) };
      const before = funds.get(from) ?? this.#funds.get(from) ?? this.#state.account(from)?.balance ?? 0n;
      const left = before - mostPaid(tx);
      if (tx.nonce < nonce || left < 0n) return { kind: 'never' };
      nonces.set(from, nonce + 1n);
      funds.set(from, left);
    }
    for (const [from, nonce] of nonces) this.#nonces.set(from, nonce);
    for (const [from, left] of funds) this.#funds.set(from, left);
    return { kind: 'taken', turns: [...nonces].map(([from, nonce]) => turnOf(from, nonce)) };
  }
}

function mostPaid({
  gasLimit,
  maxFeePerGas,
  maxFeePerBlobGas,
  value,
  blobVersionedHashes,
}: Transaction): bigint {
  return gasLimit * maxFeePerGas + value + BigInt(blobVersionedHashes.length) * BLOB_GAS * maxFeePerBlobGas;
}

/**
 * The chosen orders, in the sequence in which they were chosen. Nonces and funds hold in any other sequence as well
 * that keeps each sender's own: funds are counted without what others may pay in. Whether a transaction's gas limit
 * fits is counted with the gas that those before it are expected to use.
 *
 * @param limits.gas - Of the block.
 * @param limits.blobs - Of the block.
 */
export function selectByFees(
  candidates: readonly Candidate[],
  state: StateSource,
  limits: { readonly gas: bigint; readonly blobs: number },
): Candidate[] {
  const accounts = new Accounts(state);
  const sorted = [...candidates].sort(byValue);
  const ready = new Heap((a, b) => a < b);
  const waiting = new Map<string, number[]>();
  for (const at of sorted.keys()) ready.push(at);
  const chosen: Candidate[] = [];
  let gasLeft = limits.gas;
  let blobsLeft = limits.blobs;
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    const candidate = sorted[at] as Candidate;
    const { transactions } = candidate.order;
    const most = transactions.reduce((largest, tx) => (tx.gasLimit > largest ? tx.gasLimit : largest), 0n);
    const blobs = transactions.reduce((sum, tx) => sum + tx.blobVersionedHashes.length, 0);
    if (most > gasLeft || candidate.gas > gasLeft || blobs > blobsLeft) continue;
    const attempt = accounts.take(candidate.order);
    if (attempt.kind === 'never') continue;
    if (attempt.kind === 'waiting') {
      waiting.set(attempt.turn, [...(waiting.get(attempt.turn) ?? []), at]);
      continue;
    }
    chosen.push(candidate);
    gasLeft -= candidate.gas;
    blobsLeft -= blobs;
    for (const turn of attempt.turns) {
      for (const next of waiting.get(turn) ?? []) ready.push(next);
      waiting.delete(turn);
    }
  }
  return chosen;
}

/** Most value for each unit of gas first, then by id. */
function byValue(a: Candidate, b: Candidate): number {
  const difference = b.value * (a.gas + 1n) - a.value * (b.gas + 1n);
  if (difference !== 0n) return difference > 0n ? 1 : -1;
  return a.order.id < b.order.id ? -1 : 1;
}
