/**
 * Questions to contracts on a given state: a view function is called by an account that does not exist, whose code
 * keeps the answer in its own storage, and the analysis derives what that touches and leaves. So nothing is
 * executed, what the state lacks is known, and all questions are asked at once.
 */
import { analyzeBlock } from '../analysis/block.ts';
import type { TransactionAnalysis } from '../analysis/result.ts';
import type { Address, BlockInput, Hex, Transaction } from '../input/block.ts';
import { hexToBytes } from '../input/hex.ts';
import type { AccountDiff } from '../state/diff.ts';
import { addressOf, parseKey, type StateKey, storageKey } from '../state/key.ts';
import { overlayState } from '../state/overlay.ts';
import type { StateSource } from '../state/source.ts';

/** One call of a view function. */
export interface Query {
  readonly to: Address;
  readonly selector: Hex;
  /** At most four. */
  readonly words: readonly bigint[];
}

/** What the contracts are asked on. */
export interface AskedState {
  /** Before the block. An error of its `load` ends the questions. */
  readonly state: StateSource;
  readonly rules: Omit<BlockInput, 'transactions'>;
}

/** What a call came to. */
export interface Answer {
  /** The first words of what was returned, with zeros behind its end; `null`: not known. */
  readonly words: readonly (bigint | null)[];
  /** Slots of the called account that were read, ascending. */
  readonly slots: readonly bigint[];
}

/** Gas of one call: a view function takes a fraction, and an endless one no longer than this. */
const CALL_GAS = 400_000;
const GAS_LIMIT = 2_000_000n;

/** Whatever does not know its way soon is not worth following. */
const LIMITS = { steps: 20_000, forks: 1, memoryBytes: 1 << 18, precompileSteps: 100_000 };

/** Requests to a slow state source; proxies, and what their code reads, take two or three. */
const MAX_LOADS = 4;

const ANSWER_WORDS = 4;
const WORD_BYTES = 32;
const ANSWER_AT = 0x100;

/** Stands in the memory for the answer: whoever returns nothing leaves it there. */
const NO_ANSWER = 0xa5n << 248n;

/** Who asks, from here on one account for each question; nobody has keys to such addresses. */
const FIRST_CALLER = 0xfffffffffffffffffffffffffffffffff0000000n;
const SENDER: Address = addressText(FIRST_CALLER - 1n);

/**
 * Asks all questions.
 *
 * @returns In the order of the questions; `null` where a call fails, changes something, or is not exactly known.
 */
export async function askAll(
  queries: readonly Query[],
  { state, rules }: AskedState,
): Promise<(Answer | null)[]> {
  if (queries.length === 0) return [];
  const input = { ...rules, transactions: queries.map(transactionFor) };
  const callers = queries.map((_, index) => [callerOf(index), CALLER] as const);
  const over = overlayState(state, new Map([...callers, [SENDER, RICH]]));
  const asked = new Set<StateKey>();
  let analysis = analyzeBlock(input, { state: over, limits: LIMITS });
  for (let loads = 0; over.load !== undefined && loads < MAX_LOADS; loads++) {
    const missing = analysis.missing.filter((key) => !asked.has(key));
    if (missing.length === 0) break;
    for (const key of missing) asked.add(key);
    await over.load(missing);
    analysis = analyzeBlock(input, { state: over, limits: LIMITS });
  }
  return queries.map(({ to }, index) => {
    const found = analysis.transactions[index];
    return found?.status === 'exact' ? answerOf(found, to, callerOf(index)) : null;
  });
}

function answerOf({ accesses, effects }: TransactionAnalysis, to: Address, caller: Address): Answer | null {
  const kept = (slot: number): bigint | null => {
    const value = effects.values.get(storageKey(caller, BigInt(slot)));
    return typeof value === 'bigint' ? value : null;
  };
  const words = Array.from({ length: ANSWER_WORDS }, (_, index) => kept(index + 1));
  if (kept(0) !== 1n || words[0] === NO_ANSWER) return null;
  const slots: bigint[] = [];
  for (const [key, mode] of accesses.keys) {
    if (addressOf(key) !== to) continue;
    const { slot } = parseKey(key);
    if (slot === null) continue;
    if (mode !== 'read') return null;
    slots.push(slot);
  }
  return { words, slots: slots.sort((a, b) => (a < b ? -1 : 1)) };
}

function transactionFor({ to, selector, words }: Query, index: number): Transaction {
  const call = `${selector.slice(2)}${words.map(wordText).join('')}`;
  return {
    type: 0,
    hash: `0x${wordText(BigInt(index))}`,
    from: SENDER,
    to: callerOf(index),
    nonce: BigInt(index),
    gasLimit: GAS_LIMIT,
    value: 0n,
    data: bytes(`${wordText(BigInt(to))}${wordText(BigInt(call.length / 2))}${call}`),
    maxFeePerGas: 0n,
    maxPriorityFeePerGas: 0n,
    accessList: null,
    maxFeePerBlobGas: 0n,
    blobVersionedHashes: [],
    authorizationList: [],
    chainId: null,
    signature: null,
  };
}

/**
 * Calls the account that the first word of the call data names, with as many bytes from behind the second word as
 * that says, without static calls and return data sizes, which old rules lack. Slot 0 gets whether the call
 * succeeded, slots 1 to 4 the answer.
 */
const CALLER_CODE = bytes(
  [
    '602035',
    '6040',
    '6000',
    '37', // CALLDATACOPY to 0
    `7f${wordText(NO_ANSWER)}`,
    `61${hex(ANSWER_AT, 2)}`,
    '52', // MSTORE
    `60${hex(ANSWER_WORDS * WORD_BYTES, 1)}`,
    `61${hex(ANSWER_AT, 2)}`, // where to return to
    '602035',
    '6000',
    '6000', // input, value
    '600035',
    `63${hex(CALL_GAS, 4)}`,
    'f1',
    '6000',
    '55', // CALL, SSTORE
    ...Array.from({ length: ANSWER_WORDS }, (_, index) => [
      `61${hex(ANSWER_AT + index * WORD_BYTES, 2)}`,
      '51',
      `60${hex(index + 1, 1)}`,
      '55', // MLOAD, SSTORE
    ]).flat(),
    '00',
  ].join(''),
);

/** Without anything from before, so that the slots are known to be empty. */
const NEW = { destroyed: true, storage: new Map() } as const;
const CALLER: AccountDiff = { ...NEW, balance: 0n, nonce: 1n, code: CALLER_CODE };
const RICH: AccountDiff = { ...NEW, balance: 1n << 128n, nonce: 0n, code: new Uint8Array(0) };

function callerOf(index: number): Address {
  return addressText(FIRST_CALLER + BigInt(index));
}

function addressText(value: bigint): Address {
  return `0x${value.toString(16).padStart(40, '0')}`;
}

function wordText(value: bigint): string {
  return value.toString(16).padStart(64, '0');
}

function hex(value: number, size: number): string {
  return value.toString(16).padStart(2 * size, '0');
}

function bytes(text: string): Uint8Array {
  return hexToBytes(`0x${text}`) ?? new Uint8Array(0);
}
