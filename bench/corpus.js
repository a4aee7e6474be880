/** The corpus's files. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** Folder of the mainnet blocks, which may not be there. */
export const CORPUS = fileURLToPath(new URL('../../shared/corpus/mainnet', import.meta.url));

/** @param {string} path */
export function readJson(path) {
  const bytes = readFileSync(path);
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
}
