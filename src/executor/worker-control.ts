/**
 * A few numbers that the main thread shares with one worker, for what cannot wait for a message to be read: that
 * the worker is alive, and which of its requests nobody wants an answer to any more.
 *
 * Int32: a counter of signs of life; then for each request that a worker may have at a time, by its number modulo
 * their count, the number plus one of the one that was cancelled.
 */
export class WorkerControl {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#cells = new Int32Array(buffer);
  }

  /** @param depth - How many requests the worker may have at a time. */
  static create(depth: number): WorkerControl {
    return new WorkerControl(new SharedArrayBuffer((1 + depth) * Int32Array.BYTES_PER_ELEMENT));
  }

  /** The worker: it has come further. */
  advance(): void {
    Atomics.add(this.#cells, 0, 1);
  }

  /** Changes whenever the worker comes further. */
  get progress(): number {
    return Atomics.load(this.#cells, 0);
  }

  cancel(request: number): void {
    Atomics.store(this.#cells, this.#cellOf(request), request + 1);
  }

  isCancelled(request: number): boolean {
    return Atomics.load(this.#cells, this.#cellOf(request)) === ((request + 1) | 0);
  }

  #cellOf(request: number): number {
    return 1 + (request % (this.#cells.length - 1));
  }
}
