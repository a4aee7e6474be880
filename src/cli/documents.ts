/** The files that the arguments name, as parsed documents. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import type { Address } from '../input/block.ts';
import type { NamesDocument } from '../names/read.ts';
import type { NamedDocument, RunDocuments } from '../run.ts';

/** A collection of blocks has one such file for all of them. */
export const BLOCK_HASHES_FILE = 'blockhashes.json';

/** Stands for standard input among files to read, and for standard output among those to write. */
export const STANDARD_STREAM = '-';

/** Where the documents of a run are; `-` is standard input. */
export interface DocumentPaths {
  readonly input?: string;
  readonly state: readonly string[];
  readonly env?: string;
  readonly recorded?: readonly string[];
  /** Default: the file of block hashes that lies with the input. */
  readonly blockHashes?: string;
  readonly blockAccessList?: string;
  readonly names?: readonly NamesPath[];
  /** Files that are going to be written: none of them may be one of those above. */
  readonly written?: readonly string[];
}

/** A file with names, and the account that it is about, where that is said. */
export interface NamesPath {
  readonly path: string;
  readonly account?: Address;
}

/** @throws InputError what is not JSON, what cannot be read, standard input for several files, a file that would be lost */
export async function readDocuments({
  input,
  state,
  env,
  recorded = [],
  blockHashes = blockHashesNear(input),
  blockAccessList,
  names = [],
  written = [],
}: DocumentPaths): Promise<RunDocuments> {
  const read = [
    input,
    ...state,
    env,
    ...recorded,
    blockHashes,
    blockAccessList,
    ...names.map(({ path }) => path),
  ].filter((path) => path !== undefined);
  refuseSharedStandardInput(read);
  refuseOverwriting(read, written);
  const prestates: NamedDocument[] = [];
  const document = input === undefined ? undefined : await readNamed(input);
  for (const file of state) {
    prestates.push(await readNamed(file));
  }
  const recordings: NamedDocument[] = [];
  for (const file of recorded) {
    recordings.push(await readNamed(file));
  }
  return {
    ...(document !== undefined && { input: document }),
    prestates,
    ...(recordings.length > 0 && { recorded: recordings }),
    ...(env !== undefined && { env: await readNamed(env) }),
    ...(blockHashes !== undefined && { blockHashes: await readNamed(blockHashes) }),
    ...(blockAccessList !== undefined && { blockAccessList: await readNamed(blockAccessList) }),
    ...(names.length > 0 && { names: await readNames(names) }),
  };
}

async function readNames(files: readonly NamesPath[]): Promise<NamesDocument[]> {
  const { readDocumentOrText } = await import('../input/document.ts');
  const documents: NamesDocument[] = [];
  for (const { path, account } of files) {
    const source = path === STANDARD_STREAM ? 'standard input' : path;
    const value = await readDocumentOrText(path);
    documents.push({ value, source, ...(account !== undefined && { account }) });
  }
  return documents;
}

async function readNamed(file: string): Promise<NamedDocument> {
  const { readDocument } = await import('../input/document.ts');
  return {
    value: await readDocument(file),
    source: file === STANDARD_STREAM ? 'standard input' : file,
  };
}

function refuseSharedStandardInput(files: readonly (string | undefined)[]): void {
  if (files.filter((file) => file === STANDARD_STREAM).length > 1) {
    const expected = 'standard input (-) for one file at most';
    throw new InputError({ source: 'arguments', path: '', expected, got: 'it for several' });
  }
}

/** The block hashes that lie with an input file. */
function blockHashesNear(path: string | undefined): string | undefined {
  if (path === undefined || path === STANDARD_STREAM) return undefined;
  const folder = dirname(resolve(path));
  return [join(folder, BLOCK_HASHES_FILE), join(dirname(folder), BLOCK_HASHES_FILE)].find((file) =>
    existsSync(file),
  );
}

/** What is read is worth more than what is made of it. */
function refuseOverwriting(read: readonly string[], written: readonly string[]): void {
  const files = (paths: readonly string[]) => paths.filter((path) => path !== STANDARD_STREAM);
  const known = new Set(files(read).map(realPath));
  const lost = files(written).find((path) => known.has(realPath(path)));
  if (lost === undefined) return;
  throw new InputError({
    source: lost,
    path: '',
    expected: 'another file to write than those that are read',
    got: 'one of these',
  });
}

/** The path without links; as it is where there is no such file yet. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
