/** Gas that a transaction costs before anything runs, and the least that its data costs (EIP-7623). */
import type { Common } from '@ethereumjs/common';
import { paramsTx } from '@ethereumjs/tx';
import type { Transaction } from './block.ts';

/** Prices of one hardfork, looked up once. */
export interface IntrinsicPrices {
  readonly base: number;
  readonly creation: number;
  readonly zeroByte: number;
  readonly otherByte: number;
  readonly initCodeWord: number;
  readonly listedAddress: number;
  readonly listedSlot: number;
  readonly authorization: number;
  /** Of a token of data, in the floor; 0 before EIP-7623. */
  readonly floorToken: number;
}

/** The prices of the hardfork that `common` is set to. */
export function intrinsicPrices(common: Common): IntrinsicPrices {
  common.updateParams(paramsTx);
  const price = (name: string): number => Number(common.param(name));
  const priceFrom = (eip: number, name: string): number => (common.isActivatedEIP(eip) ? price(name) : 0);
  return {
    base: price('txGas'),
    creation: common.gteHardfork('homestead') ? price('txCreationGas') : 0,
    zeroByte: price('txDataZeroGas'),
    otherByte: price('txDataNonZeroGas'),
    initCodeWord: priceFrom(3860, 'initCodeWordGas'),
    listedAddress: priceFrom(2930, 'accessListAddressGas'),
    listedSlot: priceFrom(2930, 'accessListStorageKeyGas'),
    authorization: priceFrom(7702, 'perEmptyAccountCost'),
    floorToken: priceFrom(7623, 'totalCostFloorPerToken'),
  };
}

/** Tokens for each byte of data that is not zero (EIP-7623). */
const TOKENS = 4;

/** What a transaction costs in advance, and the floor below which its gas never ends. */
export function intrinsicGas(
  { data, to, accessList, authorizationList }: Transaction,
  prices: IntrinsicPrices,
): { readonly intrinsic: number; readonly floor: number } {
  let zeros = 0;
  for (let i = 0; i < data.length; i++) if (data[i] === 0) zeros++;
  const others = data.length - zeros;
  let intrinsic = prices.base + zeros * prices.zeroByte + others * prices.otherByte;
  if (to === null) intrinsic += prices.creation + Math.ceil(data.length / 32) * prices.initCodeWord;
  for (const { storageKeys } of accessList ?? []) {
    intrinsic += prices.listedAddress + storageKeys.length * prices.listedSlot;
  }
  intrinsic += authorizationList.length * prices.authorization;
  const floor = prices.floorToken === 0 ? 0 : prices.base + prices.floorToken * (zeros + TOKENS * others);
  return { intrinsic, floor };
}
