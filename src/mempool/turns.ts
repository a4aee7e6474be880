/** Whose turn it is: senders' nonces along a sequence of orders. */
import { Heap } from '../graph/heap.ts';
import type { Address, Transaction } from '../input/block.ts';
import type { StateSource } from '../state/source.ts';
import type { Order } from './order.ts';

/** `later`: one with that nonce of the sender has to come before it. `over`: a nonce that it needs is used. */
export type Turn =
  | {
      readonly kind: 'now';
      /** The senders' next nonces after it. */
      readonly nonces: ReadonlyMap<Address, bigint>;
      /** Those of its transactions that run. */
      readonly transactions: readonly Transaction[];
    }
  | { readonly kind: 'later'; readonly awaited: string }
  | { readonly kind: 'over' };

/** The senders' next nonces. Authorisations (EIP-7702), which use nonces as well, are not counted. */
export class Turns {
  readonly #state: StateSource;
  readonly #next: Map<Address, bigint>;

  constructor(state: StateSource, next: ReadonlyMap<Address, bigint> = new Map()) {
    this.#state = state;
    this.#next = new Map(next);
  }

  /** Whether an order can come next. Transactions whose turn it is not are left out where that is allowed. */
  of({ transactions, canDrop }: Order): Turn {
    const nonces = new Map<Address, bigint>();
    const running: Transaction[] = [];
    for (const [at, tx] of transactions.entries()) {
      const { from, nonce } = tx;
      const next = nonces.get(from) ?? this.#next.get(from) ?? this.#state.account(from)?.nonce ?? 0n;
      if (nonce === next) {
        nonces.set(from, nonce + 1n);
        running.push(tx);
      } else if (canDrop.has(at)) continue;
      else if (nonce < next) return { kind: 'over' };
      else return { kind: 'later', awaited: turnText(from, nonce) };
    }
    return running.length === 0 ? { kind: 'over' } : { kind: 'now', nonces, transactions: running };
  }

  /** Goes on, after an order with these nonces. */
  take(nonces: ReadonlyMap<Address, bigint>): void {
    for (const [from, next] of nonces) this.#next.set(from, next);
  }

  copy(): Turns {
    return new Turns(this.#state, this.#next);
  }
}

/**
 * The sequence that a ranking comes to: the first of it whose turn it is comes next, again and again. Of orders that
 * use one nonce only one is in it.
 *
 * @param ranking - Places in `orders`, each once.
 */
export function inTurn(orders: readonly Order[], ranking: readonly number[], state: StateSource): number[] {
  const turns = new Turns(state);
  const ready = new Heap((a, b) => a < b);
  const waiting = new Map<string, number[]>();
  const sequence: number[] = [];
  for (const rank of ranking.keys()) ready.push(rank);
  for (let rank = ready.pop(); rank !== undefined; rank = ready.pop()) {
    const place = ranking[rank] as number;
    const turn = turns.of(orders[place] as Order);
    if (turn.kind === 'later') {
      const others = waiting.get(turn.awaited);
      if (others === undefined) waiting.set(turn.awaited, [rank]);
      else others.push(rank);
    } else if (turn.kind === 'now') {
      sequence.push(place);
      turns.take(turn.nonces);
      for (const [from, next] of turn.nonces) {
        const awaited = turnText(from, next);
        for (const other of waiting.get(awaited) ?? []) ready.push(other);
        waiting.delete(awaited);
      }
    }
  }
  return sequence;
}

function turnText(from: Address, nonce: bigint): string {
  return `${from} ${nonce}`;
}
