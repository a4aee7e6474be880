/**
 * Reads and writes of state by a path: what the transaction itself did comes first, then what is known of the
 * state before it. Every access is recorded; values carry the cells that they come from.
 */
import type { Address } from '../input/block.ts';
import type { AccessMode, Region, SlotOrigin } from './access.ts';
import { binary } from './arithmetic.ts';
import { type Cell, type CellSet, type CellTable, NO_CELLS, unionCells } from './cells.ts';
import { type Code, knownCode } from './code.ts';
import type { Hashes } from './hashes.ts';
import type { Fact, Knowledge } from './knowledge.ts';
import { knownOrigin } from './known-hashes.ts';
import type { Budget, Path } from './machine.ts';
import { type LabelTable, SymbolicBytes, type SymbolicString } from './memory.ts';
import { regionMayContainSlot } from './overlap.ts';
import type { Recorder } from './recorder.ts';
import {
  cellsOf,
  joinWords,
  knownValue,
  knownWord,
  maxOf,
  minOf,
  unknownWord,
  type Word,
  withCells,
} from './word.ts';
import { type Baseline, type Certainty, coversWrite, type WeakWrite, type World } from './world.ts';

/** Slots from here on may be hashes. */
const FIRST_HASH = 1n << 64n;
/** A range of slots wider than this is all storage of the account. */
const WIDEST_RANGE = 1n << 63n;

/** Code of an account, or the cells that would have to be known. */
export type CodeResult =
  | { readonly kind: 'known'; readonly code: Code }
  /** `candidates`: it is one of these, or any code (`null`). */
  | { readonly kind: 'unknown'; readonly cells: CellSet; readonly candidates: readonly Code[] | null };

export class StateAccess implements Baseline {
  readonly #cells: CellTable;
  readonly #recorder: Recorder;
  readonly #knowledge: Knowledge;
  readonly #base = new Map<Cell, Word>();
  readonly #hashes: Hashes;
  readonly #budget: Budget;
  readonly #labels: LabelTable;

  constructor(
    cells: CellTable,
    recorder: Recorder,
    knowledge: Knowledge,
    labels: LabelTable,
    hashes: Hashes,
    budget: Budget,
  ) {
    this.#labels = labels;
    this.#cells = cells;
    this.#recorder = recorder;
    this.#knowledge = knowledge;
    this.#hashes = hashes;
    this.#budget = budget;
  }

  // Values before the transaction, unrecorded.

