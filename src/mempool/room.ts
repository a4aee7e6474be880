/**
 * Whether orders still find room in a block: each transaction's gas limit has to fit beside the gas that those before
 * it have used, so that whoever uses little of a high limit has to come early. Among orders that all have to be in,
 * the sequence by "limit less use" is the one that works if any does (earliest due date first).
 */

/** What an order needs. */
export interface Need {
  /** Gas that it is expected to use. */
  readonly gas: bigint;
  /** Gas that has to be left when it starts. */
  readonly limit: bigint;
  /** The one of the same sender that comes after it; `null`: none. */
  readonly next: number | null;
  /** Whoever comes before another one has a lower rank. */
  readonly rank: bigint;
}

export class Room {
  readonly #needs: readonly Need[];
  readonly #gasLimit: bigint;
  /** The latest end of each, if all others come later. */
  readonly #due: readonly bigint[];
  /** Those that are to be in the block and are not yet, most urgent first. */
  #waiting: number[] = [];
  readonly #isWaiting: boolean[];
  #reserved = 0n;
  #largest = 0n;

  constructor(needs: readonly Need[], gasLimit: bigint) {
    this.#needs = needs;
    this.#gasLimit = gasLimit;
    const due: bigint[] = needs.map(({ gas, limit }) => gasLimit - limit + gas);
    this.#isWaiting = needs.map(() => false);
    const byRank = [...needs.keys()].sort((a, b) => {
      const difference = (needs[b] as Need).rank - (needs[a] as Need).rank;
      return difference === 0n ? a - b : difference > 0n ? 1 : -1;
    });
    for (const at of byRank) {
      const { next } = needs[at] as Need;
      if (next === null) continue;
      const latest = (due[next] as bigint) - (needs[next] as Need).gas;
      if (latest < (due[at] as bigint)) due[at] = latest;
    }
    this.#due = due;
  }

  /** Whether it is to be in the block and is not yet. */
  isWaiting(at: number): boolean {
    return this.#isWaiting[at] === true;
  }

  /** Reserves room for one, if there is enough for it and for all that wait. */
  reserve(at: number): boolean {
    const { gas, limit } = this.#needs[at] as Need;
    if (this.#reserved + limit > this.#gasLimit && this.#reserved + gas > this.#gasLimit) return false;
    const place = this.#placeOf(at);
    const before = this.#waiting;
    this.#waiting = [...before.slice(0, place), at, ...before.slice(place)];
    this.#reserved += gas;
    if (limit > this.#largest) this.#largest = limit;
    this.#isWaiting[at] = true;
    if (this.isEnough(0n)) return true;
    this.#isWaiting[at] = false;
    this.#waiting = before;
    this.#reserved -= gas;
    return false;
  }

  /** Takes one out that is in the block now, or never will be. */
  release(at: number): void {
    if (this.#isWaiting[at] !== true) return;
    this.#isWaiting[at] = false;
    this.#waiting.splice(this.#waiting.indexOf(at), 1);
    this.#reserved -= (this.#needs[at] as Need).gas;
  }

  /** Whether all that wait, but for one, find room once so much gas is used. */
  isEnough(gasUsed: bigint, except = -1): boolean {
    if (gasUsed + this.#reserved + this.#largest <= this.#gasLimit) return true;
    let used = gasUsed;
    for (const at of this.#waiting) {
      if (at === except) continue;
      used += (this.#needs[at] as Need).gas;
      if (used > (this.#due[at] as bigint)) return false;
    }
    return used <= this.#gasLimit;
  }

  /** Gives up the room of those with the highest places, until there is enough for the others. */
  makeEnough(gasUsed: bigint, except: number): void {
    while (!this.isEnough(gasUsed, except)) {
      let highest = -1;
      for (const at of this.#waiting) if (at !== except && at > highest) highest = at;
      if (highest === -1) return;
      this.release(highest);
    }
  }

  /** Those that wait, most urgent first. */
  get urgent(): readonly number[] {
    return this.#waiting;
  }

  #placeOf(at: number): number {
    const due = this.#due[at] as bigint;
    let [low, high] = [0, this.#waiting.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#waiting[middle] as number;
      const isAfter = (this.#due[other] as bigint) > due || (this.#due[other] === due && other > at);
      if (isAfter) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
