/** What a block's own steps before and after its transactions mean for its access list. */
import type { Address, BlockHeader } from '../../input/block.ts';
import type { StateDiff } from '../../state/diff.ts';
import { accountKey, storageKey } from '../../state/key.ts';
import type { StateSource } from '../../state/source.ts';
import { systemCallSlots } from '../../state/system-calls.ts';
import type { AccountDiff } from '../transaction-state.ts';
import type { Step } from './step.ts';

/**
 * The system calls before the first transaction. Their contracts are touched even where there is no code.
 *
 * @param source - Before them.
 * @param diff - What they wrote, changed or not.
 */
export function openingStep(
  source: StateSource,
  block: Parameters<typeof systemCallSlots>[0],
  hardfork: string,
  diff: StateDiff,
): Step {
  const slots = [...diff].flatMap(([address, { storage }]) =>
    [...storage].map(([slot, value]) => ({ address, slot, value })),
  );
  const changed = slots.filter(({ address, slot, value }) => source.storage(address, slot) !== value);
  return {
    diff: [...diff.keys()].map((address) =>
      unchangedBut(address, {
        slots: changed.filter((one) => one.address === address).map(({ slot, value }) => [slot, value]),
      }),
    ),
    commutation: null,
    keys: slots.map(({ address, slot }) => storageKey(address, slot)),
    touched: [...systemCallSlots(block, hardfork).keys()],
    unreached: [],
  };
}

/**
 * The withdrawals after the last transaction. Their receivers are touched, whatever the amount.
 *
 * @param diff - The new balances.
 */
export function withdrawalsStep({ withdrawals }: Pick<BlockHeader, 'withdrawals'>, diff: StateDiff): Step {
  return {
    diff: [...diff].map(([address, { balance }]) =>
      unchangedBut(address, balance === undefined ? {} : { balance }),
    ),
    commutation: null,
    keys: (withdrawals ?? []).map(({ address }) => accountKey(address, 'balance')),
    touched: [],
    unreached: [],
  };
}

function unchangedBut(address: Address, fields: Partial<AccountDiff>): AccountDiff {
  return {
    isWiped: false,
    isDestroyed: false,
    isClearedIfEmpty: false,
    isCreated: false,
    slots: [],
    ...fields,
    address,
  };
}
