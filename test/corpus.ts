/** The shared corpus of real blocks, which stands beside the checkout and not inside it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { StateKey } from '../src/state/key.ts';

/** What `accesses.json.gz` says of one transaction. Fee payments to the fee recipient are left out of it. */
export interface RecordedAccesses {
  readonly hash: string;
  readonly from: string;
  readonly gasUsed: number;
  readonly status: 0 | 1;
  /** Includes all of `writes`. */
  readonly reads: readonly StateKey[];
  readonly writes: readonly StateKey[];
  /** Balance credits that are not writes as well. */
  readonly adds: readonly StateKey[];
}

/** An account as geth's `prestateTracer` writes it. */
export interface PrestateAccount {
  readonly balance?: string;
  /** Hex where it is too large for a number. */
  readonly nonce?: number | string;
  readonly code?: string;
  readonly storage?: Readonly<Record<string, string>>;
}

export type Prestate = Readonly<Record<string, PrestateAccount>>;

/** Parsed JSON of one block's files, as they are. */
export interface CorpusBlock {
  readonly number: number;
  /** As `eth_getBlockByNumber(number, true)` returns it. */
  readonly block: unknown;
  readonly prestate: Prestate;
  readonly accesses: readonly RecordedAccesses[];
  /** Hashes of earlier blocks, by decimal number; the same object for all blocks. */
  readonly blockHashes: Readonly<Record<string, string>>;
}

/** Where it would be. */
export const CORPUS = fileURLToPath(new URL('../../shared/corpus', import.meta.url));

/** Path of the corpus, or `null` when it is not there. */
export function corpusDirectory(): string | null {
  return existsSync(`${CORPUS}/mainnet`) ? CORPUS : null;
}

/** Numbers of the corpus's mainnet blocks, ascending; none without a corpus. */
export function mainnetBlocks(): number[] {
  const directory = corpusDirectory();
  if (directory === null) return [];
  return readdirSync(`${directory}/mainnet`)
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** Reads one block of the corpus. */
export function readCorpusBlock(number: number): CorpusBlock {
  const folder = `${CORPUS}/mainnet/${number}`;
  return {
    number,
    block: readGzip(`${folder}/block.json.gz`),
    prestate: readGzip(`${folder}/prestate.json.gz`) as Prestate,
    accesses: readGzip(`${folder}/accesses.json.gz`) as RecordedAccesses[],
    blockHashes: corpusBlockHashes(),
  };
}

let blockHashes: Readonly<Record<string, string>> | null = null;

function corpusBlockHashes(): Readonly<Record<string, string>> {
  blockHashes ??= JSON.parse(readFileSync(`${CORPUS}/mainnet/blockhashes.json`, 'utf8')) as Record<
    string,
    string
  >;
  return blockHashes;
}

function readGzip(path: string): unknown {
  return JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'));
}
