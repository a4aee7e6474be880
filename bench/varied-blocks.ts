/**
 * Any number of different blocks, cheaply: one synthetic block, each time with other code bytes (an unused tail),
 * other recipients, and so other accounts and slots. What remembers something of each block grows with them.
 */

import { type BlockInput, readInput } from '../dist/index.js';
import { keccak256 } from '../dist/input/keccak.js';
import { generateSyntheticBlock } from '../examples/synthetic-block/generate.ts';
import type { Prestate } from '../test/corpus.ts';

export interface VariedBlock {
  readonly input: BlockInput;
  readonly prestate: Prestate;
}

/** A call of two words, the first of which is an address: `transfer(address,uint256)`. */
const TRANSFER = 'a9059cbb';
const SELECTOR_BYTES = 4;
const WORD_BYTES = 32;

/** @param transactions - Of each block. */
export async function createVariedBlocks(transactions: number): Promise<(index: number) => VariedBlock> {
  const { block, prestate } = await generateSyntheticBlock({ kind: 'mixed', transactions });
  const input = readInput(block, { chain: 'mainnet' });
  return (index) => ({
    input: {
      ...input,
      transactions: input.transactions.map((transaction, place) => {
        const recipient = keccak256(Buffer.from(`${index} ${place}`)).subarray(12);
        const { to, data } = transaction;
        if (to !== null && data.length === 0) {
          return { ...transaction, to: `0x${Buffer.from(recipient).toString('hex')}` as const };
        }
        const isTransfer = Buffer.from(data.subarray(0, SELECTOR_BYTES)).toString('hex') === TRANSFER;
        return isTransfer ? { ...transaction, data: withRecipient(data, recipient) } : transaction;
      }),
    },
    prestate: Object.fromEntries(
      Object.entries(prestate).map(([address, account]) => {
        const { code = '0x' } = account;
        const tail = index.toString(16).padStart(16, '0');
        return [address, code === '0x' ? account : { ...account, code: `${code}${tail}` as `0x${string}` }];
      }),
    ),
  });
}

function withRecipient(data: Uint8Array, recipient: Uint8Array): Uint8Array {
  const changed = data.slice();
  changed.set(recipient, SELECTOR_BYTES + WORD_BYTES - recipient.length);
  return changed;
}
