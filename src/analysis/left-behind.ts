/** What those that may run before somebody leave behind: of each transaction, and of several that run in a row. */
import type { Address } from '../input/block.ts';
import { addressOf, type StateKey } from '../state/key.ts';
import type { Region } from './access.ts';
import { NO_CELLS } from './cells.ts';
import { regionText } from './region-text.ts';
import type { TransactionAnalysis } from './result.ts';
import { joinWords, leqWords, sameKnowledge, type Word, widenWord } from './word.ts';
import { eitherCode, isSameCode } from './write-index.ts';

/** What is in the state afterwards, wherever it may have been changed. */
export interface LeftBehind {
  /** Of each key that may be written, the code of accounts included; `null`: anything. */
  readonly values: ReadonlyMap<StateKey, Word | null>;
  /** Of accounts whose code may be written: one of these, or any (`null`). */
  readonly codes: ReadonlyMap<Address, readonly Uint8Array[] | null>;
  /** Accounts that may be made or destroyed: slots that are not among the values may be zero. */
  readonly reset: ReadonlySet<Address>;
  /** Balances that are added to, whatever was there. */
  readonly raised: ReadonlySet<StateKey>;
  /** By their text: anything may be left there. */
  readonly regions: ReadonlyMap<string, Region>;
}

export const NOTHING_LEFT: LeftBehind = {
  values: new Map(),
  codes: new Map(),
  reset: new Set(),
  raised: new Set(),
  regions: new Map(),
};

const CODE_KEY = ':code';

/** Of transactions that run one right after the other, in this order. */
export function leftBehindBy(
  transactions: readonly TransactionAnalysis[],
  mayBeLeftOut: (at: number) => boolean,
): LeftBehind {
  const values = new Map<StateKey, Word | null>();
  const codes = new Map<Address, readonly Uint8Array[] | null>();
  const reset = new Set<Address>();
  const raised = new Set<StateKey>();
  const regions = new Map<string, Region>();
  for (const [at, { accesses, effects }] of transactions.entries()) {
    const isOptional = mayBeLeftOut(at);
    for (const [key, mode] of accesses.keys) {
      if (mode === 'read') continue;
      if (effects.raises?.has(key) === true) {
        if (values.has(key)) values.set(key, null);
        else raised.add(key);
        continue;
      }
      // What it leaves covers the case in which it leaves the key alone.
      const value = effects.values.get(key) ?? null;
      const before = isOptional ? values.get(key) : undefined;
      values.set(key, before === undefined ? value : grownValue(before, value, 'exact'));
      if (!key.endsWith(CODE_KEY)) continue;
      const address = addressOf(key);
      const code = effects.codes.get(address) ?? null;
      const old = isOptional ? codes.get(address) : undefined;
      codes.set(address, old === undefined ? code : eitherOf(old, code));
    }
    for (const address of effects.reset) reset.add(address);
    for (const region of accesses.regions) {
      const isZeroed = region.shape === 'account' && effects.reset.has(region.address);
      if (region.mode !== 'read' && !isZeroed) regions.set(regionText(region), region);
    }
  }
  return { values, codes, reset, raised, regions };
}

/** Of transactions that may touch anything: whatever they are likely to write holds anything afterwards. */
export function likelyLeftBehindBy(transactions: readonly TransactionAnalysis[]): LeftBehind {
  const values = new Map<StateKey, null>();
  const codes = new Map<Address, null>();
  for (const { accesses } of transactions) {
    for (const [key, mode] of accesses.keys) {
      if (mode === 'read') continue;
      values.set(key, null);
      if (key.endsWith(CODE_KEY)) codes.set(addressOf(key), null);
    }
  }
  return { ...NOTHING_LEFT, values, codes };
}

/** How two say the same of a key: as they are, by less and less, or not at all. */
export type Growth = 'exact' | 'widened' | 'given-up';

