/** Merkle state of @ethereumjs that holds what is there before a block. */
import { Common, type CustomCrypto, Mainnet } from '@ethereumjs/common';
import { Caches, MerkleStateManager } from '@ethereumjs/statemanager';
import { Account, bigIntToBytes, createAddressFromString, hexToBytes, type KZG } from '@ethereumjs/util';
import { evmCrypto } from '../dist/executor/crypto.js';
import { recoverPublicKey } from '../dist/input/signature.js';
import type { BlockFiles } from './blocks.ts';

/**
 * `plain`: as it comes, with hashing and recovery of senders in pure JavaScript (and a stand-in for KZG proofs,
 * which are not shipped with it). `helped`: with this executor's crypto, and with the caches that the state
 * manager offers.
 */
export type MerkleForm = 'plain' | 'helped';

export async function merkleState(
  { block, prestate }: BlockFiles,
  form: MerkleForm,
): Promise<{ readonly common: Common; readonly state: MerkleStateManager }> {
  const common = commonOf(block, form);
  const state = new MerkleStateManager({ common, ...(form === 'helped' && { caches: new Caches() }) });
  await load(state, prestate);
  return { common, state };
}

/** The rules of a block. */
export function commonOf({ number, timestamp }: BlockFiles['block'], form: MerkleForm): Common {
  const common = new Common({ chain: Mainnet, customCrypto: cryptoOf(form) });
  common.setHardforkBy({ blockNumber: BigInt(number), timestamp: BigInt(timestamp) });
  return common;
}

function cryptoOf(form: MerkleForm): CustomCrypto {
  switch (form) {
    case 'plain':
      return { kzg: { verifyProof: () => true } as unknown as KZG };
    case 'helped':
      return { ...evmCrypto(), ecrecover: recoverSender };
    default:
      return form satisfies never;
  }
}

/** `v` as in a signature, as in EIP-155, or the bare parity of a typed transaction. */
function recoverSender(hash: Uint8Array, v: bigint, r: Uint8Array, s: Uint8Array): Uint8Array {
  const parity = v < 2n ? v : v < 35n ? v - 27n : (v - 35n) % 2n;
  const signature = new Uint8Array(64);
  signature.set(r, 32 - r.length);
  signature.set(s, 64 - s.length);
  const key = recoverPublicKey(hash, signature, parity === 0n ? 0 : 1);
  if (key === null) throw new Error('no public key fits the signature');
  return key;
}

async function load(state: MerkleStateManager, prestate: BlockFiles['prestate']): Promise<void> {
  await state.checkpoint();
  for (const [text, { nonce = 0, balance = '0x0', code = '0x', storage = {} }] of Object.entries(prestate)) {
    const address = createAddressFromString(text);
    await state.putAccount(address, new Account(BigInt(nonce), BigInt(balance)));
    if (code !== '0x') await state.putCode(address, hexToBytes(code as `0x${string}`));
    for (const [slot, value] of Object.entries(storage)) {
      if (BigInt(value) !== 0n) {
        await state.putStorage(address, hexToBytes(slot as `0x${string}`), bigIntToBytes(BigInt(value)));
      }
    }
  }
  await state.commit();
  await state.flush();
}
