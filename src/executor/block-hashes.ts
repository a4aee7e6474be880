/** Hashes of earlier blocks, for BLOCKHASH: the only thing that the EVM asks a blockchain for. */
import type { EVMMockBlockchainInterface } from '@ethereumjs/evm';
import type { Hex } from '../input/block.ts';
import { blockHashKey } from '../state/key.ts';
import { hexBytes } from './block-context.ts';
import { MissingStateError } from './missing-state.ts';

/** Those of one block after the other, and which of them were asked for and are not known. */
export class BlockHashes implements EVMMockBlockchainInterface {
  known: ReadonlyMap<bigint, Hex> = new Map();
  /** What others are; see `BlockInput`. */
  others: 'zero' | 'missing' = 'zero';
  /** Numbers within the window whose hash was asked for and not known; they read as zero. */
  readonly missing = new Set<bigint>();

  /**
   * The hash as a number.
   *
   * @throws MissingStateError
   */
  hashOf(number: bigint): bigint {
    const hash = this.known.get(number);
    if (hash === undefined) {
      if (this.others === 'missing') throw new MissingStateError([blockHashKey(number)]);
      this.missing.add(number);
    }
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
    copy.others = this.others;
    return copy;
  }
}
