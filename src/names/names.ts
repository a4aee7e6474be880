/**
 * Names for people: what accounts, functions and state keys are called, as far as somebody has said so. Names say
 * nothing about what is true: tokens choose theirs freely, so texts show the address beside them.
 */
import type { Region } from '../analysis/access.ts';
import type { BlockAnalysis } from '../analysis/result.ts';
import type { Address, Hex, Transaction } from '../input/block.ts';
import { bytesToHex } from '../input/hex.ts';
import { type Field, parseKey, type StateKey } from '../state/key.ts';
import { SlotOrigins } from './origins.ts';
import { placeOfOrigin, type StoragePlace } from './place.ts';
import { isAddressLike, placeText, shortHex, shortWord, type WordText } from './place-text.ts';
import { PROTOCOL_ACCOUNTS, standardFunction } from './well-known.ts';

/** A source of names. All names are clean (`cleanName`); the answer is always the same. */
export interface NameBook {
  contract(address: Address): string | null;
  /** Signature of a function of this account, or, for `null`, of any. */
  function(address: Address | null, selector: Hex): string | null;
  /**
   * The variable that a slot belongs to.
   *
   * @param place - As it was decoded.
   * @param word - Writes mapping keys.
   */
  variable(address: Address, slot: bigint, place: StoragePlace | null, word: WordText): NamedPlace | null;
}

/** A variable, and the whole place in words that begin with it: `balances`, `balances[0x28c6…1d60].amount`. */
export interface NamedPlace {
  readonly variable: string;
  readonly text: string;
}

/** A state key as people call it. */
export interface KeyDescription {
  readonly key: StateKey;
  readonly address: Address;
  /** Name of the account. */
  readonly contract: string | null;
  readonly field: Field;
  /** Where the slot lies in the storage layout; `null`: no slot, or not known. */
  readonly place: StoragePlace | null;
  /** Name of the variable, or of the function that reads it. */
  readonly variable: string | null;
  /** All of it on one line with shortened addresses, e.g. `USDT 0xdac1…1ec7 balances [0x28c6…1d60]`. */
  readonly text: string;
}

/** What a transaction asks of the account that it is sent to. */
export interface CallDescription {
  /** `null`: it creates a contract, or has less than four bytes of data. */
  readonly selector: Hex | null;
  /** E.g. `transfer(address,uint256)`. */
  readonly signature: string | null;
  /** E.g. `transfer`, `0x12345678`, `ether transfer`, `new contract`. */
  readonly text: string;
}

/** Names from all sources that a run has. Answers are computed when asked for. */
export interface Names {
  contract(address: Address): string | null;
  /** Signature, e.g. `transfer(address,uint256)`. `address` is whose code runs, where it is known. */
  function(address: Address | null, selector: Hex): string | null;
  call(transaction: Pick<Transaction, 'to' | 'data' | 'value'>): CallDescription;
  /** An account in short: its name and the ends of its address. */
  account(address: Address): string;
  key(key: StateKey): KeyDescription;
  /** What an edge of the conflict graph names: a key, or a region in its own words. */
  meeting(text: string): string;
  /** A region in words, with its account. */
  region(region: Region): string;
}

/** Names from books, earlier ones first, and from what the analysis saw of storage layouts. */
export function createNames(
  analysis: Pick<BlockAnalysis, 'transactions' | 'input'>,
  books: readonly NameBook[] = [],
): Names {
  return new BookNames(analysis, books);
}

