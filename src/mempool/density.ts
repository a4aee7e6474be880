/** What orders pay for each unit of gas, those that have to come later with them. */
import type { Candidate } from './fee-sequence.ts';

/** So many later ones of a sender are looked at for each. */
const MOST_SUCCESSORS = 64;

interface Rated {
  readonly candidate: Candidate;
  readonly value: bigint;
  readonly gas: bigint;
}

/**
 * Most value for each unit of gas first, then by id. An order counts together with those of the same sender that
 * can only come after it, as far as they make it more: who leaves it out loses them as well.
 */
export function byDensity(candidates: readonly Candidate[]): Candidate[] {
  const byTurn = new Map<string, Candidate>();
  for (const candidate of candidates) {
    for (const { from, nonce } of candidate.order.transactions) byTurn.set(`${from} ${nonce}`, candidate);
  }
  return candidates
    .map((candidate) => rated(candidate, byTurn))
    .sort(compare)
    .map(({ candidate }) => candidate);
}

function rated(candidate: Candidate, byTurn: ReadonlyMap<string, Candidate>): Rated {
  let best: Rated = { candidate, value: candidate.value, gas: candidate.gas };
  let { value, gas } = best;
  let last = candidate;
  for (let count = 0; count < MOST_SUCCESSORS; count++) {
    const tx = last.order.transactions.at(-1);
    const next = tx === undefined ? undefined : byTurn.get(`${tx.from} ${tx.nonce + 1n}`);
    if (next === undefined || next === last) break;
    value += next.value;
    gas += next.gas;
    if (isMore(value, gas, best)) best = { candidate, value, gas };
    last = next;
  }
  return best;
}

function isMore(value: bigint, gas: bigint, than: Rated): boolean {
  return value * (than.gas + 1n) > than.value * (gas + 1n);
}

function compare(a: Rated, b: Rated): number {
  if (isMore(a.value, a.gas, b)) return -1;
  if (isMore(b.value, b.gas, a)) return 1;
  return a.candidate.order.id < b.candidate.order.id ? -1 : 1;
}
