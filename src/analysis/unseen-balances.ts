/**
 * Balances that a transaction of a mempool changes and never looks at: what it pays beforehand, and what it sends
 * to others. Nothing else that is derived of it depends on what is there, so that is not kept among its inputs, and
 * what it leaves there is said without it: anything, or no less than before.
 */
import type { Address } from '../input/block.ts';
import { accountKey, addressOf, type StateKey } from '../state/key.ts';
import type { AccessSet } from './access.ts';
import type { Input, Inputs } from './inputs.ts';
import type { Effects } from './write-index.ts';

interface Told {
  readonly inputs: Inputs;
  readonly effects: Effects;
}

/** Inputs and effects without the balances that nobody looked at. */
export function withoutUnseenBalances(from: Address, accesses: AccessSet, { inputs, effects }: Told): Told {
  // Whether an account is empty may follow from its balance alone; then this was asked as well.
  const seen = new Set<Address>();
  for (const { address, field } of inputs.before) if (field === 'balance') seen.add(address);
  const isUnseen = (key: StateKey) => accesses.keys.get(key) === 'delta' && !seen.has(addressOf(key));
  const isKept = ({ kind, key, fact }: Input) =>
    kind !== 'balance' || fact.kind === 'missing' || !isUnseen(key);
  const own = accountKey(from, 'balance');
  const values = new Map(effects.values);
  const raises = new Set<StateKey>();
  for (const key of accesses.keys.keys()) {
    if (key === own || !key.endsWith(':balance') || !isUnseen(key)) continue;
    values.delete(key);
    raises.add(key);
  }
  return {
    inputs: { ...inputs, answers: inputs.answers.filter(isKept) },
    effects: raises.size === 0 ? effects : { ...effects, values, raises },
  };
}
