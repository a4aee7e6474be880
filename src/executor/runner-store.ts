/** Runners for each chain and hardfork that was met, up to a limit: those that were not used for longest go. */
import type { EngineKind } from './engine-kind.ts';
import { TransactionRunner } from './transaction-runner.ts';

/** Each has tables and hashes of its own, some megabytes. */
const MAXIMUM_RUNNERS = 16;

export class RunnerStore {
  readonly #runners = new Map<string, TransactionRunner>();
  readonly #kind: EngineKind;

  constructor(kind: EngineKind) {
    this.#kind = kind;
  }

  /** Runners that are kept. */
  get size(): number {
    return this.#runners.size;
  }

  async runnerOf(rules: Parameters<typeof TransactionRunner.create>[0]): Promise<TransactionRunner> {
    const name = `${rules.chainId} ${rules.hardfork}`;
    let runner = this.#runners.get(name);
    runner ??= await TransactionRunner.create(rules, this.#kind);
    // The last one in the map is the one that was used last.
    this.#runners.delete(name);
    this.#runners.set(name, runner);
    for (const oldest of this.#runners.keys()) {
      if (this.#runners.size <= MAXIMUM_RUNNERS) break;
      this.#runners.delete(oldest);
    }
    return runner;
  }
}
