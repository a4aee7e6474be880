/** Files and standard input as JSON: read, unpacked, parsed. The only part of reading that does I/O. */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { InputError } from '../errors.ts';
import { isHex } from './hex.ts';
import { findJsonError } from './json-error.ts';

/** Stands for standard input. */
const STANDARD_INPUT = '-';

/** Text longer than this does not fit into one string of V8. */
const MAX_BYTES = 2 ** 29 - 25;

/** Parsed values take far more memory than text: beyond this many, of whatever kind, it may not be there. */
const MAX_VALUES = 20e6;
/** Text that cannot hold more values than are allowed. */
const FEW_BYTES = 2 * MAX_VALUES;

const TOO_LARGE = { expected: 'at most 512 MiB of JSON', got: 'more' };

const unpack = promisify(gunzip);

/**
 * Reads JSON or NDJSON, gzipped or not, from a file or from standard input (`-`). In errors the source is
 * the path, or `standard input`.
 *
 * @throws InputError for whatever is wrong with it.
 */
export async function readDocument(
  path: string,
  standardInput: AsyncIterable<Uint8Array | string> = process.stdin,
): Promise<unknown> {
  return parseDocuments(await unpackedText(path, standardInput), sourceOf(path));
}

/** The same, for a file that may hold plain text instead: that is returned as a string. */
export async function readDocumentOrText(
  path: string,
  standardInput: AsyncIterable<Uint8Array | string> = process.stdin,
): Promise<unknown> {
  const text = await unpackedText(path, standardInput);
  return /^\uFEFF?\s*[[{"]/.test(text) ? parseDocuments(text, sourceOf(path)) : text;
}

async function unpackedText(
  path: string,
  standardInput: AsyncIterable<Uint8Array | string>,
): Promise<string> {
  const source = sourceOf(path);
  if (path !== STANDARD_INPUT) await refuseLargeFile(path);
  const packed = await readBytes(path === STANDARD_INPUT ? standardInput : createReadStream(path), source);
  const bytes = isGzip(packed) ? await unpackBytes(packed, source) : packed;
  return textOf(bytes, source);
}

function sourceOf(path: string): string {
  return path === STANDARD_INPUT ? 'standard input' : path;
}

/**
 * The text of a file, as it stands there; `null` for one that is compressed.
 *
 * @throws InputError
 */
export async function readText(path: string): Promise<string | null> {
  const bytes = await readBytes(createReadStream(path), path);
  return isGzip(bytes) ? null : textOf(bytes, path);
}

/** Before anything is read; what is no file says no size. */
async function refuseLargeFile(path: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > MAX_BYTES) throw new InputError({ source: path, path: '', ...TOO_LARGE });
}

function textOf(bytes: Buffer, source: string): string {
  const wrong = (expected: string, got: string) => new InputError({ source, path: '', expected, got });
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isUtf16) throw wrong('JSON in UTF-8', 'UTF-16');
  if (!isUtf8(bytes)) throw wrong('JSON in UTF-8', 'other bytes');
  if (bytes.length > FEW_BYTES && countValues(bytes) > MAX_VALUES) {
    throw wrong(`at most ${MAX_VALUES / 1e6} million values`, 'more');
  }
  return bytes.toString('utf8');
}

/** At least as many as there are values: each comes with one of these characters before it, but for the first. */
function countValues(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === OPENS_ARRAY || byte === OPENS_OBJECT || byte === COMMA) count++;
  }
  return count;
}

const [OPENS_ARRAY, OPENS_OBJECT, COMMA] = Buffer.from('[{,');

async function readBytes(stream: AsyncIterable<Uint8Array | string>, source: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      length += bytes.length;
      if (length > MAX_BYTES) throw new InputError({ source, path: '', ...TOO_LARGE });
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError({ source, path: '', expected: 'a readable file', got: fileProblem(error) });
  }
  return Buffer.concat(chunks);
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function unpackBytes(bytes: Uint8Array, source: string): Promise<Buffer> {
  try {
    return await unpack(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw new InputError({ source, path: '', ...TOO_LARGE });
    throw new InputError({ source, path: '', expected: 'a whole gzip file', got: fileProblem(error) });
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file or folder'],
  ['EISDIR', 'a directory'],
  ['ENOTDIR', 'a file where a folder should be'],
  ['EACCES', 'no permission for it'],
  ['ENAMETOOLONG', 'a name that is too long'],
  ['ENOSPC', 'no space left'],
  ['Z_BUF_ERROR', 'one that is cut short'],
  ['Z_DATA_ERROR', 'damaged data'],
]);

/** By `code` and not by class: errors of `node:` modules may come from another realm. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** In a few words, why a file cannot be read or written. */
export function fileProblem(error: unknown): string {
  return REASONS.get(codeOf(error)) ?? `an error (${codeOf(error) || String(error)})`;
}

/**
 * Parses one JSON value; or NDJSON, one value on each line, as an array of these. Hex need not be quoted.
 *
 * @throws InputError with line and column.
 */
export function parseDocuments(text: string, source: string): unknown {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (json.trim() === '') throw new InputError({ source, path: '', expected: 'JSON', got: 'nothing' });
  try {
    return parseOne(json);
  } catch {
    return parseLines(json, source);
  }
}

/** A bare `0x…` is what tools print for a signed transaction, and cannot be anything else. */
function parseOne(text: string): unknown {
  const bare = text.trim();
  return isHex(bare) ? bare : JSON.parse(text);
}

function parseLines(json: string, source: string): unknown[] {
  const values: unknown[] = [];
  let offset = 0;
  for (const line of json.split('\n')) {
    if (line.trim() !== '') {
      try {
        values.push(parseOne(line));
      } catch {
        // Only a first line that is a whole value makes it NDJSON.
        throw values.length === 0 ? jsonError(json, 0, source) : jsonError(line, offset, source, json);
      }
    }
    offset += line.length + 1;
  }
  return values;
}

function jsonError(part: string, offset: number, source: string, whole = part): InputError {
  const at = offset + findJsonError(part);
  const before = whole.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  return new InputError({
    source,
    path: '',
    expected: 'JSON',
    got: `${describeAt(whole, at)} at line ${line}, column ${column}`,
  });
}

function describeAt(text: string, at: number): string {
  if (at >= text.length) return 'the end';
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0x20);
  return character === '\n' || character === '\r' ? 'the end of the line' : JSON.stringify(character);
}
