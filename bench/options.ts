/** What the benchmarks are asked for: names of blocks, and the options that they share. */
import { parseArgs } from 'node:util';
import { type BenchmarkBlock, selectBlocks } from './blocks.ts';

export interface BenchmarkOptions {
  readonly blocks: readonly BenchmarkBlock[];
  /** Runs that count. */
  readonly rounds: number;
  readonly isQuick: boolean;
  /** What the result is printed as. */
  readonly format: 'markdown' | 'json';
  /** Whether it goes into `docs/performance.md` as well. */
  readonly isWritten: boolean;
  /** The benchmark's own options, as text. */
  readonly own: Readonly<Record<string, string | undefined>>;
}

interface Defaults {
  readonly rounds: number;
  readonly quickRounds: number;
  /** The benchmark's own options. */
  readonly own: Readonly<Record<string, string>>;
}

/**
 * Reads `[NAME…] [--quick] [--rounds N] [--size N] [--json] [--write]` and the benchmark's own options.
 * `--size` is how many transactions a synthetic block has; default 200, or 60 with `--quick`.
 */
export function readOptions(defaults: Defaults): BenchmarkOptions {
  const own = Object.entries(defaults.own).map(
    ([name, text]) => [name, { type: 'string', default: text }] as const,
  );
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      size: { type: 'string' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      ...Object.fromEntries(own),
    },
  });
  const { quick: isQuick, json, write: isWritten, rounds, size } = values;
  const defaultRounds = isQuick ? defaults.quickRounds : defaults.rounds;
  return {
    blocks: selectBlocks(positionals, numberOf('size', size ?? (isQuick ? '60' : '200'))),
    rounds: numberOf('rounds', rounds ?? String(defaultRounds)),
    isQuick,
    format: json ? 'json' : 'markdown',
    isWritten,
    own: Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    ),
  };
}

/** A whole number of at least 1. */
export function numberOf(name: string, text: string | undefined): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`--${name} is a whole number, not ${text}`);
  return value;
}
