/** What geth's `prestateTracer` says of a block, made by executing it here. */
import { BlockRun, openBlock } from '../../../src/executor/block-run.ts';
import { TransactionRunner } from '../../../src/executor/transaction-runner.ts';
import type { Address, BlockInput } from '../../../src/input/block.ts';
import { parseKey, slotHex } from '../../../src/state/key.ts';
import type { AccountState, StateSource } from '../../../src/state/source.ts';

type AccountJson = Record<string, unknown>;
type Accounts = Record<string, AccountJson>;

export interface BlockTraces {
  /** Without and with `diffMode`, an entry for each transaction. */
  readonly plain: readonly unknown[];
  readonly diff: readonly unknown[];
}

/** As new versions of geth write it: accounts that are empty before a transaction are left out. */
export async function traceBlock(input: BlockInput, state: StateSource): Promise<BlockTraces> {
  const runner = await TransactionRunner.create(input, 'tuned');
  runner.setBlock(input);
  const run = new BlockRun(openBlock(input, state), runner);
  const plain: unknown[] = [];
  const diff: unknown[] = [];
  for (const [index, { hash: txHash }] of input.transactions.entries()) {
    const { current } = run;
    const result = await run.run(index, current, undefined);
    if (result.status !== 'ran') throw new Error(`transaction ${index} is invalid`);
    const before: Accounts = {};
    for (const key of result.observed.keys.keys()) {
      const { address, slot } = parseKey(key);
      const account = before[address] ?? accountJson(current.account(address) ?? null);
      before[address] = account;
      if (slot !== null) addSlot(account, slot, current.storage(address, slot) ?? 0n);
    }
    for (const [address, account] of Object.entries(before)) if (isEmpty(account)) delete before[address];
    const pre: Accounts = {};
    const changed = result.diff.map(({ address, slots }) => {
      const account = current.account(address) ?? null;
      const json = accountJson(account);
      for (const [slot] of slots) addSlot(json, slot, current.storage(address, slot) ?? 0n);
      if (!isEmpty(json)) pre[address] = json;
      return { address, slots };
    });
    run.commit(result, null);
    const post: Accounts = {};
    for (const { address, slots } of changed) post[address] = postJson(address, slots, run.current);
    plain.push({ txHash, result: before });
    diff.push({ txHash, result: { pre, post } });
  }
  return { plain, diff };
}

/** The tracer leaves out a nonce of zero and no code. */
function accountJson(account: AccountState | null): AccountJson {
  const { balance, nonce, code } = account ?? { balance: 0n, nonce: 0n, code: [] };
  return {
    balance: `0x${balance.toString(16)}`,
    ...(nonce > 0n && { nonce: Number(nonce) }),
    ...(code.length > 0 && { code: `0x${Buffer.from(code).toString('hex')}` }),
  };
}

function isEmpty({ balance, nonce, code }: AccountJson): boolean {
  return balance === '0x0' && nonce === undefined && code === undefined;
}

function addSlot(account: AccountJson, slot: bigint, value: bigint): void {
  account.storage = { ...(account.storage as object | undefined), [slotHex(slot)]: slotHex(value) };
}

function postJson(
  address: Address,
  slots: readonly (readonly [bigint, bigint])[],
  after: StateSource,
): AccountJson {
  const json = accountJson(after.account(address) ?? null);
  for (const [slot, value] of slots) if (value !== 0n) addSlot(json, slot, value);
  return json;
}
