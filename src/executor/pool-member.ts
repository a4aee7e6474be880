/** One worker thread with what it was asked and has not answered yet; the pool decides who gets what. */
import { Worker } from 'node:worker_threads';
import { InternalError } from '../errors.ts';
import type { FaultKind } from './fault.ts';
import type { PoolOptions } from './pool-options.ts';
import type { Broadcast, FromWorker, Request, TaskFailure, ToWorker, WorkerData } from './protocol.ts';
import { WorkerControl } from './worker-control.ts';

/** A request on its way; it ends once, whatever is said of it afterwards. */
export interface Job {
  readonly request: Request;
  readonly place: number | undefined;
  /** It is for the worker of this place, and this one only. */
  readonly isPinned: boolean;
  readonly group: symbol | undefined;
  /** How often it was given out. */
  attempts: number;
  isEnded: boolean;
  /** Takes an answer; throws if it is garbage. */
  readonly answer: (value: unknown) => void;
  readonly fail: (failure: TaskFailure) => void;
}

export interface MemberOptions extends Required<Omit<PoolOptions, 'workers' | 'maxFaults'>> {
  /** It is ready, or has answered: it has more room than before. */
  readonly onRoom: () => void;
  /** It is of no use any more; said once. Its jobs are for others. */
  readonly onLost: (member: PoolMember, kind: FaultKind, message: string) => void;
}

export class PoolMember {
  readonly place: number;
  /** Settles when the thread can take requests, or never will. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #control: WorkerControl;
  readonly #options: MemberOptions;
  /** Unanswered, in the order of the answers. */
  readonly #jobs: Job[] = [];
  /** Number of the first of them; a worker's requests are counted from 0. */
  #first = 0;
  #isReady = false;
  #isLost = false;
  #becomeReady: () => void = () => {};
  #neverReady: (error: Error) => void = () => {};
  #seenProgress = 0;
  #stillMs = 0;

