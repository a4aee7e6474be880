/** What the workers have to know of a block as a whole. */
import type { Address } from '../../input/block.ts';
import type { AccountState } from '../../state/source.ts';
import { executionHeader } from '../block-context.ts';
import type { OpenedBlock } from '../block-run.ts';
import type { BlockBroadcast } from '../protocol.ts';

/** @param precompiles - Their addresses. */
export function blockBroadcast(
  { input, state }: OpenedBlock,
  precompiles: readonly Address[],
): BlockBroadcast {
  const accounts = new Map<Address, AccountState | null>();
  for (const address of precompiles) {
    const account = state.account(address);
    if (account !== undefined) accounts.set(address, account);
  }
  const header = { ...executionHeader(input), withdrawals: null, uncles: [] };
  return { kind: 'block', input: { ...input, block: header, transactions: [] }, precompiles: accounts };
}
