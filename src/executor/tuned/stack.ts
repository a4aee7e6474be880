/** The stack of one frame. Whoever calls has checked that there is enough on it, and room: see `table.ts`. */
export class Stack {
  /** Words above it are leftovers. */
  height = 0;
  readonly #words: bigint[] = [];

  push(word: bigint): void {
    this.#words[this.height++] = word;
  }

  pop(): bigint {
    return this.#words[--this.height] as bigint;
  }

  /** The word on top. */
  top(): bigint {
    return this.#words[this.height - 1] as bigint;
  }

  /** Puts another word on top in place of the one that is there. */
  replace(word: bigint): void {
    this.#words[this.height - 1] = word;
  }

  /** Copies the `depth`th word to the top; 1 is the top itself. */
  dup(depth: number): void {
    this.#words[this.height] = this.#words[this.height - depth] as bigint;
    this.height++;
  }

  /** Exchanges the top with the word `distance` below it. */
  swap(distance: number): void {
    const top = this.height - 1;
    const word = this.#words[top] as bigint;
    this.#words[top] = this.#words[top - distance] as bigint;
    this.#words[top - distance] = word;
  }

  /** Pops several words, the top first: how @ethereumjs's own opcodes take theirs. */
  popN(count: number): bigint[] {
    const words: bigint[] = [];
    for (let i = 0; i < count; i++) words.push(this.pop());
    return words;
  }
}
