/** One piece of work after the other, in the order in which they were asked for; each can be given up. */
import { AbortedError } from '../errors.ts';

export class Turns {
  /** Settles when all that was asked for has come to its end; never rejects. */
  #last: Promise<unknown> = Promise.resolve();
  readonly #controllers = new Set<AbortController>();

  /**
   * Does some work when all before it has ended.
   *
   * @param work - Stops soon when the signal that it gets is aborted, whatever it throws then.
   * @param signal - Gives the work up: the promise rejects at once; what comes next waits until it has stopped.
   * @throws AbortedError
   */
  take<T>(work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted === true) return Promise.reject(new AbortedError(signal.reason));
    const controller = new AbortController();
    const abort = (): void => controller.abort(new AbortedError(signal?.reason));
    signal?.addEventListener('abort', abort, { once: true });
    this.#controllers.add(controller);
    const turn = this.#last
      .then(() => {
        controller.signal.throwIfAborted();
        return work(controller.signal);
      })
      .finally(() => {
        this.#controllers.delete(controller);
        signal?.removeEventListener('abort', abort);
      });
    this.#last = turn.catch(() => {});
    return new Promise((resolve, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
      turn.then(resolve, reject);
    });
  }

  /** Gives up all that has not ended: their promises reject with this. */
  abort(reason: Error): void {
    for (const controller of this.#controllers) controller.abort(reason);
  }

  /** Settles when all that was asked for until now has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
