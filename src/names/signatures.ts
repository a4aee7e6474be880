/** Signatures of functions from ABIs and from lists, checked against their selectors. */
import type { FunctionFragment } from 'ethers/abi';
import { InputError } from '../errors.ts';
import type { Hex } from '../input/block.ts';
import { member, unexpected, type Where } from '../input/schema.ts';
import { shownSignature } from './artifact.ts';
import { selectorOf } from './well-known.ts';

/** As it is hashed: no spaces, no names, no short types. Each character can be read in one way only, so it takes linear time. */
const CANONICAL = /^[A-Za-z_$][\w$]*\((?:[\w$(),]|(?<=[\w$\]])\[\d*\])*\)$/;

const SHORT_TYPE = /\b(?:u?int|byte|u?fixed)\b(?!\d)/;

/** `0xa9059cbb transfer(address,uint256)`, with any of `:`, `=`, `,`, tab or spaces between; or the signature alone. */
const LINE = /^(?:(0x)?([0-9a-fA-F]{8})(?:\s*[:=,]\s*|\s+))?([A-Za-z_$].*)$/;

/** Collects signatures; the first one that claims a selector keeps it. */
export class SignatureReader {
  readonly bySelector = new Map<Hex, string>();
  readonly #fragments: typeof FunctionFragment;

  private constructor(fragments: typeof FunctionFragment) {
    this.#fragments = fragments;
  }

  static async create(): Promise<SignatureReader> {
    return new SignatureReader((await import('ethers/abi')).FunctionFragment);
  }

  /** Another one, empty. */
  fresh(): SignatureReader {
    return new SignatureReader(this.#fragments);
  }

  addAll({ bySelector }: SignatureReader): void {
    for (const [selector, signature] of bySelector) {
      if (!this.bySelector.has(selector)) this.bySelector.set(selector, signature);
    }
  }

  /** The functions of an ABI: JSON fragments, or Solidity's notation. Other entries say nothing of calls. */
  addAbi(abi: readonly unknown[], where: Where): void {
    for (const [index, entry] of abi.entries()) {
      if (typeof entry === 'string') {
        if (/^\s*function\b/.test(entry)) this.#addFragment(entry, member(where, index));
      } else if (typeof entry === 'object' && entry !== null && 'type' in entry) {
        if (entry.type === 'function') this.#addFragment(entry, member(where, index));
      } else {
        throw unexpected(member(where, index), 'an entry of an ABI', entry);
      }
    }
  }

  /** One signature, with its selector where that is given. */
  add(signature: unknown, selector: string | null, where: Where): void {
    if (typeof signature !== 'string') throw unexpected(where, 'a function signature', signature);
    const text = signature.trim();
    if (!CANONICAL.test(text) || SHORT_TYPE.test(text)) {
      this.#addFragment(`function ${text.replace(/^function\s+/, '')}`, where, selector);
    } else this.#keep(text, selectorOf(text), selector, where);
  }

  /** A list with one signature on each line; `#` and `//` begin comments. */
  addList(text: string, { source }: Pick<Where, 'source'>): void {
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      const entry = line.replace(/(?:#|\/\/).*$/, '').trim();
      if (entry === '') continue;
      const where = { source, path: `line ${index + 1}` };
      const [match, , selector, signature] = LINE.exec(entry) ?? [];
      if (match === undefined || !match.includes('(')) {
        throw unexpected(where, 'a selector and a signature', entry);
      }
      this.add(signature, selector === undefined ? null : `0x${selector.toLowerCase()}`, where);
    }
  }

  #addFragment(entry: string | object, where: Where, selector: string | null = null): void {
    let fragment: FunctionFragment;
    try {
      fragment = this.#fragments.from(entry);
    } catch {
      const got = typeof entry === 'string' ? entry : 'name' in entry ? entry.name : null;
      throw unexpected(where, 'a function', got);
    }
    this.#keep(fragment.format('sighash'), fragment.selector as Hex, selector, where);
  }

  #keep(signature: string, selector: Hex, claimed: string | null, where: Where): void {
    if (claimed !== null && claimed !== selector) {
      const expected = `${claimed} to be the selector of ${signature.slice(0, 80)}`;
      throw new InputError({ ...where, expected, got: selector });
    }
    if (!this.bySelector.has(selector)) this.bySelector.set(selector, shownSignature(signature));
  }
}