  #baseOf(cell: Cell, fact: () => Fact): Word {
    const cached = this.#base.get(cell);
    if (cached !== undefined) return cached;
    const found = fact();
    const cells = [cell];
    let word: Word;
    switch (found.kind) {
      case 'stable':
        word = knownWord(found.value, cells);
        break;
      case 'unstable':
        this.#recorder.unstable.add(cell);
        word = withCells(found.bounds, cells);
        break;
      case 'missing':
        this.#recorder.missing.add(cell);
        word = unknownWord(cells);
        break;
      default:
        return found satisfies never;
    }
    this.#base.set(cell, word);
    return word;
  }

  #origin(slot: bigint): SlotOrigin | null {
    return slot < FIRST_HASH ? null : (this.#hashes.originOf(slot) ?? knownOrigin(slot));
  }

  /** The slot's value before the transaction. */
  original(cell: Cell): Word {
    const { address, slot } = this.#cells.info(cell);
    return this.#baseOf(cell, () => this.#knowledge.storage(address, slot, this.#origin(slot)));
  }

  /** The slot's value at the start of the transaction, as SSTORE's price sees it (EIP-2200). */
  originalInTransaction(world: World, cell: Cell): Word {
    const created = world.created.get(this.#cells.info(cell).address);
    if (created === undefined) return this.original(cell);
    return created === 'certain' ? 0n : joinWords(this.original(cell), 0n, NO_CELLS);
  }

  storage(world: World, cell: Cell): Word {
    return this.#afterWeakWrites(world.weakWrites, cell, this.originalInTransaction(world, cell));
  }

  transient(world: World, cell: Cell): Word {
    return this.#afterWeakWrites(world.weakTransient, cell, 0n);
  }

  balance(address: Address): Word {
    const cell = this.#cells.account(address, 'balance');
    return this.#baseOf(cell, () => this.#knowledge.balance(address));
  }

  nonce(address: Address): Word {
    const cell = this.#cells.account(address, 'nonce');
    return this.#baseOf(cell, () => this.#knowledge.nonce(address));
  }

  #afterWeakWrites(writes: readonly WeakWrite[], cell: Cell, value: Word): Word {
    let result = value;
    for (const write of writes) {
      if (this.#mayHold(write.region, cell)) {
        result = unknownWord(unionCells(cellsOf(result), write.cells));
      }
    }
    return result;
  }

  #mayHold(region: Region, cell: Cell): boolean {
    const { address, slot } = this.#cells.info(cell);
    const isSameAccount = region.address === null || region.address === address;
    return isSameAccount && regionMayContainSlot(region, slot, this.#origin(slot));
  }

  /** Code as a byte string. */
  stringOfCode(code: Code): SymbolicString {
    return (
      code.source ?? {
        bytes: SymbolicBytes.known(this.#labels, code.bytes),
        length: BigInt(code.bytes.length),
      }
    );
  }

  // Storage.

  /**
   * The cell of a known slot, or the region of one that is not. Either assumes what the slot came from: a region
   * is made of what is known of it.
   */
  locate(address: Address, slot: Word, mode: AccessMode): { cell: Cell } | { region: Region } {
    const value = knownValue(slot);
    this.#recorder.assume(cellsOf(slot));
    if (value !== null) {
      const cell = this.#cells.storage(address, value);
      const origin = this.#origin(value);
      if (origin !== null) this.#recorder.origin(cell, origin);
      return { cell };
    }
    return { region: slotRegion(address, slot, mode, (first) => this.#origin(first)) };
  }

  loadSlot(path: Path, address: Address, slot: Word): Word {
    const place = this.locate(address, slot, 'read');
    if ('region' in place) {
      this.#recorder.region(place.region, cellsOf(slot));
      return unknownWord(unionCells(cellsOf(slot), path.control));
    }
    this.#recorder.access(path.certain, place.cell, 'read');
    return this.current(path.world, place.cell);
  }

  /** The slot's value now. */
  current(world: World, cell: Cell): Word {
    return world.storage.get(cell) ?? this.storage(world, cell);
  }

  storeSlot(path: Path, address: Address, slot: Word, value: Word): void {
    const place = this.locate(address, slot, 'write');
    if ('cell' in place) {
      this.#recorder.access(path.certain, place.cell, 'write');
      path.world.storage.set(place.cell, value);
      return;
    }
    this.#recorder.region(place.region, cellsOf(slot));
    this.#weaken(path.world, 'storage', place.region, unionCells(cellsOf(slot), cellsOf(value)));
  }

  loadTransient(path: Path, address: Address, slot: Word): Word {
    const value = knownValue(slot);
    if (value === null) return unknownWord(unionCells(cellsOf(slot), path.control));
    this.#recorder.assume(cellsOf(slot));
    const cell = this.#cells.storage(address, value);
    return path.world.transient.get(cell) ?? this.transient(path.world, cell);
  }

  storeTransient(path: Path, address: Address, slot: Word, value: Word): void {
    const place = this.locate(address, slot, 'write');
    if ('cell' in place) path.world.transient.set(place.cell, value);
    else this.#weaken(path.world, 'transient', place.region, unionCells(cellsOf(slot), cellsOf(value)));
  }

  /** A write to one of many slots: each of them may have it. */
  #weaken(world: World, map: 'storage' | 'transient', region: Region, cells: CellSet): void {
    const list = map === 'storage' ? 'weakWrites' : 'weakTransient';
    const write = { region, cells };
    world[list] = withWeakWrite(world[list], write);
    // Slots that are not among the values are worked out from the weak writes.
    const entries = [...world[map].entries()];
    this.#budget.steps -= entries.length >> 2;
    const held = entries.filter(([cell]) => this.#mayHold(region, cell));
    for (const [cell, old] of held) world[map].set(cell, unknownWord(unionCells(cellsOf(old), cells)));
  }

  // Balances.

  /** The balance now, read. */
  loadBalance(path: Path, address: Address): Word {
    this.#recorder.access(path.certain, this.#cells.account(address, 'balance'), 'read');
    return this.peekBalance(path.world, address);
  }

  /** The balance now, unrecorded. */
  peekBalance(world: World, address: Address): Word {
    const state = world.balances.get(address);
    const base = state?.base ?? this.balance(address);
    const balance = binary('add', base, state?.credit ?? 0n);
    if (world.unknownCredits === null) return balance;
    return unknownWord(unionCells(cellsOf(balance), world.unknownCredits));
  }

  /** Adds to a balance without reading it. */
  credit(path: Path, address: Address, amount: Word): void {
    this.#recorder.access(path.certain, this.#cells.account(address, 'balance'), 'delta');
    this.addCredit(path.world, address, amount);
  }

  addCredit(world: World, address: Address, amount: Word): void {
    const state = world.balances.get(address);
    world.balances.set(address, {
      base: state?.base ?? null,
      credit: binary('add', state?.credit ?? 0n, amount),
      touched: 'certain',
    });
  }

  /** Takes from a balance that was seen to suffice. */
  debit(path: Path, address: Address, amount: Word): void {
    this.#recorder.access(path.certain, this.#cells.account(address, 'balance'), 'write');
    this.setBalance(path.world, address, binary('sub', this.peekBalance(path.world, address), amount));
  }

  setBalance(world: World, address: Address, balance: Word): void {
    world.balances.set(address, { base: balance, credit: 0n, touched: 'certain' });
  }

  // Nonce and code.

  peekNonce(world: World, address: Address): Word {
    return world.nonces.get(address) ?? this.nonce(address);
  }

  /** The account's code; whatever is done with it assumes it. */
  loadCode(path: Path, address: Address): CodeResult {
    this.#recorder.access(path.certain, this.#cells.account(address, 'code'), 'read');
    return this.peekCode(path.world, address);
  }

  peekCode(world: World, address: Address): CodeResult {
    const cell = this.#cells.account(address, 'code');
    const candidates = this.possibleCodes(world, address);
    const [code] = candidates ?? [];
    if (candidates?.length !== 1 || code === undefined) return { kind: 'unknown', cells: [cell], candidates };
    if (!world.codes.has(address)) this.#recorder.assume([cell]);
    return { kind: 'known', code };
  }

  /** Code now: one of these, or any code (`null`). */
  possibleCodes(world: World, address: Address): readonly Code[] | null {
    return world.codes.has(address) ? (world.codes.get(address) ?? null) : this.codes(address);
  }

  /** Code before the transaction: one of these, or any code (`null`). */
  codes(address: Address): readonly Code[] | null {
    const cell = this.#cells.account(address, 'code');
    const fact = this.#knowledge.code(address);
    switch (fact.kind) {
      case 'stable':
        return [knownCode(fact.code)];
      case 'unstable':
        this.#recorder.unstable.add(cell);
        return fact.codes?.map(knownCode) ?? null;
      case 'missing':
        this.#recorder.missing.add(cell);
        return null;
      default:
        return fact satisfies never;
    }
  }

  /**
   * Whether the account is empty (EIP-161); `null` when that is not known. Balance, nonce and code count as read,
   * unless the answer can never change: code, a nonce above zero, or a balance that nobody takes away.
   */
  isEmpty(path: Path, address: Address): { readonly answer: boolean | null; readonly cells: CellSet } {
    const { world } = path;
    const balanceCell = this.#cells.account(address, 'balance');
    const nonceCell = this.#cells.account(address, 'nonce');
    const codeCell = this.#cells.account(address, 'code');
    const nonce = this.peekNonce(world, address);
    if (minOf(nonce) > 0n) {
      this.#recorder.assume(unionCells(cellsOf(nonce), [nonceCell]));
      // A nonce that began in this block has to be sent along.
      const isOld = world.nonces.has(address) || this.#knowledge.hadBefore(address, 'nonce');
      if (!isOld) this.#recorder.access(path.certain, nonceCell, 'read');
      return { answer: false, cells: NO_CELLS };
    }
    const code = this.peekCode(world, address);
    this.#recorder.access(path.certain, codeCell, 'read');
    if (code.kind === 'known' && code.code.bytes.length > 0) return { answer: false, cells: NO_CELLS };
    const balance = this.peekBalance(world, address);
    if (minOf(balance) > 0n && this.#knowledge.hadBefore(address, 'balance')) {
      this.#recorder.assume(unionCells(cellsOf(balance), [balanceCell]));
      return { answer: false, cells: NO_CELLS };
    }
    this.#recorder.access(path.certain, nonceCell, 'read');
    this.#recorder.access(path.certain, balanceCell, 'read');
    const cells = unionCells(
      unionCells(cellsOf(balance), cellsOf(nonce)),
      code.kind === 'unknown' ? code.cells : NO_CELLS,
    );
    this.#recorder.assume([balanceCell, nonceCell]);
    this.#recorder.assume(cells);
    if (minOf(balance) > 0n) return { answer: false, cells };
    const isCertain = code.kind === 'known' && maxOf(balance) === 0n && maxOf(nonce) === 0n;
    return { answer: isCertain ? true : null, cells };
  }

  /** Whether the account is in the state trie, for the rules before EIP-161; `null` when that is not known. */
  isAbsent(path: Path, address: Address): { readonly answer: boolean | null; readonly cells: CellSet } {
    const { world } = path;
    if (world.balances.get(address)?.touched === 'certain' || world.created.get(address) === 'certain') {
      return { answer: false, cells: NO_CELLS };
    }
    const mayBeTouched =
      world.balances.has(address) || world.created.has(address) || world.unknownCredits !== null;
    const cells = (['balance', 'nonce', 'code'] as const).map((field) => this.#cells.account(address, field));
    for (const cell of cells) this.#recorder.access(path.certain, cell, 'read');
    const exists = this.#knowledge.exists(address);
    this.balance(address);
    this.nonce(address);
    this.peekCode(world, address);
    if (exists !== null) this.#recorder.assume(cells);
    const isCertain = exists === true || (exists === false && !mayBeTouched);
    return { answer: isCertain ? !exists : null, cells: [...cells].sort((a, b) => a - b) };
  }

  // Warm accounts and slots (EIP-2929).

  /** Marks as warm; says how it was before. */
  warmAccount(world: World, address: Address): Certainty | null {
    const before = world.warmAccounts.get(address) ?? null;
    if (before !== 'certain') world.warmAccounts.set(address, 'certain');
    return before;
  }

  warmSlot(world: World, cell: Cell): Certainty | null {
    const before = world.warmSlots.get(cell) ?? null;
    if (before !== 'certain') world.warmSlots.set(cell, 'certain');
    return before;
  }
}

/** Weak writes to one account that are kept apart. */
const MAX_WEAK_WRITES = 32;

/** One more weak write; beyond a limit those to one account become one to all its slots. */
function withWeakWrite(writes: readonly WeakWrite[], write: WeakWrite): readonly WeakWrite[] {
  const { region } = write;
  if (writes.some((known) => coversWrite(known, write))) return writes;
  if (region.shape === 'everything') return [...writes, write];
  const isSame = (other: WeakWrite) => other.region.address === region.address;
  const own = writes.filter(isSame);
  const isWhole = region.shape === 'account' || own.some((other) => other.region.shape === 'account');
  if (!isWhole && own.length < MAX_WEAK_WRITES) return [...writes, write];
  const cells = own.reduce((union, other) => unionCells(union, other.cells), write.cells);
  const { address, field, mode } = region;
  return [
    ...writes.filter((other) => !isSame(other)),
    { region: { shape: 'account', address, field, mode }, cells },
  ];
}

/** The tightest region that holds a slot that is not known. */
function slotRegion(
  address: Address,
  slot: Word,
  mode: AccessMode,
  originOf: (slot: bigint) => SlotOrigin | null,
): Region {
  if (typeof slot !== 'bigint' && slot.hash !== null) {
    const { preimage, first, last } = slot.hash;
    return { shape: 'mapping', address, field: 'storage', mode, preimage, first, last };
  }
  const first = minOf(slot);
  const last = maxOf(slot);
  if (last - first < WIDEST_RANGE) {
    return { shape: 'array', address, field: 'storage', mode, first, last, origin: originOf(first) };
  }
  return { shape: 'account', address, field: 'storage', mode };
}
