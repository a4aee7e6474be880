/** Ether alone: independent transfers, one payer's many, many payers' into one account, and a chain of them. */
import { parseEther } from 'ethers';
import { createAccount, type Hex } from '../generator/account.ts';
import type { Draft } from '../generator/block.ts';
import { fund } from '../generator/chain.ts';
import { createPayer, type Stage, smallAmount } from '../generator/stage.ts';

const gasLimit = 21_000n;

/** Each from somebody to somebody, nobody twice. */
export async function etherTransfers(stage: Stage, count: number): Promise<Draft[]> {
  const drafts: Draft[] = [];
  for (let place = 0; place < count; place++) {
    const from = await createPayer(stage, `payer ${place}`);
    const to = await existingAddress(stage, `payee ${place}`);
    drafts.push({ kind: 'ether-transfer', from, to, value: smallAmount(stage), gasLimit });
  }
  return drafts;
}

/** One sender pays many: its nonces are known beforehand, and its balance covers them in any order. */
export async function payouts(stage: Stage, count: number): Promise<Draft[]> {
  const from = createAccount('payroll');
  await fund(stage.chain, from.address, parseEther(String(count)));
  const drafts: Draft[] = [];
  for (let place = 0; place < count; place++) {
    const to = await existingAddress(stage, `payee ${place}`);
    drafts.push({ kind: 'payout', from, to, value: smallAmount(stage), gasLimit });
  }
  return drafts;
}

/** Many pay into the wallet of an exchange, which spends nothing: credits commute. */
export async function deposits(stage: Stage, count: number): Promise<Draft[]> {
  const to = await existingAddress(stage, 'exchange');
  const drafts: Draft[] = [];
  for (let place = 0; place < count; place++) {
    const from = await createPayer(stage, `payer ${place}`);
    drafts.push({ kind: 'deposit', from, to, value: smallAmount(stage), gasLimit });
  }
  return drafts;
}

/** Everybody passes on what the one before sent, and has nothing else to pay it from. */
export async function etherChain(stage: Stage, count: number): Promise<Draft[]> {
  // More than a transfer's fee can be.
  const kept = parseEther('0.001');
  const first = createAccount('member 0');
  await fund(stage.chain, first.address, kept * BigInt(count + 1));
  return Array.from({ length: count }, (_, place) => ({
    kind: 'passed-on',
    from: createAccount(`member ${place}`),
    to: createAccount(`member ${place + 1}`).address,
    value: kept * BigInt(count - place),
    gasLimit,
  }));
}

async function existingAddress({ chain }: Stage, name: string): Promise<Hex> {
  const { address } = createAccount(name);
  await fund(chain, address, 1n);
  return address;
}
