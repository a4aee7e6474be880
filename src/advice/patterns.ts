/**
 * Ways in which contracts make everybody wait, and what helps. Each is recognised by what transactions were seen to
 * do, never by names; what fits none of them is said to be rewritten, and no more.
 */

/** A pattern: what it is, and a way out. */
export interface Pattern {
  readonly title: string;
  readonly remedy: string;
}

/** All patterns, by their codes: of several that go together, the first one tells most. */
export const PATTERNS = {
  'one-sender': {
    title: 'One sender',
    remedy: "Not the contract's doing: these transactions come from one account. Send from several.",
  },
  pool: {
    title: 'A single pool',
    remedy:
      'Trades on one pool depend on each other by design: spread liquidity over several pools or fee tiers, match ' +
      'in batches at one price, or keep what is only statistics (oracle sums, fees) out of the trade.',
  },
  counter: {
    title: 'A counter',
    remedy:
      'Shard it (one counter for each of some groups of users, added up by who reads), take ids from what is unique ' +
      'anyway (a hash of sender and nonce), or count in logs.',
  },
  'array-push': {
    title: 'A list that everybody appends to',
    remedy:
      'Give each user a list of their own, key entries by user or hash in a mapping, or emit logs and let readers ' +
      'collect them.',
  },
  'entry-counter': {
    title: 'A counter of one account',
    remedy:
      'Let what counts per account be used in any order: a bitmap of used numbers, as Permit2 keeps its nonces, or a ' +
      'hash that is marked as used.',
  },
  flags: {
    title: 'A word of flags, of which each call sets one',
    remedy:
      'A word holds 256 flags, and whoever sets one rewrites all: spread the numbers over words (other ranges of ' +
      'nonces or ids), or keep each flag in a slot of its own.',
  },
  total: {
    title: 'A total',
    remedy:
      'Keep sums per user (or per group of users) and add them up where they are read, or leave the total to logs.',
  },
  factory: {
    title: 'A factory',
    remedy:
      'A contract that creates others counts each (CREATE and CREATE2 alike): use several factories, or hand out ' +
      'CREATE2 addresses and deploy when somebody first needs the code.',
  },
  ether: {
    title: 'The ether of one contract',
    remedy:
      'Payouts, and looking at the own balance, wait for everything that moves it: let users pull, pay from several ' +
      'vaults, and keep sums in storage per user instead of reading the balance.',
  },
  'credited-entry': {
    title: 'One account that every call credits',
    remedy:
      'Collect lazily: note the amount under the payer, or in one of several pots, and let the receiver pull it; so ' +
      'fees and payouts touch nobody else.',
  },
  accumulator: {
    title: 'A sum that each call adds to',
    remedy:
      'Book what is due lazily: remember it where the user is, and move it when somebody collects, or keep sums per ' +
      'user or group.',
  },
  clock: {
    title: 'The time of the last call',
    remedy: 'Keep the time per user, or update what depends on it when it is read, not in each call.',
  },
  'hot-entry': {
    title: 'The entry of one account that everybody deals with',
    remedy:
      'Spread what that account holds over several accounts or pots, or settle with it once for many calls instead ' +
      'of in each.',
  },
  lock: {
    title: 'A slot that is written and put back, as locks are',
    remedy:
      'Keep reentrancy locks in transient storage (TSTORE, EIP-1153): it is gone after the call and nobody waits.',
  },
  rewritten: {
    title: 'A value that each call rewrites',
    remedy: 'Split it by user or market, or move what nobody needs within the block to logs.',
  },
} as const satisfies Record<string, Pattern>;

/** Stable code of a pattern. */
export type PatternId = keyof typeof PATTERNS;
