/** What tokens call themselves, and pairs of tokens by both. Anybody can deploy a token with any symbol. */
import type { Address } from '../input/block.ts';
import { cleanName } from './clean-text.ts';
import { type Answer, type AskedState, askAll } from './query.ts';
import { selectorOf } from './well-known.ts';

/** Words of an answer that hold text of up to 64 bytes. */
const TEXT_WORDS = 2;

/** The names of those accounts that have one. */
export async function askSymbols(
  accounts: readonly Address[],
  state: AskedState,
): Promise<ReadonlyMap<Address, string>> {
  const [symbol, token0, token1] = ['symbol()', 'token0()', 'token1()'].map(selectorOf);
  const selectors = [symbol, token0, token1].filter((selector) => selector !== undefined);
  const answers = await askAll(
    accounts.flatMap((to) => selectors.map((selector) => ({ to, selector, words: [] }))),
    state,
  );
  const symbols = new Map<Address, string>();
  const pairs = new Map<Address, readonly [Address, Address]>();
  for (const [index, account] of accounts.entries()) {
    const [own, first, second] = answers.slice(3 * index, 3 * index + 3).map((answer) => answer ?? null);
    const text = textOf(own ?? null);
    if (text !== null) symbols.set(account, text);
    const tokens = [addressOf(first ?? null), addressOf(second ?? null)] as const;
    if (tokens[0] !== null && tokens[1] !== null) pairs.set(account, [tokens[0], tokens[1]]);
  }
  const unasked = [...new Set([...pairs.values()].flat())].filter((token) => !accounts.includes(token));
  const theirs =
    symbol === undefined
      ? []
      : await askAll(
          unasked.map((to) => ({ to, selector: symbol, words: [] })),
          state,
        );
  for (const [index, token] of unasked.entries()) {
    const text = textOf(theirs[index] ?? null);
    if (text !== null) symbols.set(token, text);
  }
  const names = new Map(symbols);
  for (const [pair, tokens] of pairs) {
    const [first, second] = tokens.map((token) => symbols.get(token));
    if (first === undefined || second === undefined) continue;
    const own = symbols.get(pair);
    const name = cleanName(own === undefined ? `${first}/${second} pool` : `${own} ${first}/${second}`);
    if (name !== null) names.set(pair, name);
  }
  return names;
}

/** A `string`, or, from older tokens, a `bytes32`. */
function textOf(answer: Answer | null): string | null {
  const [start, length, ...rest] = answer?.words ?? [];
  if (start == null || length == null) return null;
  if (start !== 32n) return cleanName(textIn([start], 32));
  const bytes = length < 32 * TEXT_WORDS ? Number(length) : 32 * TEXT_WORDS;
  const words = rest.slice(0, TEXT_WORDS).filter((word) => word !== null);
  return words.length < TEXT_WORDS ? null : cleanName(textIn(words, bytes));
}

/** UTF-8 up to the first zero byte. */
function textIn(words: readonly bigint[], length: number): string {
  const hex = words.map((word) => word.toString(16).padStart(64, '0')).join('');
  const bytes = Buffer.from(hex, 'hex').subarray(0, length);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function addressOf(answer: Answer | null): Address | null {
  const word = answer?.words[0] ?? 0n;
  return word === 0n || word >> 160n !== 0n ? null : `0x${word.toString(16).padStart(40, '0')}`;
}
