/** Somebody pays somebody else ether, nobody twice. */
import { createAccount } from '../../generator/account.ts';
import { fund } from '../../generator/chain.ts';
import { createPayer, type Stage, smallAmount } from '../../generator/stage.ts';
import type { DraftAt } from '../workload.ts';

export const transferGas = 21_000n;

/** What most calm transactions of a block are. */
export function etherTransferAt(stage: Stage): DraftAt {
  return async (place) => {
    const from = await createPayer(stage, `payer ${place}`);
    const { address: to } = createAccount(`payee ${place}`);
    await fund(stage.chain, to, 1n);
    return { kind: 'ether-transfer', from, to, value: smallAmount(stage), gasLimit: transferGas };
  };
}
