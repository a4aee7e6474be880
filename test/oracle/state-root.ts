/** The state root of a dumped state, through the trie of @ethereumjs/mpt: what official tests compare. */
import { createMPT } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { unpadBytes } from '@ethereumjs/util';
import type { Hex } from '../../src/input/block.ts';
import { keccak256 } from '../../src/input/keccak.ts';
import type { Prestate } from '../corpus.ts';
import { bytesOf, shortBytes } from './evm.ts';
import { hexOf } from './state.ts';

async function rootOf(entries: readonly (readonly [Uint8Array, Uint8Array])[]): Promise<Uint8Array> {
  const trie = await createMPT({ useKeyHashing: true, useKeyHashingFunction: keccak256 });
  for (const [key, value] of entries) await trie.put(key, value);
  return trie.root();
}

/** Root of the state trie (Yellow Paper 4.1). */
export async function stateRootOf(state: Prestate): Promise<Hex> {
  const accounts: [Uint8Array, Uint8Array][] = [];
  for (const [address, { balance = '0x0', nonce = 0, code = '0x', storage = {} }] of Object.entries(state)) {
    const slots = Object.entries(storage).map(
      ([slot, value]) => [bytesOf(slot as Hex), RLP.encode(unpadBytes(bytesOf(value as Hex)))] as const,
    );
    const fields = [
      shortBytes(BigInt(nonce)),
      shortBytes(BigInt(balance)),
      await rootOf(slots),
      keccak256(bytesOf(code as Hex)),
    ];
    accounts.push([bytesOf(address as Hex), RLP.encode(fields)]);
  }
  return hexOf(await rootOf(accounts));
}
