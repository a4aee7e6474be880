/** Addresses of contracts that are created (Yellow Paper eq. 88; EIP-1014). */
import type { Address } from '../input/block.ts';
import { bytesToHex, hexToBytes } from '../input/hex.ts';
import { keccak256 } from '../input/keccak.ts';
import { RlpWriter } from '../input/rlp-writer.ts';
import { slotHex } from '../state/key.ts';

const writer = new RlpWriter();

/** Address of a contract that `creator` makes at `nonce`. */
export function creationAddress(creator: Address, nonce: bigint): Address {
  writer.reset();
  writer.integer(nonce);
  writer.hex(creator);
  writer.list(0);
  return addressOf(writer.view());
}

export function create2Address(creator: Address, salt: bigint, initCode: Uint8Array): Address {
  const preimage = new Uint8Array(85);
  preimage[0] = 0xff;
  preimage.set(bytesOfHex(creator), 1);
  preimage.set(bytesOfHex(slotHex(salt)), 21);
  preimage.set(keccak256(initCode), 53);
  return addressOf(preimage);
}

function addressOf(preimage: Uint8Array): Address {
  return bytesToHex(keccak256(preimage).subarray(12));
}

function bytesOfHex(hex: string): Uint8Array {
  return hexToBytes(hex) ?? new Uint8Array(0);
}
