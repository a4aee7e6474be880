/** Somebody pays somebody else tokens; half of the receivers have some already. */
import { createAccount } from '../../generator/account.ts';
import { type Contract, encodeCall } from '../../generator/chain.ts';
import { createPayer, give, type Stage, smallAmount } from '../../generator/stage.ts';
import type { DraftAt } from '../workload.ts';

export function tokenTransferAt(stage: Stage, token: Contract, gasLimit = 90_000n): DraftAt {
  return async (place) => {
    const from = await createPayer(stage, `token sender ${place}`);
    const receiver = createAccount(`token receiver ${place}`);
    await give(stage, token, from);
    if (stage.random.chance(0.5)) await give(stage, token, receiver);
    const data = encodeCall(token, 'transfer', [receiver.address, smallAmount(stage)]);
    return { kind: 'token-transfer', from, to: token.address, data, gasLimit };
  };
}
