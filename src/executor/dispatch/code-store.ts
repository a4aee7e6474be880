/**
 * Byte code by content: equal codes get one array and one number, over all blocks, so that workers are sent each
 * code once and whatever is worked out for an array is found again.
 */

/** More than this and the numbering starts anew. Each thread has as much, and twice that for what it made of it. */
const MAXIMUM_BYTES = 32 * 2 ** 20;
/** Bytes at each end by which codes are told apart before they are compared whole. */
const SAMPLE = 48;

export class CodeStore {
  /** Counts the numberings. */
  epoch = 0;
  #arrays: Uint8Array[] = [];
  #numbers = new WeakMap<Uint8Array, number>();
  #bySample = new Map<string, number[]>();
  #bytes = 0;
  readonly #limit: number;

  /** @param limit - Bytes that are kept. */
  constructor(limit = MAXIMUM_BYTES) {
    this.#limit = limit;
  }

  /** Codes that are kept. */
  get size(): number {
    return this.#arrays.length;
  }

  /** The number of a code, from 1; 0 for none. Holds for the current epoch. */
  numberOf(code: Uint8Array): number {
    if (code.length === 0) return 0;
    const known = this.#numbers.get(code);
    if (known !== undefined) return known;
    const sample = sampleOf(code);
    const equals = this.#bySample.get(sample) ?? [];
    let number = equals.find((one) => Buffer.compare(this.code(one), code) === 0);
    if (number === undefined) {
      number = this.#arrays.push(code);
      this.#bytes += code.length;
      equals.push(number);
      this.#bySample.set(sample, equals);
    }
    this.#numbers.set(code, number);
    return number;
  }

  /** The one array with this content. */
  shared(code: Uint8Array): Uint8Array {
    return code.length === 0 ? code : this.code(this.numberOf(code));
  }

  code(number: number): Uint8Array {
    const code = this.#arrays[number - 1];
    if (code === undefined) throw new RangeError(`there is no code ${number}`);
    return code;
  }

  /** Between two blocks: starts anew if too much has come together. */
  tidy(): void {
    if (this.#bytes <= this.#limit) return;
    this.epoch++;
    this.#bytes = 0;
    this.#arrays = [];
    this.#numbers = new WeakMap();
    this.#bySample = new Map();
  }
}

function sampleOf(code: Uint8Array): string {
  const { buffer, byteOffset, length } = code;
  const first = Buffer.from(buffer, byteOffset, Math.min(SAMPLE, length)).toString('latin1');
  const last = Buffer.from(buffer, byteOffset + Math.max(0, length - SAMPLE), Math.min(SAMPLE, length));
  return `${length} ${first}${last.toString('latin1')}`;
}
