/** A source that starts empty over a state that is there, and counts what it is asked for. */

import type { Hex } from '../../src/input/block.ts';
import { type FetchingState, fetchingState, type StateRequest } from '../../src/state/fetching.ts';
import type { StateSource } from '../../src/state/source.ts';

/** @param hashOf - Of earlier blocks; without it the source does not know any. */
export function slowSource(
  whole: StateSource,
  hashOf?: (number: bigint) => Hex,
): FetchingState & { readonly requests: readonly StateRequest[] } {
  const requests: StateRequest[] = [];
  const source = fetchingState(async (request) => {
    requests.push(request);
    await Promise.resolve();
    return {
      accounts: request.accounts.map((address) => {
        const account = whole.account(address) ?? null;
        return account === null ? null : { ...account, hasStorage: whole.hasStorage?.(address) === true };
      }),
      slots: request.slots.map(({ address, slot }) => whole.storage(address, slot) ?? 0n),
      ...(hashOf !== undefined && { blockHashes: request.blocks.map(hashOf) }),
    };
  });
  const blockHash = (number: bigint) => source.known.blockHashes.get(number);
  return { ...source, ...(hashOf !== undefined && { blockHash }), requests };
}