  constructor(place: number, options: MemberOptions) {
    this.place = place;
    this.#options = options;
    this.#control = WorkerControl.create(options.depth);
    this.ready = new Promise<void>((resolve, reject) => {
      this.#becomeReady = resolve;
      this.#neverReady = reject;
    });
    // Only a pool that starts waits for it; a replacement that fails is seen by its fault.
    this.ready.catch(() => {});
    const workerData: WorkerData = { place, engine: options.engine, control: this.#control.buffer };
    this.#worker = new Worker(options.workerUrl, {
      execArgv: [],
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: options.memoryLimitMb },
    });
    this.#worker.on('message', (message: unknown) => this.#receive(message));
    this.#worker.on('messageerror', (error) => this.lose('garbage', error.message));
    this.#worker.on('error', (error) => {
      const isFull = (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.lose(isFull ? 'out-of-memory' : 'crashed', messageOf(error));
    });
    this.#worker.on('exit', (code) => this.lose('killed', `it ended with code ${code}`));
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** How much it has to do; one that still has to start comes behind. */
  get load(): number {
    return this.#jobs.length + (this.#isReady ? 0 : 1);
  }

  get hasRoom(): boolean {
    return this.#jobs.length < this.#options.depth;
  }

  /** How often what it is at was given out; 0 without anything. */
  get attempt(): number {
    return this.#jobs[0]?.attempts ?? 0;
  }

  give(job: Job): void {
    if (this.#jobs.length === 0) this.#worker.ref();
    this.#stillMs = 0;
    job.attempts++;
    this.#post({ kind: 'request', id: this.#first + this.#jobs.length, request: job.request });
    this.#jobs.push(job);
  }

  broadcast(broadcast: Broadcast): void {
    this.#post({ kind: 'broadcast', broadcast });
  }

  /** Lets a pool that has nothing to do end with its process. */
  unref(): void {
    this.#worker.unref();
  }

  /** Fails those of its jobs that are meant; the worker stops at them as soon as it can. */
  cancel(isMeant: (job: Job) => boolean, failure: TaskFailure): void {
    for (const [i, job] of this.#jobs.entries()) {
      if (job.isEnded || !isMeant(job)) continue;
      this.#control.cancel(this.#first + i);
      job.fail(failure);
    }
  }

  /** Takes away the jobs that have not ended. */
  release(): Job[] {
    return this.#jobs.splice(0).filter((job) => !job.isEnded);
  }

  /** To be called every `periodMs`, with a turn of the event loop between. Loses a worker that does not move. */
  check(periodMs: number): void {
    if (!this.isWatched) return;
    const { progress } = this.#control;
    this.#stillMs = progress === this.#seenProgress ? this.#stillMs + periodMs : 0;
    this.#seenProgress = progress;
    const { hangTimeoutMs, startTimeoutMs } = this.#options;
    const patienceMs = this.#isReady ? hangTimeoutMs : startTimeoutMs;
    if (this.#stillMs > patienceMs) this.lose('hung', `no sign of life for ${patienceMs} ms`);
  }

  /** Whether it has something to do that it could hang at. */
  get isWatched(): boolean {
    return !this.#isLost && (this.#jobs.length > 0 || !this.#isReady);
  }

  /** Gives the worker up. */
  lose(kind: FaultKind, message: string): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#neverReady(new InternalError(`a worker of ${this.#options.workerUrl} did not start: ${message}`));
    this.#options.onLost(this, this.#isReady ? kind : 'not-started', message);
  }

  /** Ends the thread, and says nothing of it any more. */
  async end(): Promise<void> {
    this.#isLost = true;
    await this.#worker.terminate();
  }

  /** Kills the thread as a fault would; for tests. */
  async kill(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: unknown): void {
    if (this.#isLost) return;
    const said = fromWorker(message);
    if (said === null || (said.kind === 'ready') === this.#isReady) {
      this.lose('garbage', 'it said something out of place');
    } else if (said.kind === 'ready') {
      this.#isReady = true;
      this.#stillMs = 0;
      // A pool does not keep its process alive; a request does, until it is answered.
      if (this.#jobs.length === 0) this.#worker.unref();
      this.#becomeReady();
      this.#options.onRoom();
    } else {
      this.#settle(said);
    }
  }

  #settle(said: Exclude<FromWorker, { kind: 'ready' }>): void {
    const [job] = this.#jobs;
    if (job === undefined || said.id !== this.#first) {
      this.lose('garbage', 'it answered what it was not asked');
      return;
    }
    try {
      if (job.isEnded) {
        // It was cancelled.
      } else if (said.kind === 'answer') job.answer(said.value);
      else job.fail(said.failure);
    } catch (error) {
      this.lose('garbage', messageOf(error));
      return;
    }
    this.#jobs.shift();
    this.#first++;
    this.#stillMs = 0;
    this.#options.onRoom();
    if (this.#jobs.length === 0) this.#worker.unref();
  }
}

/** A message as one of those that there are, or `null`. What an answer holds is for whoever asked to judge. */
function fromWorker(message: unknown): FromWorker | null {
  if (typeof message !== 'object' || message === null) return null;
  const { kind, id, failure } = message as { kind?: unknown; id?: unknown; failure?: unknown };
  if (kind === 'ready') return { kind };
  if (typeof id !== 'number') return null;
  if (kind === 'answer') return message as FromWorker;
  return kind === 'failure' && isFailure(failure) ? { kind, id, failure } : null;
}

function isFailure(value: unknown): value is TaskFailure {
  if (typeof value !== 'object' || value === null) return false;
  const { code, message, keys } = value as { code?: unknown; message?: unknown; keys?: unknown };
  return typeof code === 'string' && typeof message === 'string' && Array.isArray(keys);
}

function messageOf(error: unknown): string {
  return String((error as { message?: unknown } | null)?.message ?? error);
}
