/** The soundness theorem as a check: recorded accesses inside derived sets, recorded conflicts on paths. */
import type { AccessMode, Region } from '../../src/analysis/access.ts';
import { accessCovers, modesConflict } from '../../src/analysis/overlap.ts';
import type { TransactionAnalysis } from '../../src/analysis/result.ts';
import type { Address, BlockInput, Transaction } from '../../src/input/block.ts';
import { accountKey, addressOf, type StateKey } from '../../src/state/key.ts';
import { originsOf } from './origins.ts';
import type { Recorded } from './recorder.ts';

/** A recorded access outside the derived set. */
export interface Miss {
  readonly transaction: number;
  readonly key: StateKey;
  readonly mode: AccessMode;
}

/** Two transactions that conflict on a key, the later of which does not wait for the earlier one. */
export interface Unordered {
  readonly key: StateKey;
  readonly from: number;
  readonly to: number;
}

/** What a transaction pays the fee recipient for each gas. */
function tipOf(input: BlockInput, { type, maxFeePerGas, maxPriorityFeePerGas }: Transaction): bigint {
  const cap = maxFeePerGas - (input.block?.baseFeePerGas ?? 0n);
  return type < 2 || cap < maxPriorityFeePerGas ? cap : maxPriorityFeePerGas;
}

/**
 * The modes of what was recorded, by what commutes: a debit or nonce that only the transaction itself
 * causes is a delta where it is derived as one; credits are deltas, the fee recipient's among them.
 */
export function recordedModes(
  input: BlockInput,
  derived: Pick<TransactionAnalysis, 'index' | 'accesses'>,
  recorded: Recorded,
): ReadonlyMap<StateKey, readonly AccessMode[]> {
  const modes = new Map<StateKey, AccessMode[]>();
  const note = (key: StateKey, mode: AccessMode): void => {
    const known = modes.get(key);
    if (known === undefined) modes.set(key, [mode]);
    else if (!known.includes(mode)) known.push(mode);
  };
  for (const key of recorded.writes) {
    const commutes = recorded.envelopeOnly.has(key) && derived.accesses.keys.get(key) === 'delta';
    note(key, commutes ? 'delta' : 'write');
  }
  for (const key of recorded.reads) if (!recorded.writes.has(key)) note(key, 'read');
  for (const key of recorded.implied) note(key, 'read');
  for (const key of recorded.adds) note(key, 'delta');
  const transaction = input.transactions[derived.index];
  if (input.block !== null && transaction !== undefined && tipOf(input, transaction) > 0n) {
    note(accountKey(input.block.feeRecipient, 'balance'), 'delta');
  }
  return modes;
}

/** Recorded accesses of one transaction that its derived set does not hold. */
export function missesOf(
  input: BlockInput,
  derived: Pick<TransactionAnalysis, 'index' | 'accesses'>,
  recorded: Recorded,
): Miss[] {
  const modes = recordedModes(input, derived, recorded);
  const origins = originsOf(modes.keys(), recorded.preimages);
  const misses: Miss[] = [];
  for (const [key, observed] of modes) {
    for (const mode of observed) {
      if (!accessCovers(derived.accesses, key, mode, origins.get(key) ?? null)) {
        misses.push({ transaction: derived.index, key, mode });
      }
    }
  }
  return misses;
}

/**
 * Whether the derived slots are the recorded ones, with no region of storage among the derived. Storage of
 * accounts that the transaction itself creates or destroys counts for neither.
 */
export function hasEqualSlots(
  derived: TransactionAnalysis,
  recorded: Pick<Recorded, 'reads' | 'writes'>,
): boolean {
  const { keys } = derived.accesses;
  const missed = [...recorded.reads].some((key) => isForeignSlot(recorded, key) && !keys.has(key));
  return !missed && untouchedSlots(derived, recorded).length === 0;
}

