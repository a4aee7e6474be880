/** Random operations on a pool: orders come, are replaced, and go, alone and in bundles. */
import type { MempoolIndex, Order } from '../dist/index.js';
import type { Random } from '../examples/generator/random.ts';

/** Replacement names of bundles: few, so that bundles take the places of others. */
const NAMES = 50;

/** What was done, by name, and how often. */
export type Tally = Map<string, number>;

export class Operations {
  readonly tally: Tally = new Map();
  readonly #pool: MempoolIndex;
  readonly #random: Random;
  readonly #all: readonly Order[];
  readonly #orderOf: ReadonlyMap<string, Order>;
  /** Those of `all` that have left. */
  readonly #outside: Order[] = [];
  readonly #ids: string[];
  readonly #placeOf = new Map<string, number>();
  readonly #size: number;
  #made = 0;

  /** @param all - Orders to draw from; those in the pool stay about as many as they are. */
  constructor(pool: MempoolIndex, all: readonly Order[], random: Random) {
    this.#pool = pool;
    this.#all = all;
    this.#orderOf = new Map(all.map((order) => [order.id, order]));
    this.#random = random;
    this.#ids = pool.orders().map(({ id }) => id);
    for (const [place, id] of this.#ids.entries()) this.#placeOf.set(id, place);
    this.#size = this.#ids.length;
  }

  /** Does one. */
  next(): void {
    const kind = this.#random.pickWeighted([
      [this.#ids.length, 'remove'] as const,
      [this.#size * 0.8, 'add'] as const,
      [this.#size * 0.1, 'outbid'] as const,
      [this.#size * 0.1, 'bundle'] as const,
    ]);
    if (kind === 'remove') this.#remove();
    else this.#add(kind, this.#drawn(kind));
  }

  #any(): Order {
    return this.#random.pick(this.#all);
  }

  #drawn(kind: 'add' | 'outbid' | 'bundle'): Order {
    switch (kind) {
      case 'add':
        return this.#outsider();
      case 'outbid':
        return this.#outbid();
      case 'bundle':
        return this.#bundle();
      default:
        return kind satisfies never;
    }
  }

  #outsider(): Order {
    const place = this.#random.below(this.#outside.length);
    const last = this.#outside.pop();
    const order = this.#outside[place];
    if (order === undefined || last === undefined) return last ?? this.#any();
    this.#outside[place] = last;
    return order;
  }

  #remove(): void {
    if (this.#ids.length === 0) return;
    const id = this.#random.pick(this.#ids);
    if (!this.#pool.remove(id)) throw new Error(`${id} is not there`);
    this.#forget(id);
    this.#count('removed');
  }

  #add(kind: string, order: Order): void {
    const added = this.#pool.add(order);
    this.#count(`${kind} ${added.kind}`);
    if (added.kind === 'refused') {
      if (kind === 'add') this.#outside.push(order);
      return;
    }
    if (added.kind === 'replaced') this.#forget(added.order.id);
    this.#placeOf.set(order.id, this.#ids.length);
    this.#ids.push(order.id);
  }

  /** The same transaction with a higher fee. */
  #outbid(): Order {
    const order = this.#any();
    const number = ++this.#made;
    const transactions = order.transactions.map((tx) => ({
      ...tx,
      hash: hashOf(number),
      maxFeePerGas: tx.maxFeePerGas + BigInt(number),
      maxPriorityFeePerGas: tx.maxPriorityFeePerGas + BigInt(number),
    }));
    return { ...order, id: transactions[0]?.hash ?? order.id, transactions };
  }

  /** Two or three transactions, of which one may be there alone as well, and one may be left out. */
  #bundle(): Order {
    const members = Array.from({ length: 2 + this.#random.below(2) }, () => this.#any());
    const name = `bundle ${this.#random.below(NAMES)}`;
    return {
      ...(members[0] as Order),
      id: `${name} ${++this.#made}`,
      transactions: members.flatMap(({ transactions }) => transactions),
      canDrop: new Set(this.#random.chance(0.2) ? [0] : []),
      replacementId: name,
    };
  }

  #forget(id: string): void {
    const place = this.#placeOf.get(id);
    if (place === undefined) return;
    const order = this.#orderOf.get(id);
    if (order !== undefined) this.#outside.push(order);
    this.#placeOf.delete(id);
    const last = this.#ids.pop() as string;
    if (last === id) return;
    this.#ids[place] = last;
    this.#placeOf.set(last, place);
  }

  #count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }
}

function hashOf(number: number): `0x${string}` {
  return `0x${number.toString(16).padStart(64, 'f')}`;
}
