/** Runners for each chain and hardfork that was met. */
import type { EngineKind } from './engine-kind.ts';
import { TransactionRunner } from './transaction-runner.ts';

export class RunnerStore {
  readonly #runners = new Map<string, TransactionRunner>();
  readonly #kind: EngineKind;

  constructor(kind: EngineKind) {
    this.#kind = kind;
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
