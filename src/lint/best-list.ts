/**
 * The list with which a transaction uses the least gas, found by running it. What an entry is worth does not depend
 * on the others as long as the code does not look at the gas that is left, so entries are taken or left one by one:
 * the result is the least then. Lists that change what the transaction does are passed over, and the result is never
 * worse than the declared list, or than none.
 */
import type { Address, Hex } from '../input/block.ts';
import { type AccessList, normalized, sizeOf } from './access-list.ts';
import { canPay, type ListRules, slotsToPay } from './list-rules.ts';
import type { Probe, Probed } from './probe.ts';

/** What a list may hold: accounts with the slots that were used. */
export interface Candidate {
  readonly address: Address;
  readonly slots: readonly Hex[];
  /** Its entry pays by its slots alone. */
  readonly isWarm: boolean;
}

export interface BestList {
  /** In order of addresses and slots, unless it is the declared one. */
  readonly list: AccessList;
  readonly gas: bigint;
  /** The least gas with a list that was passed over, because the transaction would do something else; or `null`. */
  readonly passedOver: bigint | null;
}

/** A list and what the transaction uses with it. */
interface Measured {
  readonly list: AccessList;
  readonly gas: bigint;
}

/**
 * @param declared - Its own list, with which it was run.
 * @param reference - That run.
 */
export async function findBestList(
  probe: Probe,
  candidates: readonly Candidate[],
  declared: AccessList,
  reference: Extract<Probed, { status: 'ran' }>,
  rules: ListRules,
): Promise<BestList> {
  const search = new Search(probe, reference.outcome);
  const own = { list: declared, gas: reference.gas };
  const none = await search.measure([]);
  const tidy = await search.measure(normalized(declared));
  let best: Measured = none ?? tidy ?? own;
  for (const candidate of candidates) best = await search.withAccount(best, candidate, rules);
  best = await search.withoutUseless(best);
  for (const other of [none, tidy, own]) {
    if (other !== null && isBetter(other, best)) best = other;
  }
  // Its own list may do what it does because of what stands in it twice.
  const list = best === own ? declared : normalized(best.list);
  return { list, gas: best.gas, passedOver: search.passedOver };
}

/** Less gas, or a shorter list for the same. */
function isBetter(one: Measured, other: Measured): boolean {
  return one.gas < other.gas || (one.gas === other.gas && sizeOf(one.list) < sizeOf(other.list));
}

class Search {
  readonly #probe: Probe;
  readonly #outcome: string;
  passedOver: bigint | null = null;

  constructor(probe: Probe, outcome: string) {
    this.#probe = probe;
    this.#outcome = outcome;
  }

  /** `null` for a list that is not possible, or changes what the transaction does. */
  async measure(list: AccessList): Promise<Measured | null> {
    const probed = await this.#probe.run(list);
    if (probed.status !== 'ran') return null;
    const { gas, outcome } = probed;
    if (outcome === this.#outcome) return { list, gas };
    if (this.passedOver === null || gas < this.passedOver) this.passedOver = gas;
    return null;
  }

  /** The list with an account more, if that is better. */
  async withAccount(best: Measured, candidate: Candidate, rules: ListRules): Promise<Measured> {
    const { address, slots, isWarm } = candidate;
    const others = best.list.filter((entry) => entry.address !== address);
    const listOf = (storageKeys: readonly Hex[]): AccessList => [...others, { address, storageKeys }];
    let measured = await this.measure(listOf(slots));
    const enough = slotsToPay(rules, 'written');
    // One that is warm anyway and has few slots cannot pay, whichever of them are left out; nor can any where
    // listing costs more than it saves. What went cold twice, because a frame reverted, shows in the measure.
    const isHopeless = !canPay(rules) || (isWarm && (enough === null || slots.length < enough));
    if (isHopeless && (measured === null || !isBetter(measured, best))) return best;
    let kept = slots;
    for (const slot of slots) {
      const fewer = kept.filter((one) => one !== slot);
      const without = await this.measure(listOf(fewer));
      if (without === null || (measured !== null && !isBetter(without, measured))) continue;
      measured = without;
      kept = fewer;
    }
    return measured !== null && isBetter(measured, best) ? measured : best;
  }

  /** The list without the accounts that are worth nothing beside the others, as below a floor of the price. */
  async withoutUseless(best: Measured): Promise<Measured> {
    let left = best;
    for (const { address } of best.list) {
      const without = await this.measure(left.list.filter((entry) => entry.address !== address));
      if (without !== null && isBetter(without, left)) left = without;
    }
    return left;
  }
}
