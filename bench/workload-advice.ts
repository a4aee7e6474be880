/** One sentence to the author of a contract, from what the conflict graph says of a block. */
import type { ConflictGraph, KeyDescription, Names } from '../dist/index.js';

/** Conflicts that only a few transactions have are nobody's design. */
const FEW = 0.25;

/** Keys with at least this share of the hottest one's conflicts are hot with it; more than these are one thing's state. */
const ALSO_HOT = 0.9;
const FEW_KEYS = 2;

/** What would let more of these transactions run at the same time. */
export function adviceOf(graph: ConflictGraph, names: Names): string {
  const { transactions: chain } = graph.criticalPath;
  const [hottest] = graph.hotKeys;
  if (hottest === undefined) return 'Nothing to do: no two transactions wait for each other.';
  if (chain.length < FEW * graph.gas.length) {
    return `Little to do: the longest chain has ${chain.length} of ${graph.gas.length} transactions.`;
  }
  if (2 * hottest.transactions < chain.length) {
    return `${chain.length} transactions are one chain, each on what the one before it left: start them from what was there before the block.`;
  }
  const shared = graph.hotKeys.filter(({ conflicts }) => conflicts >= ALSO_HOT * hottest.conflicts);
  if (shared.length > FEW_KEYS) {
    return `${hottest.transactions} transactions work on the same ${shared.length} keys, ${wordsFor(names.key(hottest.key))} among them: split it into several that are independent, or collect the calls and settle them in one.`;
  }
  const key = names.key(hottest.key);
  return `${hottest.transactions} transactions meet at ${wordsFor(key)}: ${remedyFor(key)}.`;
}

function wordsFor({ address, contract, field, place, variable }: KeyDescription): string {
  const name = contract ?? address;
  if (field !== 'storage') return `the ${field} of ${name}`;
  const isEntry = isMappingEntry(place);
  const what = variable === null ? '' : ` \`${variable}\``;
  return isEntry ? `one entry of${what || ' a mapping'} in ${name}` : `one variable${what} of ${name}`;
}

function remedyFor({ contract, field, place }: KeyDescription): string {
  switch (field) {
    case 'nonce':
      return 'create contracts when they are first needed, or from the accounts of those who need them';
    case 'code':
      return 'change code in a block of its own';
    case 'balance':
      return contract === null
        ? 'they spend what earlier ones brought; pay from accounts that have it before the block'
        : 'let receivers fetch their ether instead of passing it on in each call';
    case 'storage': {
      return isMappingEntry(place)
        ? 'split what belongs to one account or market over several entries, or settle it later'
        : 'keep it in shards or for each user, or leave it to those who read the events';
    }
    default:
      return field satisfies never;
  }
}

function isMappingEntry(place: KeyDescription['place']): boolean {
  return place?.steps.some(({ kind }) => kind === 'key' || kind === 'bytes-key') ?? false;
}
