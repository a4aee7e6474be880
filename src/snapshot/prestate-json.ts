/** State as geth's `prestateTracer` writes it, which is how state files are read. */
import type { Address, Hex } from '../input/block.ts';
import type { KnownState } from '../state/fetching.ts';
import { parseKey, slotHex } from '../state/key.ts';
import type { AccountState } from '../state/source.ts';

/** An account of a state file; without balance and nonce only slots of it are known. */
export interface AccountJson {
  readonly balance?: Hex;
  /** Hex above 2⁵³, where a number would lose digits. */
  readonly nonce?: number | Hex;
  readonly code?: Hex;
  /** Slots and values, 32 bytes of hex each; zeros too, which says that they were looked at. */
  readonly storage?: Readonly<Record<Hex, Hex>>;
}

/** Accounts in order of their addresses. */
export type PrestateJson = Readonly<Record<Address, AccountJson>>;

/** Accounts that do not exist are left out: what a state file lacks is empty. */
export function prestateJson({ accounts, slots }: KnownState): PrestateJson {
  const storage = new Map<Address, [bigint, bigint][]>();
  for (const [key, value] of slots) {
    const { address, slot } = parseKey(key);
    if (slot === null) continue;
    const list = storage.get(address);
    if (list === undefined) storage.set(address, [[slot, value]]);
    else list.push([slot, value]);
  }
  const addresses = [...new Set([...accounts.keys(), ...storage.keys()])].sort();
  const json: Record<Address, AccountJson> = {};
  for (const address of addresses) {
    const account = accounts.get(address);
    if (account === null) continue;
    const values = (storage.get(address) ?? []).sort(([a], [b]) => (a < b ? -1 : 1));
    json[address] = {
      ...(account !== undefined && fieldsOf(account)),
      ...(values.length > 0 && {
        storage: Object.fromEntries(values.map(([slot, value]) => [slotHex(slot), slotHex(value)])),
      }),
    };
  }
  return json;
}

function fieldsOf({ balance, nonce, code }: AccountState): AccountJson {
  return {
    balance: hex(balance),
    nonce: nonce <= Number.MAX_SAFE_INTEGER ? Number(nonce) : hex(nonce),
    ...(code.length > 0 && { code: `0x${Buffer.from(code).toString('hex')}` }),
  };
}

function hex(value: bigint): Hex {
  return `0x${value.toString(16)}`;
}
