/** Heads that change little. */
import type { BlockHeader } from '../../src/input/block.ts';
import type { StateDiff } from '../../src/state/diff.ts';
import { overlayState } from '../../src/state/overlay.ts';
import type { StateSource } from '../../src/state/source.ts';
import type { RandomBlock } from '../generators/block.ts';

/** A head on which one slot, or one balance, is another one. */
export function nextHead(block: RandomBlock, header: BlockHeader, state: StateSource, at: number) {
  const addresses = Object.keys(block.prestate) as `0x${string}`[];
  const address = addresses[at % addresses.length];
  if (address === undefined) return null;
  const slots = Object.keys(block.prestate[address]?.storage ?? {});
  const slot = slots[at % Math.max(1, slots.length)];
  const balance = (state.account(address)?.balance ?? 0n) + BigInt(at);
  const diff: StateDiff = new Map([
    [
      address,
      slot === undefined
        ? { balance, storage: new Map() }
        : { storage: new Map([[BigInt(slot), BigInt(at)]]) },
    ],
  ]);
  const next = {
    ...header,
    number: header.number + 1n,
    timestamp: header.timestamp + 12n * BigInt(1 + (at % 40)),
  };
  return { head: { state: overlayState(state, diff), block: next }, diff };
}
