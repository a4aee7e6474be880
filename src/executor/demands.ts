/**
 * What builders are asked for beside the transactions: bundles as a whole, in certain blocks, and known slots. A
 * block is executed as it is given; this says afterwards what of that it does not keep.
 */
import type { Address, BlockHeader, Bundle, InclusionBounds, Transaction } from '../input/block.ts';
import { slotHex } from '../state/key.ts';
import type { BlockRun } from './block-run.ts';
import type { AccountDiff } from './transaction-state.ts';

/** A demand that the block does not keep: a builder would have left the transaction, or the bundle, out. */
export interface Unmet {
  /** What made it: a place in `BlockInput.transactions`, or in `BlockInput.bundles`. */
  readonly of: 'transaction' | 'bundle';
  readonly index: number;
  readonly code: UnmetCode;
  readonly message: string;
}

/** Another block, another time, another value in a known slot, a member that failed, or one that is not there. */
export type UnmetCode = 'block-number' | 'timestamp' | 'known-slot' | 'failed-member' | 'missing-member';

/** All demands that a finished run does not keep; a transaction that was left out has none. Storage roots are not looked at. */
export function findUnmet(run: Pick<BlockRun, 'block' | 'results'>): Unmet[] {
  const { transactions, block, bundles = [] } = run.block.input;
  const unmet: Unmet[] = [];
  if (transactions.some(({ conditions }) => conditions !== undefined)) unmet.push(...unmetConditions(run));
  for (const [index, bundle] of bundles.entries()) {
    const add = (code: UnmetCode, message: string) => unmet.push({ of: 'bundle', index, code, message });
    if (block !== null) checkBounds(bundle.bounds, block, add);
    checkMembers(bundle, run, add);
  }
  return unmet;
}

type Add = (code: UnmetCode, message: string) => void;

function unmetConditions({ block, results }: Pick<BlockRun, 'block' | 'results'>): Unmet[] {
  const unmet: Unmet[] = [];
  const slots = new KnownSlots(block.input.transactions);
  for (const [index, { conditions }] of block.input.transactions.entries()) {
    const result = results[index];
    if (result?.status !== 'ran') continue;
    const add: Add = (code, message) => unmet.push({ of: 'transaction', index, code, message });
    if (conditions !== undefined && block.input.block !== null) {
      checkBounds(conditions.bounds, block.input.block, add);
    }
    for (const account of conditions?.knownAccounts ?? []) {
      if (account.kind !== 'slots') continue;
      const { address } = account;
      for (const [slot, expected] of account.slots) {
        const value = slots.value(address, slot) ?? block.state.storage(address, slot);
        if (value === undefined || value === expected) continue;
        add(
          'known-slot',
          `${address}:${slotHex(slot)} is 0x${value.toString(16)}, not 0x${expected.toString(16)}`,
        );
      }
    }
    slots.apply(result.diff);
  }
  return unmet;
}

/** The slots that conditions name, as far as they have changed. */
class KnownSlots {
  readonly #named = new Map<Address, Set<bigint>>();
  readonly #values = new Map<Address, Map<bigint, bigint>>();

  constructor(transactions: readonly Transaction[]) {
    for (const account of transactions.flatMap(({ conditions }) => conditions?.knownAccounts ?? [])) {
      if (account.kind !== 'slots') continue;
      const named = this.#named.get(account.address) ?? new Set();
      for (const slot of account.slots.keys()) named.add(slot);
      this.#named.set(account.address, named);
      this.#values.set(account.address, new Map());
    }
  }

  value(address: Address, slot: bigint): bigint | undefined {
    return this.#values.get(address)?.get(slot);
  }

  apply(diffs: readonly AccountDiff[]): void {
    for (const { address, isWiped, isDestroyed, slots } of diffs) {
      const values = this.#values.get(address);
      if (values === undefined) continue;
      const named = this.#named.get(address) ?? [];
      if (isWiped || isDestroyed) for (const slot of named) values.set(slot, 0n);
      if (isDestroyed) continue;
      for (const [slot, value] of slots) values.set(slot, value);
    }
  }
}

function checkBounds(bounds: InclusionBounds, { number, timestamp }: BlockHeader, add: Add): void {
  const { minBlock, maxBlock, minTimestamp, maxTimestamp } = bounds;
  if (!isWithin(number, minBlock, maxBlock)) {
    add('block-number', `for block ${describe(minBlock, maxBlock)}, not ${number}`);
  }
  if (!isWithin(timestamp, minTimestamp, maxTimestamp)) {
    add('timestamp', `for the time ${describe(minTimestamp, maxTimestamp)}, not ${timestamp}`);
  }
}

function isWithin(value: bigint, least: bigint | null, most: bigint | null): boolean {
  return (least === null || value >= least) && (most === null || value <= most);
}

function describe(least: bigint | null, most: bigint | null): string {
  if (least === most) return String(least);
  if (least === null) return `up to ${most}`;
  return most === null ? `from ${least} on` : `${least} to ${most}`;
}

function checkMembers({ members }: Bundle, { results }: Pick<BlockRun, 'results'>, add: Add): void {
  for (const { index, canRevert, canDrop } of members) {
    const result = results[index];
    if (result?.status === 'ran') {
      if (!result.isSuccess && !canRevert) add('failed-member', `its transaction ${index} failed`);
    } else if (!canDrop) {
      add('missing-member', `its transaction ${index} was left out`);
    }
  }
}
