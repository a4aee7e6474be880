/** A way to write a contract, as a workload: some call it, and the others pay each other ether. */
import type { Account } from '../../generator/account.ts';
import type { Draft } from '../../generator/block.ts';
import { type Contract, encodeCall } from '../../generator/chain.ts';
import { createPayer, type Stage } from '../../generator/stage.ts';
import { etherTransferAt } from '../payments/ether-transfer.ts';
import { draftMix, type Workload } from '../workload.ts';

/** A call of the contract by somebody of their own. */
interface PatternCall {
  readonly method: string;
  readonly args?: readonly unknown[];
  readonly value?: bigint;
}

interface Pattern {
  readonly name: string;
  readonly title: string;
  readonly gasLimit: bigint;
  readonly deploy: (stage: Stage) => Promise<Contract>;
  /** Prepares what this caller needs, and says what is called. */
  readonly callOf: (stage: Stage, contract: Contract, caller: Account, place: number) => Promise<PatternCall>;
}

/** Contention is the share of the transactions that call the contract. */
export function patternWorkload({ name, title, gasLimit, deploy, callOf }: Pattern): Workload {
  const draft: Workload['draft'] = async (stage, load) => {
    const contract = await deploy(stage);
    const hot = async (place: number): Promise<Draft> => {
      const from = await createPayer(stage, `caller ${place}`);
      const { method, args = [], value = 0n } = await callOf(stage, contract, from, place);
      const data = encodeCall(contract, method, args);
      return { kind: name, from, to: contract.address, data, value, gasLimit };
    };
    return draftMix(stage, load, hot, etherTransferAt(stage));
  };
  return { name, title, origin: 'written for the example', draft };
}
