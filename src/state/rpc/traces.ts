/**
 * The pre-state of a mined block as the node's own tracer saw it: one request instead of many rounds.
 *
 * Each transaction's trace is the state before that transaction, so the first word on anything counts. That holds
 * for what transactions change, and only where it is known which: the tracer leaves out accounts that are empty,
 * and one that an early transaction makes would be taken, from a later trace, to have been there before. So the
 * traces are asked for twice, in diff mode too, which says what was made; a node that has no diff mode gives hints.
 * Accounts that the block itself changes (fee recipient, system contracts, receivers of withdrawals) are left out.
 */
import type { Address, BlockInput, Hex } from '../../input/block.ts';
import type { KnownState } from '../fetching.ts';
import { accountKey, addressOf, type StateKey, storageKey } from '../key.ts';
import { mergeSnapshots } from '../prestate.ts';
import type { Snapshot } from '../snapshot.ts';
import { ownStepKeys } from '../system-calls.ts';
import { anyCall } from './calls.ts';
import type { JsonRpcNode } from './json-rpc.ts';

/** What the traces come to. */
export interface TracedState {
  readonly known: KnownState;
  /** What they name and do not vouch for. */
  readonly hints: readonly StateKey[];
}

/** `null` where the node does not trace the block, or writes traces that cannot be read. */
export async function tracedState(node: JsonRpcNode, input: BlockInput): Promise<TracedState | null> {
  const { block, transactions } = input;
  if (block === null || block.hash === null || transactions.length === 0) return null;
  const method = 'debug_traceBlockByHash';
  const tracer = 'prestateTracer';
  const [before, changed] = await node.tryAsking([
    anyCall(method, [block.hash, { tracer }]),
    anyCall(method, [block.hash, { tracer, tracerConfig: { diffMode: true } }]),
  ]);
  if (!isTraceOf(before, transactions.length)) return null;
  const source = method;
  const hasChanges = isTraceOf(changed, transactions.length) && changed.every(isDiff);
  try {
    if (!hasChanges) {
      const named = mergeSnapshots([{ value: before, source }], { partial: true });
      return { known: NOTHING, hints: keysOf(named) };
    }
    const documents = [changed, before].map((value) => ({ value, source }));
    return sorted(mergeSnapshots(documents, { partial: true }), untrusted(input, block.feeRecipient));
  } catch {
    return null;
  }
}

const NOTHING: KnownState = { accounts: new Map(), slots: new Map(), blockHashes: new Map() };

function isTraceOf(value: unknown, length: number): value is readonly unknown[] {
  return Array.isArray(value) && value.length === length;
}

function isDiff(entry: unknown): boolean {
  const { result } = (entry ?? {}) as { readonly result?: unknown };
  const { pre, post } = (result ?? {}) as { readonly pre?: unknown; readonly post?: unknown };
  return typeof pre === 'object' && typeof post === 'object';
}

/** Accounts whose changes are not, or not only, those of transactions. */
function untrusted(input: BlockInput, feeRecipient: Address): ReadonlySet<Address> {
  return new Set([feeRecipient, ...ownStepKeys(input).map(addressOf)]);
}

function sorted(traced: Snapshot, left: ReadonlySet<Address>): TracedState {
  const accounts = new Map<Address, (ReturnType<Snapshot['account']> & object) | null>();
  const slots = new Map<StateKey, bigint>();
  const hints: StateKey[] = [];
  for (const address of traced.absent) if (!left.has(address)) accounts.set(address, null);
  for (const [address, { storage }] of traced.accounts) {
    const account = traced.account(address);
    if (left.has(address) || account === undefined) {
      hints.push(accountKey(address, 'balance'));
      for (const slot of storage.keys()) hints.push(storageKey(address, slot));
      continue;
    }
    accounts.set(address, account === null || isEmpty(account) ? null : account);
    for (const [slot, value] of storage) slots.set(storageKey(address, slot), value);
  }
  return { known: { accounts, slots, blockHashes: new Map<bigint, Hex>() }, hints };
}

function isEmpty({ balance, nonce, code }: { balance: bigint; nonce: bigint; code: Uint8Array }): boolean {
  return balance === 0n && nonce === 0n && code.length === 0;
}

function keysOf({ accounts }: Snapshot): StateKey[] {
  return [...accounts].flatMap(([address, { storage }]) => [
    accountKey(address, 'balance'),
    ...[...storage.keys()].map((slot) => storageKey(address, slot)),
  ]);
}
