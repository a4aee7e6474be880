/** People of an example: accounts whose keys follow from their names. */
import { computeAddress, id } from 'ethers';

/** Lower-case hex with a `0x` prefix. */
export type Hex = `0x${string}`;

export interface Account {
  readonly address: Hex;
  readonly privateKey: Hex;
}

/** The account of this name. The key is public, so never send it anything of worth. */
export function createAccount(name: string): Account {
  const privateKey = id(`pevm-analyze example account: ${name}`) as Hex;
  return { privateKey, address: lowerHex(computeAddress(privateKey)) };
}

/** The same hex in lower case: addresses from `ethers` carry a checksum in their case. */
export function lowerHex(hex: string): Hex {
  return hex.toLowerCase() as Hex;
}
