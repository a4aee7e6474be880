/**
 * The rule of a mempool: sets hold in whatever order its transactions run, each at most once. What one of them
 * may find at a key is what the state has there, or what any of the others may leave; what they leave is in
 * turn derived from what they may find. Iterated until nothing grows, that holds by induction over the steps
 * of any order: before each step every key has its first value, or one that a transaction that has run left.
 *
 * What is known of a key only shrinks from round to round, and faster in later rounds (widening), so that
 * counters do not go on for ever.
 */
import type { Address } from '../input/block.ts';
import type { StateKey } from '../state/key.ts';
import type { SlotOrigin } from './access.ts';
import { AnyOrderIndex } from './any-order-index.ts';
import type { Predecessors } from './block-knowledge.ts';
import { type Place, REASONS } from './reason.ts';
import type { TransactionAnalysis } from './result.ts';
import { leqWords } from './word.ts';
import { isSameCode, NO_EFFECTS, type Written, type WrittenCode } from './write-index.ts';

/** Rounds after which those whose sets still grow may touch anything. */
const MAX_ROUNDS = 24;

/** The transactions of a mempool, and what is done with each. */
export interface Mempool {
  readonly count: number;
  /** Derives one of them, from what the others may do to the state before it. */
  derive(index: number, others: Predecessors): TransactionAnalysis;
  /** Whether it may touch anything. */
  isOpen(one: TransactionAnalysis): boolean;
  /** Where a reason that is of no one place stands. */
  placeOf(index: number): Place;
}

/** Derives all transactions of a mempool; `writersOf` says which of them may write a key, ascending. */
export function deriveInAnyOrder({ count, derive, isOpen, placeOf }: Mempool): {
  readonly transactions: readonly TransactionAnalysis[];
  writersOf(key: StateKey): readonly number[];
} {
  const writes = new AnyOrderIndex();
  const results: TransactionAnalysis[] = [];
  const asked: Questions[] = [];
  for (let round = 0, hasGrown = true; hasGrown; round++) {
    hasGrown = false;
    for (let index = 0; index < count; index++) {
      const old = results[index];
      // Nothing is left to grow in one that may touch anything already.
      if (old !== undefined && (asked[index]?.isAnswered() === true || (round > MAX_ROUNDS && isOpen(old))))
        continue;
      const questions = new Questions(writes, index);
      let one = derive(index, questions);
      if (round >= MAX_ROUNDS && !isOpen(one)) one = unsettled(one, placeOf(index));
      if (one.status === 'deferred') one = { ...one, status: 'unbounded', pending: [] };
      results[index] = one;
      asked[index] = questions;
      if (writes.add(index, one.accesses, one.effects, isOpen(one), round)) hasGrown = true;
    }
  }
  const open = results.filter(isOpen).map(({ index }) => index);
  const transactions = results.map((one) => ({
    ...one,
    heldBy: open.filter((index) => index !== one.index),
  }));
  return { transactions, writersOf: (key) => writes.writersOf(key) };
}

/** What one derivation asked of the others, and heard. */
class Questions implements Predecessors {
  readonly #writes: AnyOrderIndex;
  readonly #index: number;
  readonly #values = new Map<
    StateKey,
    { readonly address: Address; readonly origin: SlotOrigin | null; readonly answer: Written | null }
  >();
  readonly #codes = new Map<Address, WrittenCode | null>();

  constructor(writes: AnyOrderIndex, index: number) {
    this.#writes = writes;
    this.#index = index;
  }

  value(key: StateKey, address: Address, origin: SlotOrigin | null): Written | null {
    const answer = this.#writes.find(this.#index, key, address, origin);
    this.#values.set(key, { address, origin, answer });
    return answer;
  }

  code(address: Address): WrittenCode | null {
    const answer = this.#writes.findCode(this.#index, address);
    this.#codes.set(address, answer);
    return answer;
  }

  /** Whether all answers still hold. */
  isAnswered(): boolean {
    for (const [key, { address, origin, answer }] of this.#values) {
      if (!coversWritten(answer, this.#writes.find(this.#index, key, address, origin))) return false;
    }
    for (const [address, answer] of this.#codes) {
      if (!coversCode(answer, this.#writes.findCode(this.#index, address))) return false;
    }
    return true;
  }
}

function coversWritten(old: Written | null, now: Written | null): boolean {
  if (now === null || old === now) return true;
  if (old === null) return false;
  return old.value === null || (now.value !== null && leqWords(now.value, old.value));
}

function coversCode(old: WrittenCode | null, now: WrittenCode | null): boolean {
  if (now === null || old?.codes === null) return true;
  if (old === null || now.codes === null) return false;
  return now.codes.every((code) => old.codes?.some((other) => isSameCode(code, other)));
}

/** A transaction whose sets grow with those of others, round after round. */
function unsettled(one: TransactionAnalysis, at: Place): TransactionAnalysis {
  const everything = { shape: 'everything', address: null, field: 'any', mode: 'write' } as const;
  const code = 'round-limit';
  const reason = { code, message: REASONS[code], at, dependsOn: [], writtenBy: new Map() } as const;
  return {
    ...one,
    status: 'unbounded',
    reasons: [reason, ...one.reasons],
    accesses: { ...one.accesses, regions: [...one.accesses.regions, everything] },
    effects: NO_EFFECTS,
  };
}
