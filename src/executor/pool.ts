/**
 * Worker threads, started once and kept warm; what they are asked is not this file's matter. Each has a few
 * requests at a time, so that it never waits for the main thread, and answers them in order.
 *
 * One that dies, hangs, or says what it should not is replaced, and its requests are given out again with their
 * inputs unchanged; nothing that a request does can be half done. A request that cannot be answered this way,
 * and every request after too many faults, ends as a failure: whoever asked does it without workers.
 */
import type { Fault, FaultKind } from './fault.ts';
import { type Job, PoolMember } from './pool-member.ts';
import { type PoolOptions, poolOptions } from './pool-options.ts';
import type { Broadcast, Request, TaskFailure } from './protocol.ts';
import { Watchdog } from './watchdog.ts';

export interface RequestOptions<T> {
  /** A worker to prefer, from 0. Default: whichever has the least to do. */
  readonly place?: number;
  /**
   * What is done when its worker is lost: another one is asked (the default), or the request fails. Those that
   * rest on what the worker was asked before may not be asked elsewhere, and go to no other worker.
   */
  readonly retry?: 'elsewhere' | 'never';
  /** Names the requests that are cancelled together. */
  readonly group?: symbol;
  /**
   * Checks an answer and makes of it what the caller gets. Throws if no worker in its right mind would have
   * answered that; the worker is then given up.
   */
  readonly accept: (answer: unknown) => T;
}

/** A request's end: an answer, or why there is none. */
export type End<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'failure'; readonly failure: TaskFailure };

/** How often a request is given out when its workers are lost. */
const MAXIMUM_ATTEMPTS = 3;
/** Rounds that a place is left empty at most, after its workers did not start time and again. */
const LONGEST_PAUSE = 256;

/** One worker's place; empty when the last one did not start. */
interface Place {
  member: PoolMember | null;
  /** Workers in a row that did not start. */
  failedStarts: number;
  /** The first round in which it is tried again. */
  nextStart: number;
}

export class WorkerPool {
  readonly size: number;
  /** Is told of each fault when it has been dealt with. */
  onFault: ((fault: Fault) => void) | null = null;
  readonly #options: Required<PoolOptions>;
  readonly #places: Place[];
  readonly #watchdog: Watchdog;
  readonly #broadcasts = new Map<Broadcast['kind'], Broadcast>();
  /** Threads that were given up and have not ended yet. */
  readonly #ending = new Set<Promise<void>>();
  #waiting: Job[] = [];
  #round = 0;
  #faultsInRound = 0;
  #isClosed = false;

  private constructor(options: PoolOptions) {
    this.#options = poolOptions(options);
    this.size = this.#options.workers;
    this.#watchdog = new Watchdog(() => this.#members(), this.#options);
    this.#places = Array.from({ length: this.size }, () => ({ member: null, failedStarts: 0, nextStart: 0 }));
  }

