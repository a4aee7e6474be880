/** What each transaction left in the slots that others wait for, as it was run: the evidence of all advice. */
import type { Trial } from '../executor/trials.ts';
import type { Address, Transaction } from '../input/block.ts';
import { keccak256 } from '../input/keccak.ts';
import { parseKey, type StateKey, slotHex, storageKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';

/** A transaction that wrote a slot. */
export interface Change {
  readonly transaction: number;
  readonly before: bigint;
  /** The same as before, if it wrote that, or something else in between. */
  readonly after: bigint;
  /** Amounts that it is about beside this slot: its value, words of its call data, and how much other slots changed. */
  readonly amounts: ReadonlySet<bigint>;
  /** Sizes of array elements, in slots, of which it wrote the one that this slot counted up to. */
  readonly elementSizes: ReadonlySet<bigint>;
}

/** Words of call data, and slots, that are looked at. */
const MOST_WORDS = 64;
const MOST_SLOTS = 256;
/** Larger elements of an array are not looked for. */
const LARGEST_ELEMENT = 16n;
const SELECTOR_BYTES = 4;
const WORD_BYTES = 32;
/** First byte of a delegation; no contract's code begins with it (EIP-3541). */
const DELEGATION = 0xef;

/** Collects changes of some slots, one transaction after the other. */
export class ChangeLog {
  readonly #changes = new Map<StateKey, Change[]>();
  /** Accounts of the other keys: whether they have code. */
  readonly #contracts = new Map<Address, boolean>();

  /** @param keys - Those that are no slots have no changes. */
  constructor(keys: readonly StateKey[]) {
    for (const key of keys) {
      const { address, slot } = parseKey(key);
      if (slot === null) this.#contracts.set(address, false);
      else this.#changes.set(key, []);
    }
  }

  /** In block order; empty where none was seen. */
  of(key: StateKey): readonly Change[] {
    return this.#changes.get(key) ?? [];
  }

  /** Whether an account of a key that is no slot has had code of its own. */
  isContract(address: Address): boolean {
    return this.#contracts.get(address) === true;
  }

  /** To be called for each transaction while its trial holds. */
  note({ index, result, state }: Trial, transaction: Transaction): void {
    if (result.status !== 'ran') return;
    for (const [address, isContract] of this.#contracts) {
      if (!isContract && hasCode(state, address)) this.#contracts.set(address, true);
    }
    const { observed, diff } = result;
    const touched = [...this.#changes.keys()].filter((key) => observed.keys.get(key) === 'write');
    if (touched.length === 0) return;
    const deltas = new Map<StateKey, bigint>();
    const after = new Map<StateKey, bigint>();
    for (const { address, slots } of diff) {
      for (const [slot, value] of slots) {
        const key = storageKey(address, slot);
        after.set(key, value);
        const before = state.storage(address, slot);
        if (before !== undefined && deltas.size < MOST_SLOTS) deltas.set(key, magnitude(value - before));
      }
    }
    const given = givenAmounts(transaction);
    for (const key of touched) {
      const { address, slot } = parseKey(key);
      const before = slot === null ? undefined : state.storage(address, slot);
      if (slot === null || before === undefined) continue;
      const amounts = new Set(given);
      for (const [other, delta] of deltas) if (other !== key) amounts.add(delta);
      this.#changes.get(key)?.push({
        transaction: index,
        before,
        after: after.get(key) ?? before,
        amounts,
        elementSizes: elementSizes(slot, before, (one) => after.has(storageKey(address, one))),
      });
    }
  }
}

/** A delegation (EIP-7702) does not make an account a contract. */
function hasCode(state: StateSource, address: Address): boolean {
  const code = state.account(address)?.code;
  return code !== undefined && code.length > 0 && code[0] !== DELEGATION;
}

function magnitude(delta: bigint): bigint {
  return delta < 0n ? -delta : delta;
}

function givenAmounts({ value, data }: Transaction): Set<bigint> {
  const amounts = new Set([value]);
  const end = Math.min(data.length, SELECTOR_BYTES + MOST_WORDS * WORD_BYTES);
  for (let at = SELECTOR_BYTES; at + WORD_BYTES <= end; at += WORD_BYTES) {
    amounts.add(BigInt(`0x${Buffer.from(data.subarray(at, at + WORD_BYTES)).toString('hex')}`));
  }
  return amounts;
}

/** Solidity keeps the elements of an array behind the hash of the slot that holds its length. */
function elementSizes(slot: bigint, length: bigint, wrote: (slot: bigint) => boolean): Set<bigint> {
  const sizes = new Set<bigint>();
  // More elements than any array has: the slot holds no length.
  if (length >= 1n << 64n) return sizes;
  const hash = keccak256(Buffer.from(slotHex(slot).slice(2), 'hex'));
  const first = BigInt(`0x${Buffer.from(hash).toString('hex')}`);
  for (let size = 1n; size <= LARGEST_ELEMENT; size++) {
    if (wrote(BigInt.asUintN(256, first + length * size))) sizes.add(size);
  }
  return sizes;
}
