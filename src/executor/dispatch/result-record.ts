/** What came of a transaction, as it comes back from a worker. */
import { InternalError } from '../../errors.ts';
import type { Address } from '../../input/block.ts';
import type { RawLog } from '../engine.ts';
import { type ObservedAccount, observedOf, REACHED } from '../observed.ts';
import type { Invalid, Ran, RunResult } from '../transaction-runner.ts';
import type { AccountDiff, Cell } from '../transaction-state.ts';
import type { Reader, Writer } from './batch.ts';
import type { AccountRecord, SlotRecord } from './task-record.ts';
import type { WorkerState } from './worker-state.ts';

/** Of a diff: which fields it has, and what happened to the account. */
const DIFF = { balance: 1, nonce: 2, code: 4, wiped: 8, destroyed: 16, cleared: 32, created: 64 } as const;
const TOPIC_LENGTH = 32;
const ADDRESS_LENGTH = 20;
const BLOOM_LENGTH = 256;
/** Topics that a log has at most. */
const MAXIMUM_TOPICS = 4;

/** Where what a result speaks of stands in its task. */
export type ResultPlaces = Pick<WorkerState, 'check' | 'placeOf' | 'placeOfSlot' | 'keep'>;

/**
 * Writes a result, and keeps on the worker what it has left.
 *
 * @param cells - What was looked at.
 * @throws OutsideError when it did more than was derived; nothing is written or kept then.
 */
export function writeResult(
  writer: Writer,
  result: RunResult,
  state: ResultPlaces,
  cells: Iterable<Cell>,
): void {
  const mark = writer.mark;
  try {
    write(writer, result, state, cells);
  } catch (error) {
    writer.revertTo(mark);
    throw error;
  }
}

function write(writer: Writer, result: RunResult, state: ResultPlaces, cells: Iterable<Cell>): void {
  if (result.status === 'invalid') {
    writer.push(result.index, false, result.reason, result.detail);
    return;
  }
  const { accounts, slots, others } = state.check(cells);
  const { index, isSuccess, gasUsed, contractAddress, missingBlockHashes, logs, bloom, diff } = result;
  writer.push(index, true, isSuccess, gasUsed, contractAddress ?? '');
  writer.pushBytes(new Uint8Array(accounts.buffer));
  writer.pushBytes(slots);
  writer.push(others.length, ...others, missingBlockHashes.length, ...missingBlockHashes, logs.length);
  for (const log of logs) writeLog(writer, log);
  if (logs.length > 0) writer.pushBytes(bloom);
  // A precompile that was called is touched, and cleared if it is no account: nothing to tell.
  const told = diff.filter(({ address }) => state.placeOf(address) !== null);
  writer.push(told.length);
  for (const account of told) writeDiff(writer, account, state);
  state.keep(index, told);
}

function writeLog(writer: Writer, [address, topics, data]: RawLog): void {
  writer.push(topics.length);
  writer.pushBytes(address);
  for (const topic of topics) writer.pushBytes(topic);
  writer.pushBytes(data);
}

function writeDiff(writer: Writer, diff: AccountDiff, state: ResultPlaces): void {
  const { address, balance, nonce, code, slots } = diff;
  const flags =
    (balance === undefined ? 0 : DIFF.balance) |
    (nonce === undefined ? 0 : DIFF.nonce) |
    (code === undefined ? 0 : DIFF.code) |
    (diff.isWiped ? DIFF.wiped : 0) |
    (diff.isDestroyed ? DIFF.destroyed : 0) |
    (diff.isClearedIfEmpty ? DIFF.cleared : 0) |
    (diff.isCreated ? DIFF.created : 0);
  writer.push(state.placeOf(address) ?? 0, flags);
  if (balance !== undefined) writer.push(balance);
  if (nonce !== undefined) writer.push(nonce);
  if (code !== undefined) writer.pushBytes(code);
  writer.push(slots.length);
  for (const [slot, value] of slots) writer.push(state.placeOfSlot(address, slot), value);
}

/** What a task was about, by which its result is read. */
export interface TaskLayout {
  readonly transaction: number;
  readonly accounts: readonly Pick<AccountRecord, 'address'>[];
  readonly slots: readonly Pick<SlotRecord, 'account' | 'slot'>[];
}

