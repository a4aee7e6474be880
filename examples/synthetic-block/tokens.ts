/** ERC-20 tokens: independent transfers of one token, and debits of one holder. */
import { MaxUint256, parseEther } from 'ethers';
import { createAccount } from '../generator/account.ts';
import type { Draft } from '../generator/block.ts';
import { call, encodeCall } from '../generator/chain.ts';
import { createPayer, deployToken, give, type Stage, smallAmount } from '../generator/stage.ts';

const gasLimit = 90_000n;

/** One token, each time other people; half of the receivers have it already. */
export async function tokenTransfers(stage: Stage, count: number): Promise<Draft[]> {
  const token = await deployToken(stage, 'Calm');
  const drafts: Draft[] = [];
  for (let place = 0; place < count; place++) {
    const from = await createPayer(stage, `token sender ${place}`);
    const receiver = createAccount(`token receiver ${place}`);
    await give(stage, token, from);
    if (stage.random.chance(0.5)) await give(stage, token, receiver);
    const data = encodeCall(token, 'transfer', [receiver.address, smallAmount(stage)]);
    drafts.push({ kind: 'token-transfer', from, to: token.address, data, gasLimit });
  }
  return drafts;
}

/**
 * Many people each take tokens of one treasury, for somebody new: all of them write the slot of its balance,
 * and nothing else in common.
 */
export async function treasuryDebits(stage: Stage, count: number): Promise<Draft[]> {
  const { chain, deployer } = stage;
  const token = await deployToken(stage, 'Hot');
  const treasury = createAccount('treasury');
  await call(chain, deployer, token, 'transfer', [treasury.address, parseEther(String(count))]);
  const drafts: Draft[] = [];
  for (let place = 0; place < count; place++) {
    const from = await createPayer(stage, `spender ${place}`);
    await call(chain, treasury, token, 'approve', [from.address, MaxUint256]);
    const { address } = createAccount(`token receiver ${place}`);
    const data = encodeCall(token, 'transferFrom', [treasury.address, address, smallAmount(stage)]);
    drafts.push({ kind: 'treasury-debit', from, to: token.address, data, gasLimit });
  }
  return drafts;
}
