/** Names that the accounts which stand out in a block give themselves, on the state before it. */
import type { BlockAnalysis } from '../analysis/result.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import type { Address } from '../input/block.ts';
import { addressOf, parseKey, type StateKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import { askGetters, type Getters, keysOf, patternOf, slotId } from './getters.ts';
import { codeOf } from './implementation.ts';
import type { NameBook, NamedPlace } from './names.ts';
import { SlotOrigins } from './origins.ts';
import type { StoragePlace } from './place.ts';
import type { WordText } from './place-text.ts';
import { askSymbols } from './symbols.ts';

/** Hot keys, links of the longest chain and accounts that are asked for: a few more than a report shows. */
const MAX_HOT_KEYS = 24;
const MAX_LINKS = 16;
const MAX_ACCOUNTS = 24;

/**
 * Asks the accounts behind a block's hot keys and its longest chain.
 *
 * @param state - Before the block. What it lacks has to count as unknown, unless it really is empty: a recording of
 *   a block's accesses has no symbols of tokens.
 */
export async function askForNames(
  { analysis, graph }: { readonly analysis: BlockAnalysis; readonly graph: ConflictGraph },
  state: StateSource,
): Promise<NameBook> {
  const origins = new SlotOrigins(analysis);
  const keys = keysThatStandOut(graph);
  const callees = graph.criticalPath.transactions.flatMap(
    (index) => analysis.input.transactions[index]?.to ?? [],
  );
  const accounts = [...new Set([...keys.map(addressOf), ...callees])]
    .filter((address) => codeOf(address, state).length > 0)
    .slice(0, MAX_ACCOUNTS);
  const asked = new Set(accounts);
  const slots = keys.flatMap((key) => {
    const { address, slot } = parseKey(key);
    return slot === null || !asked.has(address) ? [] : [{ address, slot, place: origins.placeOf(key) }];
  });
  const { block, chainId, hardfork, blockHashes } = analysis.input;
  const before = { state, rules: { block, chainId, hardfork, blockHashes } };
  const [symbols, getters] = await Promise.all([askSymbols(accounts, before), askGetters(slots, before)]);
  return new AskedBook(symbols, getters);
}

class AskedBook implements NameBook {
  readonly #symbols: ReadonlyMap<Address, string>;
  readonly #getters: Getters;

  constructor(symbols: ReadonlyMap<Address, string>, getters: Getters) {
    this.#symbols = symbols;
    this.#getters = getters;
  }

  contract(address: Address): string | null {
    return this.#symbols.get(address) ?? null;
  }

  function(): null {
    return null;
  }

  variable(address: Address, slot: bigint, place: StoragePlace | null, word: WordText): NamedPlace | null {
    const names = this.#getters.values.get(slotId({ address, slot }));
    if (names !== undefined) return { variable: names.join(', '), text: names.join(', ') };
    const pattern = patternOf(address, place);
    const getter = pattern === null ? undefined : this.#getters.mappings.get(pattern);
    const keys = place === null ? null : keysOf(place);
    if (getter === undefined || keys === null) return null;
    const words = getter.order.map((key) => word(keys[key] ?? 0n));
    return { variable: getter.name, text: `${getter.name}(${words.join(', ')})` };
  }
}

/** Hot keys, and the keys on which the longest chain meets. */
function keysThatStandOut({ hotKeys, criticalPath, edges }: ConflictGraph): StateKey[] {
  const chain = new Set(criticalPath.transactions.slice(0, MAX_LINKS + 1));
  const links = edges
    .filter(({ from, to }) => chain.has(from) && chain.has(to))
    .flatMap(({ keys }) => keys.slice(0, 1))
    .filter((key) => STATE_KEY.test(key));
  const hot = hotKeys.slice(0, MAX_HOT_KEYS).map(({ key }) => key);
  return [...new Set([...hot, ...links.slice(0, MAX_LINKS)])];
}

const STATE_KEY = /^0x[0-9a-f]{40}:(balance|nonce|code|0x[0-9a-f]{64})$/;
