/** Accounts that are warm when a transaction begins, or once it makes them: listing one alone never pays. */
import { executionHeader } from '../executor/block-context.ts';
import type { Ran } from '../executor/transaction-runner.ts';
import type { Address, BlockInput, Transaction } from '../input/block.ts';
import type { StateSource } from '../state/source.ts';
import type { ListRules } from './list-rules.ts';

export type WarmRole =
  | 'sender'
  | 'receiver'
  | 'fee-recipient'
  | 'precompile'
  | 'authority'
  | 'delegate'
  | 'created';

/** How the role is called in a sentence. */
export const ROLE_WORDS: Readonly<Record<WarmRole, string>> = {
  sender: 'the sender',
  receiver: 'the receiver',
  'fee-recipient': 'the fee recipient (EIP-3651)',
  precompile: 'a precompile',
  authority: 'an account that the transaction sets a delegation of (EIP-7702)',
  delegate: 'what the receiver delegates to (EIP-7702)',
  created: 'a contract that the transaction creates',
};

export interface RoleContext {
  readonly input: BlockInput;
  readonly rules: ListRules;
  /** What the transaction finds; where it is not known, roles that follow from it are not seen. */
  readonly state: StateSource;
  /** `null`: it was not run. */
  readonly result: Ran | null;
}

/** The roles of accounts that are warm anyway; the most telling one of each. */
export function warmRoles(transaction: Transaction, context: RoleContext): Map<Address, WarmRole> {
  const { input, rules, state, result } = context;
  const { from, to, authorizationList } = transaction;
  const roles = new Map<Address, WarmRole>();
  if (rules.isFeeRecipientWarm && input.block !== null) {
    roles.set(executionHeader(input).feeRecipient, 'fee-recipient');
  }
  for (const { address, code, isCreated } of result?.diff ?? []) {
    if (isCreated && code !== undefined) roles.set(address, 'created');
  }
  const created = result?.contractAddress ?? null;
  if (created !== null) roles.set(created, 'created');
  for (const precompile of rules.precompiles) roles.set(precompile, 'precompile');
  const delegate = to === null ? null : delegateOf(to, transaction, state);
  if (rules.hasDelegations && delegate !== null) roles.set(delegate, 'delegate');
  for (const { authority } of authorizationList) if (authority !== null) roles.set(authority, 'authority');
  roles.set(from, 'sender');
  if (to !== null) roles.set(to, 'receiver');
  return roles;
}

/** What an account delegates to when the transaction's message begins; `null` for none, or not known. */
function delegateOf(
  account: Address,
  { authorizationList }: Transaction,
  state: StateSource,
): Address | null {
  const own = authorizationList.findLast(({ authority }) => authority === account);
  if (own !== undefined) return own.address;
  return delegationIn(state.account(account)?.code);
}

/** The address that code delegates to (EIP-7702). */
function delegationIn(code: Uint8Array | undefined): Address | null {
  if (code === undefined || code.length !== 23) return null;
  if (code[0] !== 0xef || code[1] !== 0x01 || code[2] !== 0x00) return null;
  return `0x${Buffer.from(code.subarray(3)).toString('hex')}`;
}
