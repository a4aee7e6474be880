/** The calls that are made of a node, each with the form that its answer has to have. */
import type { Address, Hex } from '../../input/block.ts';
import { hexToBytes } from '../../input/hex.ts';
import type { Call } from './batch.ts';

/** A block as a parameter: a number in hex, a tag, or as EIP-1898 names it. */
export type BlockParameter = string | { readonly blockHash: Hex };

/** What of a block says which one it is. */
export interface BlockName {
  readonly number: bigint;
  readonly hash: Hex;
  readonly parentHash: Hex;
}

/** A block in the node's own words, with the fields that name it read. */
export interface FoundBlock {
  /** `null` for a pending block of a node that gives it no number or hash yet. */
  readonly name: BlockName | null;
  readonly json: Readonly<Record<string, unknown>>;
}

export function balanceOf(address: Address, block: BlockParameter): Call<bigint> {
  return amountCall('eth_getBalance', [address, block], 256);
}

export function nonceOf(address: Address, block: BlockParameter): Call<bigint> {
  return amountCall('eth_getTransactionCount', [address, block], 64);
}

export function codeOf(address: Address, block: BlockParameter): Call<Uint8Array> {
  const read = (value: unknown) => (typeof value === 'string' ? (hexToBytes(value) ?? undefined) : undefined);
  return { method: 'eth_getCode', params: [address, block], read, expected: 'code in hex' };
}

/** @param slot - 32 bytes of hex. */
export function storageAt(address: Address, slot: Hex, block: BlockParameter): Call<bigint> {
  return amountCall('eth_getStorageAt', [address, slot, block], 256);
}

export function chainId(): Call<bigint> {
  return amountCall('eth_chainId', [], 64);
}

/** @param detail - Whether transactions come whole, or as their hashes. */
export function blockByNumber(number: string, detail: 'transactions' | 'hashes'): Call<FoundBlock | null> {
  return blockCall('eth_getBlockByNumber', number, detail);
}

export function blockByHash(hash: Hex, detail: 'transactions' | 'hashes'): Call<FoundBlock | null> {
  return blockCall('eth_getBlockByHash', hash, detail);
}

/** A call whose answer is looked at elsewhere. */
export function anyCall(method: string, params: readonly unknown[]): Call<unknown> {
  return { method, params, read: (value) => value, expected: 'an answer' };
}

export function quantity(value: bigint): Hex {
  return `0x${value.toString(16)}`;
}

function amountCall(method: string, params: readonly unknown[], bits: number): Call<bigint> {
  const expected = bits === 256 ? 'a quantity in hex' : `a quantity in hex, of at most ${bits} bits`;
  return { method, params, read: (value) => readAmount(value, bits), expected };
}

function blockCall(
  method: string,
  block: string,
  detail: 'transactions' | 'hashes',
): Call<FoundBlock | null> {
  return {
    method,
    params: [block, detail === 'transactions'],
    read: readBlock,
    expected: 'a block with number, hash and parentHash',
  };
}

function readAmount(value: unknown, bits: number): bigint | undefined {
  if (typeof value !== 'string' || !/^0x[0-9a-f]{1,64}$/i.test(value)) return undefined;
  const amount = BigInt(value);
  return amount >> BigInt(bits) === 0n ? amount : undefined;
}

function readBlock(value: unknown): FoundBlock | null | undefined {
  if (value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) return undefined;
  const json = value as Readonly<Record<string, unknown>>;
  const number = readAmount(json.number, 64);
  const hash = readHash(json.hash);
  const parentHash = readHash(json.parentHash);
  if (parentHash === undefined) return undefined;
  if ((json.hash ?? null) === null || json.number === null) return { name: null, json };
  if (number === undefined || hash === undefined) return undefined;
  return { name: { number, hash, parentHash }, json };
}

function readHash(value: unknown): Hex | undefined {
  return typeof value === 'string' && /^0x[0-9a-f]{64}$/i.test(value)
    ? (value.toLowerCase() as Hex)
    : undefined;
}
