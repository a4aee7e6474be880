/** What is wrong with the parts of a declared list, each by what it was measured to be worth. */
import type { Address, Hex } from '../input/block.ts';
import type { StateSource } from '../state/source.ts';
import { type Draft, type Finding, finding, gasText } from './finding.ts';
import type { EntryGain, SlotGain } from './gains.ts';
import { type ListRules, slotsToPay } from './list-rules.ts';
import { ROLE_WORDS, type WarmRole } from './roles.ts';
import type { Usable, Used } from './used.ts';
import { accountMeant } from './wrong-account.ts';

/** What is known of a transaction beside its list. */
export interface ListContext {
  readonly transaction: number;
  /** `null`: it was not run. */
  readonly used: Used | null;
  readonly usable: Usable;
  readonly roles: ReadonlyMap<Address, WarmRole>;
  readonly rules: ListRules;
  /** What the transaction finds. */
  readonly state: StateSource;
}

/** By entries, in the list's order; an account that is not used stands for its slots. */
export function declaredFindings(gains: readonly EntryGain[], context: ListContext): Finding[] {
  return gains.flatMap((entry, place) => {
    const own = entryFinding(entry, context);
    const slots = entry.slots.flatMap((slot, at) => {
      const found = slotFinding(entry, slot, context);
      return found === null ? [] : [finding({ ...found, entry: place, entrySlot: at })];
    });
    if (own === null) return slots;
    const whole = finding({ ...own, entry: place, address: entry.address, gas: saving(entry.gain) });
    const isForAll = own.rule === 'unused-address' && slots.every(({ rule }) => rule === 'unused-slot');
    return isForAll ? [whole] : [whole, ...slots];
  });
}

function saving(gain: bigint | null): bigint | null {
  return gain === null ? null : -gain;
}

function entryFinding(entry: EntryGain, context: ListContext): Draft | null {
  const { address, gain, isDuplicate, slots } = entry;
  const { transaction, used, usable, roles, rules } = context;
  if (isDuplicate) {
    const message = `${address} is listed already: this entry costs ${gasText(rules.addressCost)} again.`;
    return { rule: 'duplicate-address', transaction, message };
  }
  const role = roles.get(address);
  if (role !== undefined) {
    if (gain !== null ? isWorthIt(entry) : !isSurelyTooFew(slots.length, rules)) return null;
    return { rule: 'already-warm', transaction, message: warmMessage(entry, role, rules) };
  }
  if (isUnused(used === null ? null : used.has(address), usable.account(address))) {
    const reach = reachText(usable.account(address));
    const count = slots.length === 0 ? '' : ` and ${slots.length === 1 ? 'its slot' : 'its slots'}`;
    const message = `${address}${count} ${slots.length === 0 ? 'is' : 'are'} not used${reach}: it costs ${gasText(priceOf(entry, rules))} and saves none.`;
    return { rule: 'unused-address', transaction, message };
  }
  if (gain === null || isWorthIt(entry)) return null;
  const message = `The entry of ${address} is used, and still ${lossText(gain)}.`;
  return { rule: 'no-gain', transaction, message };
}

/** Whether the entry would pay without those of its slots that do not, which are said by themselves. */
function isWorthIt({ gain, slots }: EntryGain): boolean {
  const lost = slots.reduce((sum, { gain: own }) => (own !== null && own < 0n ? sum + own : sum), 0n);
  return gain !== null && gain - lost > 0n;
}

function priceOf({ slots }: EntryGain, { addressCost, slotCost }: ListRules): number {
  return addressCost + slots.length * slotCost;
}

/** Even if each slot saved the most. */
function isSurelyTooFew(slots: number, rules: ListRules): boolean {
  const enough = slotsToPay(rules, 'written');
  return slots === 0 || enough === null || slots < enough;
}

function warmMessage({ address, slots }: EntryGain, role: WarmRole, rules: ListRules): string {
  const head = `${address} is ${ROLE_WORDS[role]} and warm anyway`;
  const reads = slotsToPay(rules, 'read');
  const writes = slotsToPay(rules, 'written');
  if (role === 'precompile' || slots.length === 0) {
    return `${head}: its entry costs ${gasText(rules.addressCost)} and saves none.`;
  }
  if (reads === null || writes === null) return `${head}, and no slot saves more than it costs to list.`;
  const has = `it has ${slots.length === 1 ? 'one slot' : `${slots.length} slots`}`;
  return `${head}: its entry pays only with ${reads} slots that are first read, or ${writes} first written; ${has}.`;
}

/** In the run, if there was one; else in every run. */
function isUnused(isUsed: boolean | null, isUsable: boolean): boolean {
  return isUsed === null ? !isUsable : !isUsed;
}

function slotFinding(
  { address }: EntryGain,
  { slot, gain, isDuplicate }: SlotGain,
  context: ListContext,
): Draft | null {
  const { transaction, used, usable, rules, state } = context;
  const base = { transaction, address, slot, gas: saving(gain) };
  const name = `Slot ${shortSlot(slot)} of ${address}`;
  const cost = gasText(rules.slotCost);
  if (isDuplicate) {
    return { ...base, rule: 'duplicate-slot', message: `${name} is listed already: it costs ${cost} again.` };
  }
  const isUsed = used === null ? null : used.get(address)?.has(slot) === true;
  if (isUnused(isUsed, usable.slot(address, slot))) {
    const meant = used === null ? null : accountMeant(address, slot, { used, state });
    if (meant !== null) {
      const message = `${name} is not used, but the same slot of ${meant}, which names that account: list it there.`;
      return { ...base, rule: 'wrong-account', message };
    }
    const reach = reachText(usable.slot(address, slot));
    return {
      ...base,
      rule: 'unused-slot',
      message: `${name} is not used${reach}: it costs ${cost} and saves none.`,
    };
  }
  if (gain === null || gain > 0n) return null;
  return { ...base, rule: 'no-gain', message: `${name} is used, and still ${lossText(gain)}.` };
}

function reachText(isUsable: boolean): string {
  return isUsable ? ' in this run' : ', whatever the transaction does here';
}

/** @param gain - Not above zero. */
function lossText(gain: bigint): string {
  return gain === 0n ? 'saves nothing' : `costs ${gasText(-gain)} more than it saves`;
}

/** Slots are numbers or hashes: small ones in decimal. */
function shortSlot(slot: Hex): string {
  const value = BigInt(slot);
  return value < 10_000n ? `${value}` : slot;
}