/** Derived slots that were not touched, and addresses of derived regions of storage; as for `hasEqualSlots`. */
export function untouchedSlots(
  { accesses }: Pick<TransactionAnalysis, 'accesses'>,
  recorded: Pick<Recorded, 'reads' | 'writes'>,
): string[] {
  const isForeignRegion = ({ field, shape, address }: Region): boolean =>
    (field === 'storage' || field === 'any') && !(shape === 'account' && isOwn(recorded, address));
  const keys = [...accesses.keys.keys()].filter(
    (key) => isForeignSlot(recorded, key) && !recorded.reads.has(key),
  );
  return [...keys, ...accesses.regions.filter(isForeignRegion).map(({ address }) => `region of ${address}`)];
}

function isOwn({ writes }: Pick<Recorded, 'writes'>, address: Address): boolean {
  return writes.has(accountKey(address, 'code'));
}

function isForeignSlot(recorded: Pick<Recorded, 'writes'>, key: StateKey): boolean {
  return isSlot(key) && !isOwn(recorded, addressOf(key));
}

const SLOT_KEY_LENGTH = 42 + 1 + 66;

function isSlot(key: StateKey): boolean {
  return key.length === SLOT_KEY_LENGTH;
}

/**
 * Conflicts of what was recorded that no path of the graph orders.
 *
 * @param modes - Of each transaction, as `recordedModes` has them.
 * @param predecessors - Of each transaction: those that must have finished (or be resolved) before it starts.
 */
export function unorderedConflicts(
  modes: readonly ReadonlyMap<StateKey, readonly AccessMode[]>[],
  predecessors: readonly (readonly number[])[],
): Unordered[] {
  const ancestors = ancestorsOf(predecessors);
  const touching = new Map<StateKey, { readonly index: number; readonly modes: readonly AccessMode[] }[]>();
  const unordered: Unordered[] = [];
  for (const [to, own] of modes.entries()) {
    for (const [key, mine] of own) {
      let earlier = touching.get(key);
      if (earlier === undefined) {
        earlier = [];
        touching.set(key, earlier);
      }
      for (const { index: from, modes: theirs } of earlier) {
        const isConflict = mine.some((a) => theirs.some((b) => modesConflict(a, b)));
        if (isConflict && ancestors[to]?.[from] !== 1) unordered.push({ key, from, to });
      }
      earlier.push({ index: to, modes: mine });
    }
  }
  return unordered;
}

/** For each transaction, 1 at each transaction from which a path leads to it. */
function ancestorsOf(predecessors: readonly (readonly number[])[]): Uint8Array[] {
  const ancestors: Uint8Array[] = [];
  for (const [index, direct] of predecessors.entries()) {
    const own = new Uint8Array(index);
    for (const predecessor of direct) {
      own[predecessor] = 1;
      const above = ancestors[predecessor] ?? new Uint8Array(0);
      for (let at = 0; at < above.length; at++) if (above[at] === 1) own[at] = 1;
    }
    ancestors.push(own);
  }
  return ancestors;
}

/**
 * Senders whose balance is derived as a delta although it might not cover all that their transactions may
 * cost: escrow that does not hold.
 *
 * @param balanceOf - Before the block.
 */
export function brokenEscrows(
  input: BlockInput,
  derived: readonly TransactionAnalysis[],
  blobGasPerBlob: bigint,
  balanceOf: (address: string) => bigint,
): string[] {
  const spent = new Map<string, bigint>();
  const escrowed = new Set<string>();
  for (const [index, transaction] of input.transactions.entries()) {
    const { from, gasLimit, maxFeePerGas, value, blobVersionedHashes, maxFeePerBlobGas } = transaction;
    const blobGas = BigInt(blobVersionedHashes.length) * blobGasPerBlob;
    const cost = gasLimit * maxFeePerGas + value + blobGas * maxFeePerBlobGas;
    spent.set(from, (spent.get(from) ?? 0n) + cost);
    const isDelta = derived[index]?.accesses.keys.get(accountKey(from, 'balance')) === 'delta';
    if (isDelta && (spent.get(from) ?? 0n) > balanceOf(from)) escrowed.add(from);
  }
  return [...escrowed];
}
