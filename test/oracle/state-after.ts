/** A dumped state with a block's changes applied: what its state root is taken of. */
import type { Address } from '../../src/input/block.ts';
import { bytesToHex } from '../../src/input/hex.ts';
import { existsAfter, type StateDiff } from '../../src/state/diff.ts';
import { slotHex } from '../../src/state/key.ts';
import type { Prestate, PrestateAccount } from '../corpus.ts';

export function stateAfter(prestate: Prestate, diff: StateDiff): Prestate {
  const state: Record<string, PrestateAccount> = {};
  for (const address of new Set([...Object.keys(prestate), ...diff.keys()]) as Set<Address>) {
    const change = diff.get(address) ?? { storage: new Map<bigint, bigint>() };
    if (!existsAfter(change)) continue;
    const old = change.destroyed === true ? undefined : prestate[address];
    const slots = new Map(
      Object.entries(old?.storage ?? {}).map(([slot, value]) => [BigInt(slot), BigInt(value)]),
    );
    for (const [slot, value] of change.storage) slots.set(slot, value);
    const storage: Record<string, string> = {};
    for (const [slot, value] of slots) if (value !== 0n) storage[slotHex(slot)] = slotHex(value);
    state[address] = {
      balance: `0x${(change.balance ?? BigInt(old?.balance ?? 0)).toString(16)}`,
      // Some come close to 2^64, which a number does not hold; the root takes either.
      nonce: (change.nonce === undefined ? (old?.nonce ?? 0) : String(change.nonce)) as number,
      code: change.code === undefined ? (old?.code ?? '0x') : bytesToHex(change.code),
      storage,
    };
  }
  return state;
}
