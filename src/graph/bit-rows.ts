/** A relation between numbers from 0, as one bit for each pair. */
export class BitRows {
  /** 32-bit words of a row. */
  readonly words: number;
  readonly #bits: Uint32Array;

  /** @param count - How many numbers there are; takes count² / 8 bytes. */
  constructor(count: number) {
    this.words = (count + 31) >>> 5;
    this.#bits = new Uint32Array(this.words * count);
  }

  has(row: number, column: number): boolean {
    return ((this.#bits[row * this.words + (column >>> 5)] as number) & (1 << (column & 31))) !== 0;
  }

  add(row: number, column: number): void {
    const at = row * this.words + (column >>> 5);
    this.#bits[at] = (this.#bits[at] as number) | (1 << (column & 31));
  }

  /** The bits of a row; not a copy. */
  row(row: number): Uint32Array {
    return this.#bits.subarray(row * this.words, (row + 1) * this.words);
  }

  /** Adds all columns of another row, whosever it is. */
  addAll(row: number, columns: Uint32Array): void {
    const from = row * this.words;
    for (let word = 0; word < columns.length; word++) {
      this.#bits[from + word] = (this.#bits[from + word] as number) | (columns[word] as number);
    }
  }

  /** Visits the columns of a row, ascending. */
  visit(row: number, found: (column: number) => void): void {
    const from = row * this.words;
    for (let word = 0; word < this.words; word++) {
      for (let bits = this.#bits[from + word] as number; bits !== 0; bits &= bits - 1) {
        found((word << 5) + 31 - Math.clz32(bits & -bits));
      }
    }
  }
}