/** @throws InternalError when it is no result of that task. */
export function readResult(reader: Reader, layout: TaskLayout): RunResult {
  const index = reader.number();
  if (index !== layout.transaction)
    throw new InternalError(`a result of transaction ${index} was not asked for`);
  return reader.boolean() ? readRan(reader, layout) : readInvalid(reader, index);
}

function readInvalid(reader: Reader, index: number): Invalid {
  return { status: 'invalid', index, reason: reader.text(), detail: reader.text() };
}

function readRan(reader: Reader, layout: TaskLayout): Ran {
  const isSuccess = reader.boolean();
  const gasUsed = reader.bigint();
  const contract = reader.text();
  const accountBits = reader.bytes();
  const slotBits = reader.bytes();
  const others = listOf(reader, () => reader.text() as Address);
  const missingBlockHashes = listOf(reader, () => reader.bigint());
  const logs = listOf(reader, () => readLog(reader));
  const bloom = logs.length === 0 ? NO_BLOOM : exactly(BLOOM_LENGTH, reader.bytes());
  const diff = listOf(reader, () => readDiff(reader, layout));
  if (accountBits.length !== 2 * layout.accounts.length || slotBits.length !== layout.slots.length) {
    throw new InternalError('a result has observations of another task');
  }
  return {
    status: 'ran',
    index: layout.transaction,
    isSuccess,
    gasUsed,
    logs,
    bloom,
    contractAddress: contract === '' ? null : (contract as Address),
    diff,
    observed: observedOf(() => observedAccounts(layout, accountBits, slotBits, others)),
    origins: NO_ORIGINS,
    missingBlockHashes,
  };
}

function listOf<T>(reader: Reader, read: () => T): T[] {
  const list: T[] = [];
  for (let left = reader.number(); left > 0; left--) list.push(read());
  return list;
}

function readLog(reader: Reader): RawLog {
  const count = reader.number();
  if (count > MAXIMUM_TOPICS) throw new InternalError(`a log has ${count} topics`);
  const address = exactly(ADDRESS_LENGTH, reader.bytes());
  const topics: Uint8Array[] = [];
  for (let i = 0; i < count; i++) topics.push(exactly(TOPIC_LENGTH, reader.bytes()));
  return [address, topics, reader.bytes()];
}

function exactly(length: number, bytes: Uint8Array): Uint8Array {
  if (bytes.length === length) return bytes;
  throw new InternalError(`a result has ${bytes.length} bytes in place of ${length}`);
}

function readDiff(reader: Reader, { accounts, slots }: TaskLayout): AccountDiff {
  const place = reader.number();
  const account = accounts[place];
  if (account === undefined) throw new InternalError('a result changes an account of another task');
  const flags = reader.number();
  const has = (flag: number): boolean => (flags & flag) !== 0;
  return {
    address: account.address,
    ...(has(DIFF.balance) ? { balance: reader.bigint() } : {}),
    ...(has(DIFF.nonce) ? { nonce: reader.bigint() } : {}),
    // The rest of the message need not be kept for it.
    ...(has(DIFF.code) ? { code: reader.bytes().slice() } : {}),
    isWiped: has(DIFF.wiped),
    isDestroyed: has(DIFF.destroyed),
    isClearedIfEmpty: has(DIFF.cleared),
    isCreated: has(DIFF.created),
    slots: listOf(reader, () => {
      const slot = slots[reader.number()];
      if (slot?.account !== place) throw new InternalError('a result changes a slot of another task');
      return [slot.slot, reader.bigint()] as const;
    }),
  };
}

function* observedAccounts(
  { accounts, slots }: TaskLayout,
  accountBits: Uint8Array,
  slotBits: Uint8Array,
  others: readonly Address[],
): Generator<ObservedAccount> {
  const slotsOf = accounts.map((): [slot: bigint, bits: number][] => []);
  for (const [place, { account, slot }] of slots.entries()) {
    slotsOf[account]?.push([slot, slotBits[place] ?? 0]);
  }
  for (const [place, { address }] of accounts.entries()) {
    const bits = (accountBits[2 * place] ?? 0) | ((accountBits[2 * place + 1] ?? 0) << 8);
    yield { address, bits, slots: slotsOf[place] ?? [] };
  }
  for (const address of others) yield { address, bits: REACHED, slots: [] };
}

const NO_ORIGINS: Ran['origins'] = new Map();
const NO_BLOOM = new Uint8Array(BLOOM_LENGTH);