/** All that `old` says to be possible, and all that `now` does. */
export function grow(old: LeftBehind, now: LeftBehind, growth: Growth): LeftBehind {
  const values = new Map(old.values);
  for (const [key, value] of now.values) {
    const before = old.values.get(key);
    values.set(key, before === undefined ? value : grownValue(before, value, growth));
  }
  const codes = new Map(old.codes);
  for (const [address, code] of now.codes) {
    const before = old.codes.get(address);
    codes.set(address, before === undefined ? code : eitherOf(before, code));
  }
  const regions = new Map([...old.regions, ...now.regions]);
  const reset = new Set([...old.reset, ...now.reset]);
  return { values, codes, reset, raised: new Set([...old.raised, ...now.raised]), regions };
}

function grownValue(old: Word | null, now: Word | null, growth: Growth): Word | null {
  if (old === null || now === null) return null;
  if (leqWords(now, old)) return old;
  switch (growth) {
    case 'exact':
      return joinWords(old, now, NO_CELLS);
    case 'widened':
      return widenWord(old, now, NO_CELLS);
    case 'given-up':
      return null;
    default:
      return growth satisfies never;
  }
}

/** Either of two lists of possible codes, in an order of its own. */
function eitherOf(
  a: readonly Uint8Array[] | null,
  b: readonly Uint8Array[] | null,
): readonly Uint8Array[] | null {
  if (a === null || b === null) return null;
  const { codes } = eitherCode({ codes: a, orBefore: false }, { codes: b, orBefore: false });
  return codes === null ? null : [...codes].sort(Buffer.compare);
}

/** Where two differ. */
export interface Differences {
  readonly keys: Set<StateKey>;
  /** Regions of their storage, or whether it is zeroed. */
  readonly accounts: Set<Address>;
  /** A region over every account. */
  isEverywhere: boolean;
}

export function noDifferences(): Differences {
  return { keys: new Set(), accounts: new Set(), isEverywhere: false };
}

export function isNoDifference({ keys, accounts, isEverywhere }: Differences): boolean {
  return keys.size === 0 && accounts.size === 0 && !isEverywhere;
}

/**
 * Adds what differs between two.
 *
 * @param isCovered - Regions in which anything may be left whether these two say so or not. Default: none.
 */
export function addDifferences(
  to: Differences,
  a: LeftBehind,
  b: LeftBehind,
  isCovered: (region: Region, text: string) => boolean = () => false,
): void {
  if (a === b) return;
  for (const [key, value] of a.values) if (!isSameValue(value, b.values.get(key))) to.keys.add(key);
  for (const key of b.values.keys()) if (!a.values.has(key)) to.keys.add(key);
  for (const [address, codes] of a.codes) {
    if (!isSameCodes(codes, b.codes.get(address))) to.keys.add(`${address}${CODE_KEY}`);
  }
  for (const key of a.raised) if (!b.raised.has(key)) to.keys.add(key);
  for (const key of b.raised) if (!a.raised.has(key)) to.keys.add(key);
  for (const address of a.reset) if (!b.reset.has(address)) to.accounts.add(address);
  for (const address of b.reset) if (!a.reset.has(address)) to.accounts.add(address);
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    for (const [text, region] of one.regions) {
      if (other.regions.has(text) || isCovered(region, text)) continue;
      const { address } = region;
      if (address === null) to.isEverywhere = true;
      else to.accounts.add(address);
    }
  }
}

/** `undefined`: it is not written. */
export function isSameValue(a: Word | null | undefined, b: Word | null | undefined): boolean {
  if (a === b) return true;
  if (a === null || a === undefined || b === null || b === undefined) return false;
  return sameKnowledge(a, b);
}

function isSameCodes(a: readonly Uint8Array[] | null, b: readonly Uint8Array[] | null | undefined): boolean {
  if (a === b) return true;
  if (a === null || b === null || b === undefined || a.length !== b.length) return false;
  return a.every((code) => b.some((other) => isSameCode(code, other)));
}
