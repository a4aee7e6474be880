/** What a derivation says is left after a transaction, held against the state that is really left. */
import type { TransactionAnalysis } from '../../src/analysis/result.ts';
import { knownBits, maxOf, minOf, unknownBits, type Word } from '../../src/analysis/word.ts';
import { parseKey, storageKey } from '../../src/state/key.ts';
import { hexOf, type OracleState } from './state.ts';

/** Values that are left, outside of what the effects say. */
export function wrongEffects(
  { effects }: Pick<TransactionAnalysis, 'effects'>,
  after: OracleState,
): string[] {
  const wrong: string[] = [];
  const { values, codes, reset } = effects;
  for (const [key, word] of values) {
    const { address, field, slot } = parseKey(key);
    let value = 0n;
    if (field === 'storage') value = after.slotOf(address, slot);
    else if (field === 'balance') value = after.balanceOf(address);
    else if (field === 'nonce') value = after.nonceOf(address);
    if (!standsFor(word, value)) wrong.push(`${key} is ${value}`);
  }
  for (const [address, possible] of codes) {
    const isPossible = possible?.some((code) => hexOf(code) === hexOf(after.codeOf(address)));
    if (isPossible === false) wrong.push(`${address}: other code`);
  }
  for (const address of reset) {
    for (const slot of after.slotsOf(address)) {
      const key = storageKey(address, slot);
      if (!values.has(key)) wrong.push(`${key} is not zero after a reset`);
    }
  }
  return wrong;
}

function standsFor(word: Word, value: bigint): boolean {
  if (value < minOf(word) || value > maxOf(word)) return false;
  return (value & ~unknownBits(word)) === knownBits(word);
}
