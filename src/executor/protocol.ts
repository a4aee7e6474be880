/** The messages between the main thread and its workers; both sides import this file and nothing else of each other. */
import type { TransferListItem } from 'node:worker_threads';
import type { Address, BlockInput } from '../input/block.ts';
import type { StateKey } from '../state/key.ts';
import type { AccountState } from '../state/source.ts';
import type { Batch } from './dispatch/batch.ts';
import type { ListedRange } from './dispatch/listed-runner.ts';
import type { EngineKind } from './engine-kind.ts';

/** What a worker is started with. */
export interface WorkerData {
  /** Which of the pool's workers it is, or replaces. */
  readonly place: number;
  readonly engine: EngineKind;
  /** Of a `WorkerControl`. */
  readonly control: SharedArrayBuffer;
}

/** What can be asked, by kind. A request may be sent again to another worker, so its buffers are not given away. */
export interface RequestBodies {
  /** Answered with a `BatchAnswer`. */
  readonly batch: Batch;
  /** Of a block that is run by its access list; answered with a `BatchAnswer`. */
  readonly listed: ListedRange;
  /** A batch of signatures, answered with their signers; see `signature-batch.ts`. */
  readonly signatures: Uint8Array;
}

export type RequestKind = keyof RequestBodies;

/** One request; its kind says who answers it. */
export type Request<Kind extends RequestKind = RequestKind> = {
  readonly [K in Kind]: { readonly kind: K; readonly body: RequestBodies[K] };
}[Kind];

/** What all following requests have in common; the last one of each kind holds. */
export interface BlockBroadcast {
  readonly kind: 'block';
  /** Without transactions: they come with their batches. */
  readonly input: BlockInput;
  /** The accounts of precompiles as far as they are known: whoever calls one looks at it, which is no access. */
  readonly precompiles: ReadonlyMap<Address, AccountState | null>;
  /** Of a block that is run by its access list; see `dispatch/listed-block.ts`. */
  readonly listed?: SharedArrayBuffer;
  /** Runs are timed, and the times sent with the answers. Default: false. */
  readonly isTraced?: boolean;
}

export type Broadcast = BlockBroadcast;

/** What a request came to. */
export interface Answer {
  readonly value: unknown;
  /** Buffers of the value that go to the other side rather than being copied. */
  readonly transfer?: readonly TransferListItem[];
}

/** What the one who answers a request has to do with the main thread meanwhile. */
export interface RequestContext {
  /** Says that it has come further; to be called at each transaction, or whatever takes about as long. */
  readonly advance: () => void;
  /** Nobody wants the answer any more: any will do. */
  readonly isCancelled: () => boolean;
}

/** Those who answer, in a worker. An error that one throws is the request's failure. */
export type RequestHandlers = {
  readonly [K in RequestKind]: (body: RequestBodies[K], context: RequestContext) => Answer | Promise<Answer>;
};

/** `id` counts a worker's requests from 0. */
export type ToWorker =
  | { readonly kind: 'broadcast'; readonly broadcast: Broadcast }
  | { readonly kind: 'request'; readonly id: number; readonly request: Request };

/** Why a task has no result: a property of the task, not of the worker, so another worker would not help. */
export interface TaskFailure {
  readonly code: string;
  readonly message: string;
  /** `missing-state` only. */
  readonly keys: readonly StateKey[];
}

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: TaskFailure };
