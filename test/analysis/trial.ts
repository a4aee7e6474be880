/**
 * Small programs held against what they do: alone, under other values of the keys that were said to be unstable,
 * or as a block.
 */
import { expect } from '@jest/globals';
import { analyzeBlock } from '../../src/analysis/block.ts';
import { firstConflict } from '../../src/analysis/overlap.ts';
import type { TransactionAnalysis } from '../../src/analysis/result.ts';
import type { Address, BlockHeader, Transaction } from '../../src/input/block.ts';
import { parseKey, type StateKey, storageKey } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { Prestate } from '../corpus.ts';
import { SENDERS } from '../generators/universe.ts';
import { missesOf } from '../oracle/coverage.ts';
import { Oracle, type Recorded } from '../oracle/recorder.ts';
import {
  analyzed,
  inputOf,
  missesIn,
  mutated,
  OTHER,
  prestateOf,
  type Scene,
  TARGET,
  THIRD,
  transaction,
} from './scene.ts';

const MAX = (1n << 256n) - 1n;
const RICH = { balance: `0x${(10n ** 24n).toString(16)}`, nonce: 0, code: '0x', storage: {} };

/** A slot of the target, or of another account. */
export const key = (at: bigint, address: Address = TARGET): StateKey => storageKey(address, at);

/** Values that an unstable key is tried with. */
const VALUES = [0n, 1n, 2n, 5n, 6n, 31n, 32n, 1n << 64n, MAX - 1n, MAX, BigInt(OTHER), BigInt(THIRD)];

interface Alone {
  readonly prestate: Prestate;
  readonly unstable: readonly StateKey[];
  readonly hardfork?: string;
  readonly fields?: Partial<Transaction>;
  readonly values?: readonly bigint[];
}

/** Derives with some keys unstable, and runs with all kinds of values in them. */
export async function alone({
  prestate,
  unstable,
  hardfork = 'cancun',
  fields = {},
  values = VALUES,
}: Alone): Promise<TransactionAnalysis> {
  const scene: Scene = { hardfork, prestate, transactions: [transaction(fields)] };
  const derived = analyzed(scene, { isUnstable: (one) => unstable.includes(one) });
  expect(await missesIn(scene, derived)).toEqual([]);
  for (const [i, value] of values.entries()) {
    const changes = new Map(
      unstable.map((one, j) => [one, j === 0 ? value : (values[(i + j) % values.length] as bigint)]),
    );
    for (const one of unstable) if (parseKey(one).field === 'balance') changes.set(one, value % (1n << 80n));
    const misses = await missesIn(mutated(scene, changes), derived);
    expect({ value, misses }).toEqual({ value, misses: [] });
  }
  return derived;
}

interface Block {
  readonly prestate: Prestate;
  readonly transactions: readonly Partial<Transaction>[];
  readonly hardfork?: string;
  readonly header?: Partial<BlockHeader>;
}

interface BlockRun {
  readonly derived: readonly TransactionAnalysis[];
  readonly seen: readonly Recorded[];
}

/** Derives a block, and runs it. */
export async function inBlock({
  prestate,
  transactions,
  hardfork = 'cancun',
  header = {},
}: Block): Promise<BlockRun> {
  const nonces = new Map<string, bigint>();
  const scene: Scene = {
    hardfork,
    header,
    prestate: { ...Object.fromEntries(SENDERS.map((sender) => [sender, RICH])), ...prestate },
    transactions: transactions.map((fields, index) => {
      const from = fields.from ?? (SENDERS[index % SENDERS.length] as Address);
      const nonce = nonces.get(from) ?? 0n;
      nonces.set(from, nonce + 1n);
      return transaction({ from, nonce, ...fields });
    }),
  };
  const input = inputOf(scene);
  const { transactions: derived } = analyzeBlock(input, { state: snapshotState(prestateOf(scene)) });
  const oracle = await Oracle.create(input, prestateOf(scene));
  const seen: Recorded[] = [];
  for (const one of derived) {
    const observed = await oracle.run(one.index);
    expect({ index: one.index, misses: missesOf(input, one, observed) }).toEqual({
      index: one.index,
      misses: [],
    });
    seen.push(observed);
  }
  return { derived, seen };
}

export const statusesOf = (derived: readonly TransactionAnalysis[]): string[] =>
  derived.map(({ status }) => status);
export const modeOf = (derived: TransactionAnalysis | undefined, one: StateKey) =>
  derived?.accesses.keys.get(one);

/** What two derived sets conflict on. */
export function conflict(
  a: TransactionAnalysis | undefined,
  b: TransactionAnalysis | undefined,
): string | null {
  return a === undefined || b === undefined ? null : firstConflict(a.accesses, b.accesses);
}
