/** A source in which equal codes are one array, over all blocks; accounts are asked for once. */
import type { Address } from '../../input/block.ts';
import type { AccountState, StateSource } from '../../state/source.ts';
import type { CodeStore } from './code-store.ts';

export function withSharedCode(source: StateSource, codes: CodeStore): StateSource {
  const accounts = new Map<Address, AccountState | null>();
  const account = (address: Address): AccountState | null | undefined => {
    let known = accounts.get(address);
    if (known !== undefined) return known;
    const found = source.account(address);
    if (found === undefined) return undefined;
    known = found === null || found.code.length === 0 ? found : { ...found, code: codes.shared(found.code) };
    accounts.set(address, known);
    return known;
  };
  const { code, hasStorage, blockHash, load, foresee } = source;
  return {
    account,
    storage: (address, slot) => source.storage(address, slot),
    ...(code !== undefined && { code: (address: Address) => code.call(source, address) }),
    ...(hasStorage !== undefined && { hasStorage: (address: Address) => hasStorage.call(source, address) }),
    ...(blockHash !== undefined && { blockHash: (number: bigint) => blockHash.call(source, number) }),
    ...(load !== undefined && { load: (keys) => load.call(source, keys) }),
    ...(foresee !== undefined && { foresee: (input) => foresee.call(source, input) }),
  };
}