class BookNames implements Names {
  readonly #origins: SlotOrigins;
  readonly #feeRecipient: Address | null;
  readonly #books: readonly NameBook[];
  readonly #keys = new Map<StateKey, KeyDescription>();
  readonly #word: WordText = (word) => {
    const name = isAddressLike(word) ? this.contract(`0x${word.toString(16).padStart(40, '0')}`) : null;
    return name === null ? shortWord(word) : `${name} ${shortWord(word)}`;
  };

  constructor(
    { transactions, input }: Pick<BlockAnalysis, 'transactions' | 'input'>,
    books: readonly NameBook[],
  ) {
    this.#origins = new SlotOrigins({ transactions });
    this.#feeRecipient = input.block?.feeRecipient ?? null;
    this.#books = books;
  }

  contract(address: Address): string | null {
    return firstOf(this.#books, (book) => book.contract(address)) ?? PROTOCOL_ACCOUNTS.get(address) ?? null;
  }

  function(address: Address | null, selector: Hex): string | null {
    const own = address === null ? null : firstOf(this.#books, (book) => book.function(address, selector));
    return own ?? firstOf(this.#books, (book) => book.function(null, selector)) ?? standardFunction(selector);
  }

  call({ to, data, value }: Pick<Transaction, 'to' | 'data' | 'value'>): CallDescription {
    if (to === null) return { selector: null, signature: null, text: 'new contract' };
    if (data.length < SELECTOR_BYTES) {
      const text = data.length > 0 ? 'fallback' : value > 0n ? 'ether transfer' : 'empty call';
      return { selector: null, signature: null, text };
    }
    const selector = bytesToHex(data.subarray(0, SELECTOR_BYTES));
    const signature = this.function(to, selector);
    return { selector, signature, text: signature?.replace(/\(.*$/s, '') ?? selector };
  }

  account(address: Address): string {
    const name = this.contract(address);
    return name === null ? shortHex(address) : `${name} ${shortHex(address)}`;
  }

  key(key: StateKey): KeyDescription {
    let description = this.#keys.get(key);
    if (description === undefined) {
      description = this.#describe(key);
      this.#keys.set(key, description);
    }
    return description;
  }

  meeting(text: string): string {
    if (STATE_KEY.test(text)) return this.key(text).text;
    if (text === EVERYTHING) return 'everything (an unbounded transaction)';
    return text.replace(LONG_HEX, (hex) =>
      hex.length === 42 ? this.account(hex as Hex) : shortWord(BigInt(hex)),
    );
  }

  region(region: Region): string {
    switch (region.shape) {
      case 'mapping': {
        const { address, preimage, first } = region;
        const place = placeOfOrigin({ preimage, offset: first }, this.#origins.contextOf(address));
        return `${this.account(address)} ${placeText(place, this.#word)}`;
      }
      case 'array': {
        const { address, origin, first, last } = region;
        const place = origin === null ? null : placeOfOrigin(origin, this.#origins.contextOf(address));
        const range =
          place === null
            ? `slots ${shortWord(first)} to ${shortWord(last)}`
            : `${placeText(place, this.#word)} and ${last - first} more`;
        return `${this.account(address)} ${range}`;
      }
      case 'account':
        return `${this.account(region.address)} all storage`;
      case 'everything':
        return region.field === 'any' ? 'all state' : `the ${region.field} of every account`;
      default:
        return region satisfies never;
    }
  }

  #describe(key: StateKey): KeyDescription {
    const { address, field, slot } = parseKey(key);
    const contract = this.contract(address);
    const common = { key, address, contract, field };
    const account = this.account(address);
    if (slot === null) {
      const isFee = field === 'balance' && address === this.#feeRecipient;
      const text = `${account} ${field}${isFee ? ' (fee recipient)' : ''}`;
      return { ...common, place: null, variable: null, text };
    }
    const place = this.#origins.placeOf(key);
    const named = firstOf(this.#books, (book) => book.variable(address, slot, place, this.#word));
    const text = named?.text ?? (place === null ? `slot ${shortWord(slot)}` : placeText(place, this.#word));
    return { ...common, place, variable: named?.variable ?? null, text: `${account} ${text}` };
  }
}

const SELECTOR_BYTES = 4;
/** As `describeRegion` has it. */
const EVERYTHING = 'everything';
const STATE_KEY = /^0x[0-9a-f]{40}:(balance|nonce|code|0x[0-9a-f]{64})$/;
const LONG_HEX = /0x(?:[0-9a-f]{64}|[0-9a-f]{40})\b/g;

function firstOf<T>(books: readonly NameBook[], ask: (book: NameBook) => T | null): T | null {
  for (const book of books) {
    const answer = ask(book);
    if (answer !== null) return answer;
  }
  return null;
}
