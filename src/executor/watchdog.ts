/** Looks after worker threads that have something to do, as long as there are any: one that hangs is given up. */
import type { PoolMember } from './pool-member.ts';
import type { PoolOptions } from './pool-options.ts';

/** How often a worker is looked at within the time that it is allowed. */
const CHECKS = 4;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Watchdog {
  readonly #members: () => readonly PoolMember[];
  readonly #periodMs: number;
  #timer: NodeJS.Timeout | null = null;

  /** @param members - Those that there are now. */
  constructor(
    members: () => readonly PoolMember[],
    { startTimeoutMs, hangTimeoutMs }: Required<Pick<PoolOptions, 'startTimeoutMs' | 'hangTimeoutMs'>>,
  ) {
    this.#members = members;
    this.#periodMs = Math.min(Math.min(startTimeoutMs, hangTimeoutMs) / CHECKS, LONGEST_TIMER_MS);
  }

  /** To be called whenever somebody gets something to do. */
  start(): void {
    if (this.#timer !== null) return;
    // A main thread that was busy itself sees one check late, not several: between two it reads its messages.
    this.#timer = setTimeout(() => {
      this.#timer = null;
      for (const member of this.#members()) member.check(this.#periodMs);
      if (this.#members().some(({ isWatched }) => isWatched)) this.start();
    }, this.#periodMs);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
