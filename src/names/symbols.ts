/** What tokens call themselves, and pairs of tokens by both. Anybody can deploy a token with any symbol. */
import type { Address } from '../input/block.ts';
import { cleanName } from './clean-text.ts';
import { mayHaveFunction } from './implementation.ts';
import { type Answer, type AskedState, askAll } from './query.ts';
import { selectorOf } from './well-known.ts';

/** Words of an answer that hold text of up to 64 bytes. */
const TEXT_WORDS = 2;

/** The names of those accounts that have one. */
export async function askSymbols(
  accounts: readonly Address[],
  state: AskedState,
): Promise<ReadonlyMap<Address, string>> {
  const [own, first, second] = await Promise.all([
    answersTo('symbol()', accounts, state),
    answersTo('token0()', accounts, state),
    answersTo('token1()', accounts, state),
  ]);
  const pairs = accounts.flatMap((account) => {
    const tokens = [first, second].flatMap((answers) => addressOf(answers.get(account)) ?? []);
    return tokens.length === 2 ? [{ account, tokens }] : [];
  });
  const unasked = [...new Set(pairs.flatMap(({ tokens }) => tokens))].filter(
    (token) => !accounts.includes(token),
  );
  const theirs = await answersTo('symbol()', unasked, state);
  const symbols = new Map<Address, string>();
  for (const [account, answer] of [...own, ...theirs]) {
    const text = textOf(answer);
    if (text !== null) symbols.set(account, text);
  }
  const names = new Map(symbols);
  for (const { account, tokens } of pairs) {
    const both = tokens.flatMap((token) => symbols.get(token) ?? []).join('/');
    const symbol = symbols.get(account);
    const name = cleanName(symbol === undefined ? `${both} pool` : `${symbol} ${both}`);
    if (name !== null && both.includes('/')) names.set(account, name);
  }
  return names;
}

/** From those accounts that answer. */
async function answersTo(
  signature: string,
  accounts: readonly Address[],
  state: AskedState,
): Promise<ReadonlyMap<Address, Answer>> {
  const selector = selectorOf(signature);
  const asked = accounts.filter((account) => mayHaveFunction(account, selector, state.state));
  const answers = await askAll(
    asked.map((to) => ({ to, selector, words: [] })),
    state,
  );
  return new Map(asked.flatMap((account, index) => (answers[index] ? [[account, answers[index]]] : [])));
}

/** A `string`, or, from older tokens, a `bytes32`. */
function textOf(answer: Answer): string | null {
  const [start, length, ...rest] = answer.words;
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

function addressOf(answer: Answer | undefined): Address | null {
  const word = answer?.words[0] ?? 0n;
  return word === 0n || word >> 160n !== 0n ? null : `0x${word.toString(16).padStart(40, '0')}`;
}
