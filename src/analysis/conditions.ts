/**
 * Conditions of inclusion (ERC-7796) as accesses. Whether a transaction may stand where it stands depends on the
 * slots that its conditions name, so it reads them: who writes one of them comes before or after it. Sets only grow
 * by that. What the EVM touches stays what it was, and so does the access list made for it.
 */
import type { Transaction, TransactionConditions } from '../input/block.ts';
import { type StateKey, storageKey } from '../state/key.ts';
import type { AccessMode, AccessSet, Region } from './access.ts';
import type { Knowledge } from './knowledge.ts';
import { REASONS, type Reason } from './reason.ts';
import type { Status } from './result.ts';
import type { Derivation } from './transaction.ts';
import { entryOf } from './transaction.ts';

/** A derivation as far as conditions change it. */
type Conditioned = Pick<Derivation, 'accesses' | 'reasons' | 'status'>;

/** Adds what the conditions of a transaction read. */
export function withConditions(found: Conditioned, tx: Transaction): Conditioned {
  const { conditions } = tx;
  if (conditions === undefined || conditions.knownAccounts.length === 0) return found;
  const keys = new Map(found.accesses.keys);
  for (const key of conditionKeys(conditions)) keys.set(key, joinRead(keys.get(key)));
  const regions = storageRegions(conditions, found.accesses);
  const accesses: AccessSet = { ...found.accesses, keys, regions: [...found.accesses.regions, ...regions] };
  if (regions.length === 0) return { ...found, accesses };
  const status: Status = found.status === 'exact' ? 'bounded' : found.status;
  return { accesses, status, reasons: [...found.reasons, rootReason(tx)] };
}

/** Those of the slots that conditions name which the state does not know. */
export function missingConditionKeys(conditions: TransactionConditions, knowledge: Knowledge): StateKey[] {
  return conditions.knownAccounts.flatMap((account) => {
    if (account.kind === 'storage-root') return [];
    const { address } = account;
    const missing = [...account.slots.keys()].filter(
      (slot) => knowledge.storage(address, slot, null).kind === 'missing',
    );
    return missing.map((slot) => storageKey(address, slot));
  });
}

function conditionKeys({ knownAccounts }: TransactionConditions): StateKey[] {
  return knownAccounts.flatMap((account) =>
    account.kind === 'slots'
      ? [...account.slots.keys()].map((slot) => storageKey(account.address, slot))
      : [],
  );
}

/** A read that comes to another access. */
function joinRead(mode: AccessMode | undefined): AccessMode {
  return mode === undefined || mode === 'read' ? 'read' : 'write';
}

/** A storage root depends on every slot. */
function storageRegions({ knownAccounts }: TransactionConditions, { regions }: AccessSet): readonly Region[] {
  const there = new Set(regions.flatMap((one) => (one.shape === 'account' ? [one.address] : [])));
  const roots = knownAccounts.filter(({ kind, address }) => kind === 'storage-root' && !there.has(address));
  return roots.map(({ address }) => ({ shape: 'account', address, field: 'storage', mode: 'read' }));
}

function rootReason(tx: Transaction): Reason {
  const code = 'known-storage-root';
  return { code, message: REASONS[code], at: entryOf(tx), dependsOn: [], writtenBy: new Map() };
}
