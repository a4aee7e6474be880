/** State as geth's `prestateTracer` writes it: what `--state` reads. */
import {
  Account as AccountFields,
  bytesToHex,
  createAddressFromString,
  hexToBytes,
  setLengthLeft,
} from '@ethereumjs/util';
import type { Hex } from './account.ts';
import type { Chain, RecordingStateManager } from './chain.ts';

export interface PrestateAccount {
  readonly balance: Hex;
  readonly nonce: number;
  readonly code?: Hex;
  /** Slots and values are 32 bytes wide; zeros are left out. */
  readonly storage?: Readonly<Record<Hex, Hex>>;
}

/** Accounts by address. */
export type Prestate = Readonly<Record<Hex, PrestateAccount>>;

/** The whole state of the chain, addresses and slots in ascending order. */
export async function dumpPrestate(chain: Chain): Promise<Prestate> {
  const prestate: Record<Hex, PrestateAccount> = {};
  for (const [address, slots] of [...chain.state.written].sort(byKey)) {
    const key = createAddressFromString(address);
    const fields = await chain.state.getAccount(key);
    if (fields === undefined || fields.isEmpty()) continue;
    const code = await chain.state.getCode(key);
    const storage: Record<Hex, Hex> = {};
    for (const slot of [...slots].sort()) {
      const value = await chain.state.getStorage(key, hexToBytes(slot));
      if (value.length > 0) storage[slot] = bytesToHex(setLengthLeft(value, 32));
    }
    prestate[address] = {
      balance: `0x${fields.balance.toString(16)}`,
      nonce: Number(fields.nonce),
      ...(code.length > 0 ? { code: bytesToHex(code) } : {}),
      ...(Object.keys(storage).length > 0 ? { storage } : {}),
    };
  }
  return prestate;
}

/** Writes the accounts into a state manager: the way back. */
export async function loadPrestate(state: RecordingStateManager, prestate: Prestate): Promise<void> {
  for (const [address, account] of Object.entries(prestate)) {
    const key = createAddressFromString(address);
    await state.putAccount(key, new AccountFields(BigInt(account.nonce), BigInt(account.balance)));
    if (account.code !== undefined) await state.putCode(key, hexToBytes(account.code));
    for (const [slot, value] of Object.entries(account.storage ?? {})) {
      await state.putStorage(key, hexToBytes(slot as Hex), hexToBytes(value));
    }
  }
  // A later checkpoint would keep these writes in the caches, outside the Merkle root.
  await state.flush();
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
