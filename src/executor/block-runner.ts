/** Runs tasks of one block after another; keeps an engine for each chain and hardfork that it has met. */
import type { BlockData } from './block-data.ts';
import type { EngineKind } from './engine-kind.ts';
import { type ExecutionState, receivedState } from './execution-state.ts';
import type { Task, TaskFailure } from './protocol.ts';
import { PatchedState } from './state-patch.ts';
import { type RunResult, TransactionRunner } from './transaction-runner.ts';

/** What a worker does, and what the main thread does in a worker's place. */
export class BlockRunner {
  readonly #runners = new Map<string, TransactionRunner>();
  #runner: TransactionRunner | null = null;
  #state: ExecutionState = { account: () => null, storage: () => 0n };

  readonly #kind: EngineKind;

  constructor(kind: EngineKind) {
    this.#kind = kind;
  }

  async setBlock({ input, state }: BlockData): Promise<void> {
    this.#runner = await this.runnerOf(input);
    this.#runner.setBlock(input);
    this.#state = receivedState(state);
  }

  async run({ transaction, patch, recordOrigins }: Task): Promise<RunResult> {
    if (this.#runner === null) throw new Error('a task came before its block');
    return this.#runner.run(transaction, new PatchedState(this.#state, patch), { recordOrigins });
  }

  async runnerOf(rules: Parameters<typeof TransactionRunner.create>[0]): Promise<TransactionRunner> {
    const name = `${rules.chainId} ${rules.hardfork}`;
    let runner = this.#runners.get(name);
    if (runner === undefined) {
      runner = await TransactionRunner.create(rules, this.#kind);
      this.#runners.set(name, runner);
    }
    return runner;
  }
}

/** An error as plain data. */
export function describeFailure(error: unknown): TaskFailure {
  const { code, message, keys } = error as { code?: unknown; message?: unknown; keys?: unknown };
  return {
    code: typeof code === 'string' ? code : 'internal-error',
    message: typeof message === 'string' ? message : String(error),
    keys: Array.isArray(keys) ? keys : [],
  };
}
