/**
 * Worker threads, started once and kept warm. A worker that dies is replaced, and its task is given out again
 * with its input unchanged; nothing that a task does can be half done.
 */
import { serialize } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { InternalError } from '../errors.ts';
import { DEFAULT_ENGINE, type EngineKind } from './engine-kind.ts';
import type { BlockData, FromWorker, Task, TaskFailure, ToWorker, WorkerData } from './protocol.ts';
import type { RunResult } from './transaction-runner.ts';

export interface PoolOptions {
  readonly workers: number;
  /** Entry of the threads. Default: the built `worker.js` beside this file. */
  readonly workerUrl?: URL;
  /** Default: `DEFAULT_ENGINE`. */
  readonly engine?: EngineKind;
}

/** A task's end: a result, or why there is none. */
export type TaskEnd =
  | { readonly kind: 'result'; readonly result: RunResult }
  | { readonly kind: 'failure'; readonly failure: TaskFailure };

/** How often a task is given out again because its worker died. */
const MAXIMUM_ATTEMPTS = 3;

interface Job {
  readonly id: number;
  readonly task: Task;
  attempts: number;
  readonly resolve: (end: TaskEnd) => void;
}

interface Member {
  readonly worker: Worker;
  readonly ready: Promise<void>;
  isReady: boolean;
  job: Job | null;
}

export class WorkerPool {
  readonly size: number;
  /** Workers that died and were replaced, since the pool began. */
  deaths = 0;
  readonly #url: URL;
  readonly #data: WorkerData;
  readonly #members: (Member | null)[];
  #waiting: Job[] = [];
  #block: SharedArrayBuffer | null = null;
  #nextId = 0;
  #isClosed = false;

  private constructor({ workers, workerUrl, engine = DEFAULT_ENGINE }: PoolOptions) {
    this.size = workers;
    this.#url = workerUrl ?? new URL('./worker.js', import.meta.url);
    this.#data = { engine };
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

  /** Sends what the following tasks have in common. */
  setBlock(data: BlockData): void {
    const bytes = serialize(data);
    const shared = new SharedArrayBuffer(bytes.length);
    new Uint8Array(shared).set(bytes);
    this.#block = shared;
    for (const member of this.#members) member?.worker.postMessage(blockMessage(shared));
  }

  /**
   * Runs a task on the first free worker, or after what that is busy with.
   *
   * @param place - A worker to prefer, from 0.
   */
  run(task: Task, place?: number): Promise<TaskEnd> {
    return new Promise((resolve) => {
      const job = { id: this.#nextId++, task, attempts: 0, resolve };
      const member = this.#freeMember(place);
      if (member !== null) this.#give(member, job);
      else if (this.#members.some((one) => one !== null)) this.#waiting.push(job);
      else resolve(diedEnd('no worker is left'));
    });
  }

  /** Ends all threads; tasks that are under way fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const members = this.#members.splice(0);
    for (const job of this.#waiting.splice(0)) job.resolve(closedEnd());
    for (const member of members) member?.job?.resolve(closedEnd());
    await Promise.all(members.map((member) => member?.worker.terminate()));
  }

  /** Kills one worker as a fault would; for tests. */
  async kill(place: number): Promise<void> {
    await this.#members[place]?.worker.terminate();
  }

  #freeMember(place: number | undefined): Member | null {
    const preferred = place === undefined ? null : this.#members[place];
    if (preferred?.job === null) return preferred;
    return this.#members.find((member) => member !== null && member.job === null) ?? null;
  }

  #give(member: Member, job: Job): void {
    member.job = job;
    job.attempts++;
    member.worker.ref();
    const message: ToWorker = { kind: 'task', id: job.id, task: job.task };
    member.worker.postMessage(message);
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
    const member: Member = { worker, ready, isReady: false, job: null };
    this.#members[place] = member;
    worker.on('message', (message: FromWorker) => {
      if (message.kind !== 'ready') {
        this.#finish(member, message);
        return;
      }
      member.isReady = true;
      // A pool does not keep its process alive; a task does, until it is done.
      if (member.job === null) worker.unref();
      isReady();
    });
    worker.on('error', (error) => isLost(error));
    worker.on('exit', () => {
      isLost(new InternalError(`a worker of ${this.#url} ended before it was ready`));
      if (!this.#isClosed) this.#replace(place, member);
    });
    if (this.#block !== null) worker.postMessage(blockMessage(this.#block));
  }

  #finish(member: Member, message: Exclude<FromWorker, { kind: 'ready' }>): void {
    const { job } = member;
    if (job === null || job.id !== message.id) return;
    member.job = null;
    const next = this.#waiting.shift();
    if (next === undefined) member.worker.unref();
    else this.#give(member, next);
    job.resolve(message);
  }

  #replace(place: number, lost: Member): void {
    this.deaths++;
    const { job } = lost;
    if (job !== null) {
      if (job.attempts < MAXIMUM_ATTEMPTS) this.#waiting.unshift(job);
      else job.resolve(diedEnd(`${MAXIMUM_ATTEMPTS} workers died on it`));
    }
    // One that could not even start would die again.
    if (lost.isReady) this.#enlist(place);
    else this.#members[place] = null;
    const member = this.#freeMember(place);
    const next = member === null ? undefined : this.#waiting.shift();
    if (member !== null && next !== undefined) this.#give(member, next);
    if (this.#members.every((one) => one === null)) {
      for (const waiting of this.#waiting.splice(0)) waiting.resolve(diedEnd('no worker is left'));
    }
  }
}

function blockMessage(data: SharedArrayBuffer): ToWorker {
  return { kind: 'block', data };
}

function diedEnd(message: string): TaskEnd {
  return { kind: 'failure', failure: { code: 'worker-died', message, keys: [] } };
}

function closedEnd(): TaskEnd {
  return { kind: 'failure', failure: { code: 'closed', message: 'the executor was closed', keys: [] } };
}
