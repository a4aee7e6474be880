/**
 * Slots that stand under another account than the one whose storage is used. Code that is called by DELEGATECALL, or
 * delegated to (EIP-7702), works on the storage of who calls it: lists that were made by looking at the
 * implementation name its slots in vain.
 */
import type { Address, Hex } from '../input/block.ts';
import type { StateSource } from '../state/source.ts';
import type { Used } from './used.ts';

/**
 * The account whose slot was meant: it uses the same slot, and its code or a slot that it uses names `listed`. The
 * lowest one; `null` where nothing shows that.
 */
export function accountMeant(
  listed: Address,
  slot: Hex,
  { used, state }: { readonly used: Used; readonly state: StateSource },
): Address | null {
  const users = [...used].filter(([address, slots]) => address !== listed && slots.has(slot));
  const named = users.filter(([address, slots]) => names(address, slots, listed, state));
  return named.map(([address]) => address).sort()[0] ?? null;
}

const ADDRESS_MASK = (1n << 160n) - 1n;

/** Whether an account's code, or the low bytes of a slot, are the address. */
function names(address: Address, slots: ReadonlySet<Hex>, other: Address, state: StateSource): boolean {
  const word = BigInt(other);
  for (const slot of slots) {
    const value = state.storage(address, BigInt(slot));
    if (value !== undefined && (value & ADDRESS_MASK) === word) return true;
  }
  const code = state.account(address)?.code;
  return code !== undefined && Buffer.from(code).includes(Buffer.from(other.slice(2), 'hex'));
}
