/**
 * Worker threads, started once and kept warm; what they are asked is not this file's matter. Each has a few
 * requests at a time, so that it never waits for the main thread, and answers them in order. One that dies, or
 * answers what it was not asked, is replaced, and its requests are given out again with their inputs unchanged;
 * nothing that a request does can be half done.
 */
import { Worker } from 'node:worker_threads';
import { InternalError } from '../errors.ts';
import { DEFAULT_ENGINE, type EngineKind } from './engine-kind.ts';
import type { Broadcast, FromWorker, Request, TaskFailure, ToWorker, WorkerData } from './protocol.ts';

export interface PoolOptions {
  readonly workers: number;
  /** Entry of the threads. Default: the built `worker.js` beside this file. */
  readonly workerUrl?: URL;
  /** Default: `DEFAULT_ENGINE`. */
  readonly engine?: EngineKind;
  /** How many requests a worker has at a time. Default: 2, so that the next one is there when one is answered. */
  readonly depth?: number;
}

export interface RequestOptions<T> {
  /** A worker to prefer, from 0. Default: whichever has the least to do. */
  readonly place?: number;
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

/** How often a request is given out again because its worker was lost. */
const MAXIMUM_ATTEMPTS = 3;
const DEFAULT_DEPTH = 2;

interface Job {
  readonly id: number;
  readonly request: Request;
  readonly place: number | undefined;
  attempts: number;
  /** Takes an answer; throws if it is garbage. */
  readonly answer: (value: unknown) => void;
  readonly fail: (failure: TaskFailure) => void;
}

interface Member {
  readonly worker: Worker;
  readonly ready: Promise<void>;
  isReady: boolean;
  /** What it has not answered yet, in the order of the answers. */
  readonly jobs: Job[];
}

export class WorkerPool {
  readonly size: number;
  /** Workers that died and were replaced, since the pool began. */
  deaths = 0;
  readonly #url: URL;
  readonly #data: WorkerData;
  readonly #depth: number;
  readonly #members: (Member | null)[];
  #waiting: Job[] = [];
  readonly #broadcasts = new Map<Broadcast['kind'], Broadcast>();
  #nextId = 0;
  #isClosed = false;

  private constructor({ workers, workerUrl, engine = DEFAULT_ENGINE, depth = DEFAULT_DEPTH }: PoolOptions) {
    this.size = workers;
    this.#url = workerUrl ?? new URL('./worker.js', import.meta.url);
    this.#data = { engine };
    this.#depth = depth;
    this.#members = Array.from({ length: workers }, () => null);
  }

  /** Starts the workers and waits until they are ready. */
  static async start(options: PoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    for (let place = 0; place < pool.size; place++) pool.#enlist(place);
    try {
      await Promise.all(pool.#members.map((member) => member?.ready));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** Sends what the following requests have in common, to those that replace lost workers as well. */
  broadcast(broadcast: Broadcast): void {
    this.#broadcasts.set(broadcast.kind, broadcast);
    for (const member of this.#members) if (member !== null) post(member, { kind: 'broadcast', broadcast });
  }

  /** Asks a worker, or the next one that has room when all have enough to do. Never rejects. */
  request<T>(request: Request, { place, accept }: RequestOptions<T>): Promise<End<T>> {
    return new Promise((resolve) => {
      const job: Job = {
        id: this.#nextId++,
        request,
        place,
        attempts: 0,
        answer: (value) => resolve({ kind: 'answer', value: accept(value) }),
        fail: (failure) => resolve({ kind: 'failure', failure }),
      };
      if (this.#isClosed) job.fail(CLOSED);
      else this.#give(job);
    });
  }

  /** Ends all threads; requests that are under way fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const members = this.#members.splice(0);
    const jobs = [...members.flatMap((member) => member?.jobs.splice(0) ?? []), ...this.#waiting.splice(0)];
    for (const job of jobs) job.fail(CLOSED);
    await Promise.all(members.map((member) => member?.worker.terminate()));
  }

  /** Kills one worker as a fault would; for tests. */
  async kill(place: number): Promise<void> {
    await this.#members[place]?.worker.terminate();
  }

  #give(job: Job): void {
    const member = this.#memberFor(job.place);
    if (member === null) {
      if (this.#members.some((one) => one !== null)) this.#waiting.push(job);
      else job.fail(lost('no worker is left'));
      return;
    }
    member.jobs.push(job);
    job.attempts++;
    member.worker.ref();
    post(member, { kind: 'request', id: job.id, request: job.request });
  }

  /** The preferred one if it is idle, else the one with the least to do, if any has room. */
  #memberFor(place: number | undefined): Member | null {
    const preferred = place === undefined ? null : this.#members[place];
    let best = preferred ?? null;
    for (const member of this.#members) {
      if (member !== null && (best === null || member.jobs.length < best.jobs.length)) best = member;
    }
    return best !== null && best.jobs.length < this.#depth ? best : null;
  }

  #giveWaiting(): void {
    while (this.#memberFor(undefined) !== null) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#give(next);
    }
  }

  #enlist(place: number): void {
    const worker = new Worker(this.#url, { execArgv: [], workerData: this.#data });
    let isReady = (): void => {};
    let isLost = (_error: Error): void => {};
    const ready = new Promise<void>((resolve, reject) => {
      isReady = resolve;
      isLost = reject;
    });
    // Only `start` waits for it; a replacement that fails is seen by its exit.
    ready.catch(() => {});
    const member: Member = { worker, ready, isReady: false, jobs: [] };
    this.#members[place] = member;
    worker.on('message', (message: FromWorker) => {
      if (message.kind !== 'ready') {
        this.#finish(member, message);
        return;
      }
      member.isReady = true;
      // A pool does not keep its process alive; a request does, until it is answered.
      if (member.jobs.length === 0) worker.unref();
      isReady();
    });
    worker.on('error', (error) => isLost(error));
    worker.on('exit', () => {
      isLost(new InternalError(`a worker of ${this.#url} ended before it was ready`));
      if (!this.#isClosed) this.#replace(place, member);
    });
    for (const broadcast of this.#broadcasts.values()) post(member, { kind: 'broadcast', broadcast });
  }

  #finish(member: Member, message: Exclude<FromWorker, { kind: 'ready' }>): void {
    const [job] = member.jobs;
    // One that is being given up may still have said something.
    if (job?.id !== message.id) return;
    try {
      if (message.kind === 'answer') job.answer(message.value);
      else job.fail(message.failure);
    } catch {
      void member.worker.terminate();
      return;
    }
    member.jobs.shift();
    this.#giveWaiting();
    if (member.jobs.length === 0) member.worker.unref();
  }

  #replace(place: number, member: Member): void {
    this.deaths++;
    for (const job of member.jobs.splice(0).reverse()) {
      if (job.attempts < MAXIMUM_ATTEMPTS) this.#waiting.unshift(job);
      else job.fail(lost(`${MAXIMUM_ATTEMPTS} workers were lost on it`));
    }
    // One that could not even start would die again.
    if (member.isReady) this.#enlist(place);
    else this.#members[place] = null;
    this.#giveWaiting();
    if (this.#members.every((one) => one === null)) {
      for (const job of this.#waiting.splice(0)) job.fail(lost('no worker is left'));
    }
  }
}

function post(member: Member, message: ToWorker): void {
  member.worker.postMessage(message);
}

function lost(message: string): TaskFailure {
  return { code: 'worker-died', message, keys: [] };
}

const CLOSED: TaskFailure = { code: 'closed', message: 'the executor was closed', keys: [] };
