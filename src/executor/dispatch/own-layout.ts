/**
 * The layout of a result whose transaction had no task that named what it may touch: what it did touch, sent ahead
 * of the result.
 */
import type { Address } from '../../input/block.ts';
import { type Cell, observedBits, observedSlotBits } from '../transaction-state.ts';
import type { Reader, Writer } from './batch.ts';
import type { ResultPlaces, TaskLayout } from './result-record.ts';

/** Everything that a transaction looked at, each in a place of its own. */
export class OwnLayout implements ResultPlaces {
  readonly #cells: readonly Cell[];
  readonly #accounts = new Map<Address, number>();
  readonly #slots = new Map<Address, Map<bigint, number>>();
  #slotCount = 0;

  constructor(cells: Iterable<Cell>) {
    this.#cells = [...cells];
    for (const [place, { address, slots }] of this.#cells.entries()) {
      this.#accounts.set(address, place);
      const places = new Map<bigint, number>();
      for (const slot of slots.keys()) places.set(slot, this.#slotCount++);
      this.#slots.set(address, places);
    }
  }

  write(writer: Writer): void {
    writer.push(this.#cells.length);
    for (const { address, slots } of this.#cells) writer.push(address, slots.size, ...slots.keys());
  }

  placeOf(address: Address): number {
    return this.#accounts.get(address) ?? -1;
  }

  placeOfSlot(address: Address, slot: bigint): number {
    return this.#slots.get(address)?.get(slot) ?? -1;
  }

  check(): ReturnType<ResultPlaces['check']> {
    const accounts = new Uint16Array(this.#cells.map(observedBits));
    const slots = new Uint8Array(this.#slotCount);
    let place = 0;
    for (const cell of this.#cells) {
      for (const slot of cell.slots.values()) slots[place++] = observedSlotBits(slot);
    }
    return { accounts, slots, others: [] };
  }

  keep(): void {
    // Those that follow do not see it: they see what the list says.
  }
}

/** The inverse of `write`. */
export function readLayout(reader: Reader, transaction: number): TaskLayout {
  const accounts: { address: Address }[] = [];
  const slots: { account: number; slot: bigint }[] = [];
  for (let left = reader.number(); left > 0; left--) {
    const account = accounts.push({ address: reader.text() as Address }) - 1;
    for (let count = reader.number(); count > 0; count--) slots.push({ account, slot: reader.bigint() });
  }
  return { transaction, accounts, slots };
}
