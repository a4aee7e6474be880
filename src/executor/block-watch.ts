/** Who wants a block executed: whether they still do, and what they are told on the way. */
import type { TraceRecorder } from './trace.ts';
import type { RunResult } from './transaction-runner.ts';

export interface BlockWatch {
  /** Aborted when nobody wants the block any more; execution then stops soon, and throws. */
  readonly signal: AbortSignal;
  /** A result became final. */
  readonly onCommit: (result: RunResult) => void;
  /** A deferred transaction was derived again, and may start after its predecessors. */
  readonly onResolve: (transaction: number) => void;
  /** Takes down when what ran where. Default: nobody does. */
  readonly trace?: TraceRecorder;
}

/** For what nobody looks at, and what runs to its end. */
export const UNWATCHED: BlockWatch = {
  signal: new AbortController().signal,
  onCommit: () => {},
  onResolve: () => {},
};
