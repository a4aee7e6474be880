/**
 * Bundles as builders take them: `eth_sendBundle` and `eth_callBundle` (Flashbots; Titan, beaverbuild and rbuilder
 * have more fields), and `mev_sendBundle` (MEV-Share v0.1). What says neither what is in a bundle nor when it may be
 * included (refunds, privacy, signers) is left alone.
 */
import type { Bundle, BundleKind, Hex, InclusionBounds, TransactionConditions } from './block.ts';
import { elementsOf, fieldOf, isObject, type JsonObject, type Located, readOptional } from './located.ts';
import { HASH, readHash, readNumber, unexpected, type Where } from './schema.ts';

/** A transaction as it is given, an object or signed bytes as hex. */
export interface GivenTransaction extends Located {
  readonly kind: 'transaction';
  /** `null`: none. */
  readonly conditions: TransactionConditions | null;
}

/** A transaction that is only named. */
interface Reference {
  readonly kind: 'reference';
  readonly hash: Hex;
  readonly where: Where;
}

/** What stands at one place in a bundle. */
export interface BundleItem {
  readonly content: GivenTransaction | Reference;
  readonly canRevert: boolean;
}

/** A bundle whose transactions have no places in an input yet. */
export interface BundleDraft extends Omit<Bundle, 'members'> {
  readonly items: readonly BundleItem[];
  /** Hashes of those that may fail, and of those that may be left out; hashes of others have no effect. */
  readonly reverting: ReadonlySet<Hex>;
  readonly dropping: ReadonlySet<Hex>;
}

const BUNDLE = 'a bundle';
const NUMBER = 'a number, decimal or hex';
/** MEV-Share allows one bundle in another; more do no harm, as long as there is an end. */
const MAX_NESTING = 16;

/** Whether an object has the shape of a bundle of MEV-Share. */
export function isShareBundle(value: JsonObject): boolean {
  return Object.hasOwn(value, 'body') && Object.hasOwn(value, 'inclusion');
}

/**
 * Reads the parameter of `eth_sendBundle` or `eth_callBundle`. `0` as a bound is none.
 *
 * @throws InputError
 */
export function readBundle({ value, where }: Located, kind: BundleKind): BundleDraft {
  if (!isObject(value)) throw unexpected(where, BUNDLE, value);
  const field = (name: string) => fieldOf(value, name, where);
  const items = elementsOf(field('txs'), 'an array of signed transactions').map(transactionItem(false));
  const number = (name: string) => readBound(field(name));
  const block = number('blockNumber');
  const isCall = kind === 'eth_callBundle';
  return {
    kind,
    items,
    bounds: {
      // rbuilder's range, where there is one.
      minBlock: number('minBlockNumber') ?? block,
      maxBlock: number('maxBlockNumber') ?? block,
      minTimestamp: number('minTimestamp'),
      maxTimestamp: number('maxTimestamp'),
    },
    replacementId: readName(field('replacementUuid')) ?? readName(field('uuid')),
    stateBlock: isCall
      ? readOptional(field('stateBlockNumber'), `${NUMBER}, or latest`, readStateBlock)
      : null,
    reverting: readHashes(field('revertingTxHashes')),
    dropping: readHashes(field('droppingTxHashes')),
  };
}

/**
 * Reads the parameter of `mev_sendBundle`. What is in nested bundles stands where they stand, and has to fit into
 * the blocks of all of them.
 *
 * @throws InputError
 */
export function readShareBundle(bundle: Located): BundleDraft {
  const items: BundleItem[] = [];
  const bounds = collectShareBundle(bundle, items, NO_BOUNDS, 0);
  const { value, where } = bundle;
  return {
    kind: 'mev_sendBundle',
    items,
    bounds,
    replacementId: isObject(value) ? readName(fieldOf(value, 'replacementUuid', where)) : null,
    stateBlock: null,
    reverting: new Set(),
    dropping: new Set(),
  };
}

export const NO_BOUNDS: InclusionBounds = {
  minBlock: null,
  maxBlock: null,
  minTimestamp: null,
  maxTimestamp: null,
};

function collectShareBundle(
  { value, where }: Located,
  items: BundleItem[],
  outer: InclusionBounds,
  depth: number,
): InclusionBounds {
  if (!isObject(value)) throw unexpected(where, BUNDLE, value);
  if (depth > MAX_NESTING) throw unexpected(where, `at most ${MAX_NESTING} bundles in each other`, 'more');
  let bounds = withinInclusion(fieldOf(value, 'inclusion', where), outer);
  for (const element of elementsOf(fieldOf(value, 'body', where), 'an array of what is in the bundle')) {
    const part = element.value;
    if (!isObject(part)) throw unexpected(element.where, BODY, part);
    const field = (name: string) => fieldOf(part, name, element.where);
    const canRevert = readOptional(field('canRevert'), 'true or false', readBoolean) ?? false;
    const [tx, nested, hash] = [field('tx'), field('bundle'), field('hash')];
    if (isGiven(tx)) items.push(transactionItem(canRevert)(tx));
    else if (isGiven(nested)) bounds = collectShareBundle(nested, items, bounds, depth + 1);
    else if (isGiven(hash)) {
      const read = readHash(hash.value);
      if (read === undefined) throw unexpected(hash.where, HASH, hash.value);
      items.push({ content: { kind: 'reference', hash: read, where: hash.where }, canRevert });
    } else throw unexpected(element.where, BODY, part);
  }
  return bounds;
}

const BODY = 'an object with tx, bundle or hash';

function isGiven({ value }: Located): boolean {
  return value !== undefined && value !== null;
}

function withinInclusion({ value, where }: Located, outer: InclusionBounds): InclusionBounds {
  if (!isObject(value)) throw unexpected(where, 'an object with block', value);
  const block = fieldOf(value, 'block', where);
  const first = readBound(block);
  if (first === null) throw unexpected(block.where, NUMBER, block.value);
  const maxBlock = fieldOf(value, 'maxBlock', where);
  const last = readBound(maxBlock) ?? first;
  if (last < first) throw unexpected(maxBlock.where, `at least ${first}, as block says`, maxBlock.value);
  const minBlock = outer.minBlock === null || outer.minBlock < first ? first : outer.minBlock;
  const newMax = outer.maxBlock === null || outer.maxBlock > last ? last : outer.maxBlock;
  if (newMax < minBlock) {
    throw unexpected(
      where,
      `blocks from ${outer.minBlock} to ${outer.maxBlock}, as around it`,
      `${first} to ${last}`,
    );
  }
  return { ...outer, minBlock, maxBlock: newMax };
}

function transactionItem(canRevert: boolean): (located: Located) => BundleItem {
  return ({ value, where }) => ({
    content: { kind: 'transaction', value, where, conditions: null },
    canRevert,
  });
}

function readBound(field: Located): bigint | null {
  const bound = readOptional(field, NUMBER, (value) => readNumber(value, 64));
  return bound === 0n ? null : bound;
}

function readStateBlock(value: unknown): bigint | 'latest' | undefined {
  return value === 'latest' || value === 'pending' ? 'latest' : readNumber(value, 64);
}

function readName(field: Located): string | null {
  return readOptional(field, 'a text', (value) => (typeof value === 'string' ? value : undefined));
}

function readBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function readHashes(field: Located): ReadonlySet<Hex> {
  if (!isGiven(field)) return new Set();
  return new Set(
    elementsOf(field, 'an array of transaction hashes').map(({ value, where }) => {
      const hash = readHash(value);
      if (hash === undefined) throw unexpected(where, HASH, value);
      return hash;
    }),
  );
}
