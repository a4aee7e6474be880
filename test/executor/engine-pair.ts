/** Both forms of the EVM side by side: each transaction run by either, on the same state. */

import type { RunResult } from '../../src/executor/transaction-runner.ts';
import { TransactionRunner } from '../../src/executor/transaction-runner.ts';
import type { BlockInput } from '../../src/input/block.ts';
import { bytesToHex } from '../../src/input/hex.ts';
import type { StateSource } from '../../src/state/source.ts';

const pairs = new Map<string, EnginePair>();

/** The pair of a chain's hardfork, turned to a block; kept for the next one. */
export async function enginePair(input: BlockInput): Promise<EnginePair> {
  const name = `${input.chainId} ${input.hardfork}`;
  const pair =
    pairs.get(name) ??
    new EnginePair(
      await TransactionRunner.create(input, 'stock'),
      await TransactionRunner.create(input, 'tuned'),
    );
  pairs.set(name, pair);
  pair.stock.setBlock(input);
  pair.tuned.setBlock(input);
  return pair;
}

export class EnginePair {
  readonly stock: TransactionRunner;
  readonly tuned: TransactionRunner;

  constructor(stock: TransactionRunner, tuned: TransactionRunner) {
    this.stock = stock;
    this.tuned = tuned;
  }

  /** Runs one transaction by both forms. */
  async run(
    index: number,
    state: StateSource,
  ): Promise<{ readonly result: RunResult; readonly differences: readonly string[] }> {
    const options = { recordOrigins: index % 2 === 0 };
    const expected = await this.stock.run(index, state, options);
    const got = await this.tuned.run(index, state, options);
    return { result: expected, differences: differencesOf(comparable(expected), comparable(got)) };
  }
}

/** Each part of a result as text; what has no order is put into one. */
function comparable(result: RunResult): ReadonlyMap<string, string> {
  if (result.status === 'invalid') return new Map([['invalid', text(result)]]);
  const { observed, diff, origins, ...rest } = result;
  const parts = new Map(Object.entries(rest).map(([name, value]) => [name, text(value)]));
  parts.set(
    'observed',
    text([
      [...observed.keys].sort(),
      ...[observed.storages, observed.touched, observed.unreached].map((names) => [...names].sort()),
    ]),
  );
  parts.set('origins', text([...origins].sort(([a], [b]) => (a < b ? -1 : 1))));
  const accounts = [...diff].sort((a, b) => (a.address < b.address ? -1 : 1));
  const bySlot = ([a]: readonly [bigint, bigint], [b]: readonly [bigint, bigint]) => (a < b ? -1 : 1);
  parts.set(
    'diff',
    text(accounts.map((account) => ({ ...account, slots: [...account.slots].sort(bySlot) }))),
  );
  return parts;
}

function text(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`;
    return ArrayBuffer.isView(part) ? bytesToHex(part as Uint8Array) : part;
  });
}

function differencesOf(expected: ReadonlyMap<string, string>, got: ReadonlyMap<string, string>): string[] {
  return [...new Set([...expected.keys(), ...got.keys()])]
    .filter((name) => expected.get(name) !== got.get(name))
    .map((name) => `${name}: stock ${excerpt(expected.get(name))}, tuned ${excerpt(got.get(name))}`);
}

function excerpt(part: string | undefined): string {
  return part === undefined ? 'none' : part.slice(0, 300);
}
