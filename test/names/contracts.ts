/** Small contracts that answer what they are asked, by hand: one function for any selector. */
import type { Address } from '../../src/input/block.ts';
import type { AskedState } from '../../src/names/query.ts';
import { slotHex } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { assemble, type Code, OP, push } from '../generators/assembler.ts';
import { hexOf } from '../oracle/state.ts';

export const ASKED: Address = `0x${'a5'.repeat(20)}`;

/** Returns these words. */
export function returning(...words: readonly bigint[]): Code {
  return [
    ...words.flatMap((word, index) => [...push(word), ...push(BigInt(32 * index)), OP.mstore]),
    ...push(BigInt(32 * words.length)),
    ...push(0n),
    OP.return,
  ];
}

/** The words of a `string`. */
export function stringWords(text: string): bigint[] {
  const bytes = Buffer.from(text);
  const words = [32n, BigInt(bytes.length)];
  for (let at = 0; at < bytes.length; at += 32) words.push(bytesWord(bytes.subarray(at, at + 32)));
  return words;
}

/** Bytes at the start of a word. */
export function bytesWord(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex').padEnd(64, '0')}`);
}

/** State with one contract, of which only the given slots are known. */
export function stateOf(
  code: Code,
  slots: Readonly<Record<number, bigint>> = {},
  hardfork = 'cancun',
): AskedState {
  const storage = Object.fromEntries(
    Object.entries(slots).map(([slot, value]) => [slotHex(BigInt(slot)), slotHex(value)]),
  );
  const prestate = { [ASKED]: { balance: '0x0', nonce: 1, code: hexOf(assemble(code)), storage } };
  return {
    state: snapshotState(prestate, { partial: true }),
    rules: { block: null, chainId: 1n, hardfork, blockHashes: new Map() },
  };
}
