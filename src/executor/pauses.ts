/**
 * Long work in pieces: others in this thread (messages, timers, whoever gives a block up) have their turn after so
 * many milliseconds.
 */
const LONGEST_HOLD_MS = 20;

export class Pauses {
  #until = performance.now() + LONGEST_HOLD_MS;

  /** To be asked between two pieces; then `take` is to be awaited. */
  get isDue(): boolean {
    return performance.now() > this.#until;
  }

  async take(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#until = performance.now() + LONGEST_HOLD_MS;
  }
}
