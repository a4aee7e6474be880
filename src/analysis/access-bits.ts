/** The accesses that one path has made for certain. */

/** A set of accesses, as bits; copied when it is written after a fork. */
export class AccessBits {
  #bits: Uint32Array<ArrayBuffer>;
  #isShared = false;

  constructor(bits = new Uint32Array(8)) {
    this.#bits = bits;
  }

  fork(): AccessBits {
    this.#isShared = true;
    const copy = new AccessBits(this.#bits);
    copy.#isShared = true;
    return copy;
  }

  has(index: number): boolean {
    return ((this.#bits[index >> 5] ?? 0) & (1 << (index & 31))) !== 0;
  }

  add(index: number): void {
    if (this.has(index)) return;
    const word = index >> 5;
    if (this.#isShared || word >= this.#bits.length) {
      const bits = new Uint32Array(Math.max(this.#bits.length, 2 * word + 8));
      bits.set(this.#bits);
      this.#bits = bits;
      this.#isShared = false;
    }
    this.#bits[word] = (this.#bits[word] as number) | (1 << (index & 31));
  }

  /** What is in both. */
  static intersection(a: AccessBits, b: AccessBits): AccessBits {
    if (a.#bits === b.#bits) return a;
    return new AccessBits(
      a.#bits
        .slice(0, Math.min(a.#bits.length, b.#bits.length))
        .map((word, i) => word & (b.#bits[i] as number)),
    );
  }

  /** What is in one of them alone. */
  static difference(a: AccessBits, b: AccessBits): AccessBits {
    const [longer, shorter] = a.#bits.length < b.#bits.length ? [b.#bits, a.#bits] : [a.#bits, b.#bits];
    const bits = longer.slice();
    for (let i = 0; i < shorter.length; i++) bits[i] = (bits[i] as number) ^ (shorter[i] as number);
    return new AccessBits(bits);
  }

  /** What is in either. */
  static union(a: AccessBits, b: AccessBits): AccessBits {
    const [longer, shorter] = a.#bits.length < b.#bits.length ? [b.#bits, a.#bits] : [a.#bits, b.#bits];
    const bits = longer.slice();
    for (let i = 0; i < shorter.length; i++) bits[i] = (bits[i] as number) | (shorter[i] as number);
    return new AccessBits(bits);
  }

  isWithin(other: AccessBits): boolean {
    for (let i = 0; i < this.#bits.length; i++) {
      if (((this.#bits[i] as number) & ~(other.#bits[i] ?? 0)) !== 0) return false;
    }
    return true;
  }

  equals(other: AccessBits): boolean {
    if (this.#bits === other.#bits) return true;
    const length = Math.max(this.#bits.length, other.#bits.length);
    for (let i = 0; i < length; i++) if ((this.#bits[i] ?? 0) !== (other.#bits[i] ?? 0)) return false;
    return true;
  }
}
