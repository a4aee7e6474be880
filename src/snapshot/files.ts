/** A snapshot as files: what they are called, and writing them so that none is ever half there. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { InputError } from '../errors.ts';
import type { NodeSnapshot } from './take.ts';

/** Names without `.gz`; a folder has those of one snapshot. */
const NAMES = {
  block: 'block.json',
  transactions: 'transactions.json',
  prestate: 'prestate.json',
  blockHashes: 'blockhashes.json',
} as const;

/** How to write a snapshot. */
export interface WriteOptions {
  /** Whether the large files are compressed. Default: `no`. */
  readonly gzip?: 'no' | 'yes';
  /** What to do about files of an earlier snapshot. Default: `keep`, which is an error if there are any. */
  readonly existing?: 'keep' | 'replace';
}

/** Where the parts of a snapshot were written. */
export interface SnapshotPaths {
  readonly input: string;
  readonly prestate: string;
  /** `null`: there are none. */
  readonly blockHashes: string | null;
}

/**
 * Makes sure that a snapshot can be written there.
 *
 * @throws InputError where files of another one are, or the folder cannot be made.
 */
export async function prepareFolder(folder: string, { existing = 'keep' }: WriteOptions = {}): Promise<void> {
  const present = await writable(folder, async () => {
    await mkdir(folder, { recursive: true });
    return readdir(folder);
  });
  const mine = new Set(Object.values(NAMES).flatMap((name) => [name, `${name}.gz`]));
  const found = present.find((name) => mine.has(name));
  if (found === undefined || existing === 'replace') return;
  const expected = 'a folder without a snapshot, or --force to replace it';
  throw new InputError({ source: '--out', path: '', expected, got: join(folder, found) });
}

/**
 * Writes a snapshot into a folder; each file appears whole or not at all.
 *
 * @throws InputError as `prepareFolder`, and where a file cannot be written.
 */
export async function writeSnapshot(
  folder: string,
  snapshot: NodeSnapshot,
  options: WriteOptions = {},
): Promise<SnapshotPaths> {
  await prepareFolder(folder, options);
  const suffix = options.gzip === 'yes' ? '.gz' : '';
  const inputName = snapshot.input.block === null ? NAMES.transactions : NAMES.block;
  const files = new Map<string, unknown>([
    [`${NAMES.prestate}${suffix}`, snapshot.prestate],
    ...(snapshot.blockHashes === null ? [] : [[NAMES.blockHashes, snapshot.blockHashes] as const]),
    // Last: who finds the input finds the rest.
    [`${inputName}${suffix}`, snapshot.document],
  ]);
  await writable(folder, async () => {
    for (const name of Object.values(NAMES)) {
      for (const old of [name, `${name}.gz`]) {
        if (!files.has(old)) await rm(join(folder, old), { force: true });
      }
    }
    for (const [name, value] of files) await writeWhole(join(folder, name), value);
  });
  return {
    input: join(folder, `${inputName}${suffix}`),
    prestate: join(folder, `${NAMES.prestate}${suffix}`),
    blockHashes: snapshot.blockHashes === null ? null : join(folder, NAMES.blockHashes),
  };
}

async function writeWhole(path: string, value: unknown): Promise<void> {
  const text = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, path.endsWith('.gz') ? gzipSync(text) : text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** @throws InputError for what the system refuses. */
async function writable<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError({
      source: '--out',
      path: '',
      expected: 'a folder that can be written to',
      got: `${folder} (${error instanceof Error ? error.message : String(error)})`,
    });
  }
}