  /** Starts the workers and waits until they are ready. */
  static async start(options: PoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      await Promise.all(pool.#places.map((_, place) => pool.#enlist(place).ready));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** Workers that can take requests. */
  get alive(): number {
    return this.#members().filter(({ isReady }) => isReady).length;
  }

  /** Begins another block: its faults are counted from none, and empty places are tried again. */
  renew(): void {
    this.#round++;
    this.#faultsInRound = 0;
    for (const [place, { member, nextStart }] of this.#places.entries()) {
      if (member === null && nextStart <= this.#round && !this.#isClosed) this.#restart(place);
    }
  }

  /** Sends what the following requests have in common, to those that replace lost workers as well. */
  broadcast(broadcast: Broadcast): void {
    this.#broadcasts.set(broadcast.kind, broadcast);
    for (const member of this.#members()) member.broadcast(broadcast);
  }

  /** Asks a worker, or the next one that has room when all have enough to do. Never rejects. */
  request<T>(request: Request, { place, retry, group, accept }: RequestOptions<T>): Promise<End<T>> {
    return new Promise((resolve) => {
      const job: Job = {
        request,
        place,
        isPinned: retry === 'never',
        group,
        attempts: 0,
        isEnded: false,
        answer: (answer) => {
          const value = accept(answer);
          job.isEnded = true;
          resolve({ kind: 'answer', value });
        },
        fail: (failure) => {
          job.isEnded = true;
          resolve({ kind: 'failure', failure });
        },
      };
      this.#give(job);
    });
  }

  /** Ends the requests of a group as failures; their workers stop at them as soon as they can. */
  cancel(group: symbol): void {
    this.#failAll((job) => job.group === group, CANCELLED);
  }

  /** Ends all threads; requests that are under way fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#failAll(() => true, CLOSED);
    for (const place of this.#places) {
      if (place.member !== null) this.#end(place.member);
      place.member = null;
    }
    this.#watchdog.stop();
    await Promise.all(this.#ending);
  }

  /** Kills one worker as a fault would; for tests. */
  async kill(place: number): Promise<void> {
    await this.#places[place]?.member?.kill();
  }

  #members(): PoolMember[] {
    return this.#places.flatMap(({ member }) => member ?? []);
  }

  #give(job: Job): void {
    const failure = this.#reasonAgainst(job);
    const member = failure === null ? this.#memberFor(job) : null;
    if (failure !== null) job.fail(failure);
    else if (member === null) this.#waiting.push(job);
    else {
      member.give(job);
      this.#watchdog.start();
    }
  }

  #reasonAgainst({ attempts, place, isPinned }: Job): TaskFailure | null {
    if (this.#isClosed) return CLOSED;
    if (this.#faultsInRound >= this.#options.maxFaults) return TOO_MANY;
    if (attempts >= MAXIMUM_ATTEMPTS) return lost(`${attempts} workers were lost on it`);
    if (isPinned && (attempts > 0 || this.#memberAt(place) === null)) return lost('its worker is lost');
    return this.#places.every(({ member }) => member === null) ? lost('no worker is left') : null;
  }

  #memberAt(place: number | undefined): PoolMember | null {
    return place === undefined ? null : (this.#places[place]?.member ?? null);
  }

  /** The preferred one unless others have less to do, provided that it has room. */
  #memberFor({ place, isPinned }: Job): PoolMember | null {
    let best = this.#memberAt(place);
    if (isPinned) return best;
    for (const { member } of this.#places) {
      if (member !== null && (best === null || member.load < best.load)) best = member;
    }
    return best?.hasRoom === true ? best : null;
  }

  #giveWaiting(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#reasonAgainst(next) === null && this.#memberFor(next) === null) return;
      this.#waiting.shift();
      this.#give(next);
    }
  }

  #enlist(place: number): PoolMember {
    const member: PoolMember = new PoolMember(place, {
      ...this.#options,
      onRoom: () => {
        const at = this.#places[place];
        if (at?.member === member) at.failedStarts = 0;
        this.#giveWaiting();
      },
      onLost: (lostOne, kind, message) => this.#replace(lostOne, kind, message),
    });
    const at = this.#places[place];
    if (at !== undefined) at.member = member;
    for (const broadcast of this.#broadcasts.values()) member.broadcast(broadcast);
    this.#watchdog.start();
    return member;
  }

  #replace(member: PoolMember, kind: FaultKind, message: string): void {
    const { place, attempt } = member;
    this.#end(member);
    this.#clear(place);
    this.#faultsInRound++;
    this.#waiting.unshift(...member.release());
    if (this.#faultsInRound >= this.#options.maxFaults) this.#failAll(() => true, TOO_MANY);
    // One that did not start would not start again.
    else if (kind === 'not-started') this.#postpone(place);
    else this.#restart(place);
    this.#giveWaiting();
    this.onFault?.({ kind, place, attempt, message });
  }

  #clear(place: number): void {
    const at = this.#places[place];
    if (at !== undefined) at.member = null;
  }

  #restart(place: number): void {
    try {
      this.#enlist(place).unref();
    } catch (error) {
      // There may be no room for another thread.
      this.#faultsInRound++;
      this.#postpone(place);
      this.onFault?.({ kind: 'not-started', place, attempt: 0, message: String(error) });
    }
  }

  /** Leaves a place empty for this block, and for more and more of them each time. */
  #postpone(place: number): void {
    const at = this.#places[place];
    if (at === undefined) return;
    at.nextStart = this.#round + Math.min(2 ** at.failedStarts, LONGEST_PAUSE);
    at.failedStarts++;
  }

  #failAll(isMeant: (job: Job) => boolean, failure: TaskFailure): void {
    const meant = this.#waiting.filter(isMeant);
    this.#waiting = this.#waiting.filter((job) => !isMeant(job));
    for (const job of meant) job.fail(failure);
    for (const member of this.#members()) member.cancel(isMeant, failure);
  }

  #end(member: PoolMember): void {
    const ending = member.end().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}

function lost(message: string): TaskFailure {
  return { code: 'worker-lost', message, keys: [] };
}

const TOO_MANY = lost('too many workers were lost');
const CANCELLED: TaskFailure = { code: 'cancelled', message: 'nobody wants it any more', keys: [] };
const CLOSED: TaskFailure = { code: 'closed', message: 'the executor was closed', keys: [] };
