/** Hashes of earlier blocks, for BLOCKHASH. */
import type { Hex } from './block.ts';
import { member, readHash, unexpected, type Where } from './schema.ts';

/** Block numbers, decimal or hex, to hashes. */
export type BlockHashes = ReadonlyMap<bigint, Hex> | Readonly<Record<string, string>>;

const BLOCK_NUMBER = /^([0-9]{1,20}|0x[0-9a-fA-F]{1,16})$/;

/** Whether an object has the shape of block hashes: numbers as names, where a pre-state has addresses. */
export function isBlockHashes(json: unknown): boolean {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false;
  const names = Object.keys(json);
  return names.length > 0 && names.every((name) => BLOCK_NUMBER.test(name));
}

/**
 * Reads an object such as `{ "8889773": "0xf6e6…" }`; numbers are decimal or hex.
 *
 * @throws InputError
 */
export function readBlockHashes(
  json: unknown,
  source: string | Where = 'block hashes',
): ReadonlyMap<bigint, Hex> {
  const where = typeof source === 'string' ? { source, path: '' } : source;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw unexpected(where, 'an object of block numbers and hashes', json);
  }
  const entries: readonly (readonly [unknown, unknown])[] = isMap(json) ? [...json] : Object.entries(json);
  const hashes = new Map<bigint, Hex>();
  for (const [key, value] of entries) {
    const text = String(key);
    if (!BLOCK_NUMBER.test(text)) {
      throw unexpected(where, 'block numbers, decimal or hex', key);
    }
    const hash = readHash(value);
    if (hash === undefined) throw unexpected(member(where, text), 'a hash (32 bytes of hex)', value);
    hashes.set(BigInt(text), hash);
  }
  return hashes;
}

function isMap(value: object): value is ReadonlyMap<unknown, unknown> {
  return Object.prototype.toString.call(value) === '[object Map]';
}
