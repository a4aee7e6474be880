/** Hashes of earlier blocks, for BLOCKHASH: the only thing that the EVM asks a blockchain for. */
import type { EVMMockBlockchainInterface } from '@ethereumjs/evm';
import type { Hex } from '../input/block.ts';
import { hexBytes } from './block-context.ts';

/** Those of one block after the other, and which of them were asked for and are not known. */
export class BlockHashes implements EVMMockBlockchainInterface {
  known: ReadonlyMap<bigint, Hex> = new Map();
  /** Numbers within the window whose hash was asked for and not known; they read as zero. */
  readonly missing = new Set<bigint>();

  /** The hash as a number. */
  hashOf(number: bigint): bigint {
    const hash = this.known.get(number);
    if (hash === undefined) this.missing.add(number);
    return BigInt(hash ?? 0);
  }

  async getBlock(number: number): Promise<{ hash: () => Uint8Array }> {
    const bytes = hexBytes(`0x${this.hashOf(BigInt(number)).toString(16).padStart(64, '0')}`);
    return { hash: () => bytes };
  }

  async putBlock(): Promise<void> {}

  shallowCopy(): EVMMockBlockchainInterface {
    const copy = new BlockHashes();
    copy.known = this.known;
    return copy;
  }
}
