/**
 * Whether two runs of a transaction did the same. Another list changes what gas costs, and so the balances of the
 * sender and of the fee recipient; whatever else differs, differs because the code looks at the gas that is left.
 */
import { executionHeader } from '../executor/block-context.ts';
import type { Ran } from '../executor/transaction-runner.ts';
import type { Address, BlockInput, Transaction } from '../input/block.ts';
import type { StateSource } from '../state/source.ts';

/** What the run came to, as text, as if its gas had cost nothing. */
export function outcomeOf(
  { isSuccess, contractAddress, logs, diff, gasUsed }: Ran,
  transaction: Transaction,
  { input, state }: { readonly input: BlockInput; readonly state: StateSource },
): string {
  const { feeRecipient, baseFeePerGas } = executionHeader(input);
  const { price, tip } = feesOf(transaction, baseFeePerGas ?? 0n);
  const owed = new Map<Address, bigint>();
  const add = (address: Address, amount: bigint): void =>
    void owed.set(address, (owed.get(address) ?? 0n) + amount);
  add(transaction.from, gasUsed * price);
  add(feeRecipient, -gasUsed * tip);
  const changes = new Map<Address, unknown>();
  for (const { address, slots, balance, ...rest } of diff) {
    const before = state.account(address)?.balance ?? 0n;
    const change = (balance ?? before) - before + (owed.get(address) ?? 0n);
    changes.set(address, [change, rest, [...slots].sort(([a], [b]) => (a < b ? -1 : 1))]);
  }
  // Without an entry its balance did not change, which is a change if gas was paid.
  for (const [address, amount] of owed) {
    if (!changes.has(address) && amount !== 0n) changes.set(address, [amount]);
  }
  const accounts = [...changes].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([isSuccess, contractAddress, logs, accounts], plain);
}

function feesOf(
  { type, maxFeePerGas, maxPriorityFeePerGas }: Transaction,
  baseFee: bigint,
): { readonly price: bigint; readonly tip: bigint } {
  const most = maxFeePerGas - baseFee;
  const tip = type < 2 || most < maxPriorityFeePerGas ? most : maxPriorityFeePerGas;
  return { price: baseFee + tip, tip };
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}`;
  return ArrayBuffer.isView(value) ? Buffer.from(value as Uint8Array).toString('hex') : value;
}
