/** What a list costs and can save by the rules of one hardfork; every number is a parameter of @ethereumjs. */
import { getActivePrecompiles, paramsEVM } from '@ethereumjs/evm';
import { paramsTx } from '@ethereumjs/tx';
import type { Address, BlockInput } from '../input/block.ts';
import { createChain } from '../input/chain.ts';

/** Amounts are gas; zeros before EIP-2930. */
export interface ListRules {
  /** Whether transactions may have lists. */
  readonly hasLists: boolean;
  /** EIP-3651. */
  readonly isFeeRecipientWarm: boolean;
  /** EIP-7702. */
  readonly hasDelegations: boolean;
  readonly precompiles: ReadonlySet<Address>;
  /** Of an entry and of each of its slots, in advance. */
  readonly addressCost: number;
  readonly slotCost: number;
  /** Saved where a listed account, or slot, would be cold: accounts; slots that are first read, or first written. */
  readonly savedAccount: number;
  readonly savedRead: number;
  readonly savedWrite: number;
}

const BYTES = { address: 20, slot: 32 } as const;
/** EIP-7981: floor tokens for each byte of a list. */
const TOKENS_PER_BYTE = 4;

export function listRules(rules: Pick<BlockInput, 'chainId' | 'hardfork'>): ListRules {
  const common = createChain(rules);
  common.updateParams(paramsTx);
  common.updateParams(paramsEVM);
  const hasLists = common.isActivatedEIP(2930);
  const price = (name: string): number => (hasLists ? Number(common.param(name)) : 0);
  const perByte = common.isActivatedEIP(7981) ? TOKENS_PER_BYTE * price('totalCostFloorPerToken') : 0;
  const warm = price('warmstoragereadGas');
  return {
    hasLists,
    isFeeRecipientWarm: common.isActivatedEIP(3651),
    hasDelegations: common.isActivatedEIP(7702),
    precompiles: new Set(
      [...getActivePrecompiles(common).keys()].map((key) => `0x${key.padStart(40, '0')}` as const),
    ),
    addressCost: price('accessListAddressGas') + perByte * BYTES.address,
    slotCost: price('accessListStorageKeyGas') + perByte * BYTES.slot,
    savedAccount: price('coldaccountaccessGas') - warm,
    savedRead: price('coldsloadGas') - warm,
    savedWrite: price('coldsloadGas'),
  };
}

/** Whether an account or a slot that is used once costs more than listing it. */
export function canPay({ addressCost, slotCost, savedAccount, savedWrite }: ListRules): boolean {
  return savedAccount > addressCost || savedWrite > slotCost;
}

/**
 * How many slots the entry of an account that is warm anyway needs to save more than it costs; `null`: no number is
 * enough.
 */
export function slotsToPay(
  { addressCost, slotCost, savedRead, savedWrite }: ListRules,
  use: 'read' | 'written',
): number | null {
  const gain = (use === 'read' ? savedRead : savedWrite) - slotCost;
  return gain <= 0 ? null : Math.floor(addressCost / gain) + 1;
}
