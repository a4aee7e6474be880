/** The content of an output file, as bytes. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { InputError } from '../errors.ts';
import type { Findings } from '../report/document.ts';
import { outputName, type Rendered } from './kinds.ts';

const compress = promisify(gzip);

/**
 * What a file of this name is to hold, by its extension; see `OUTPUT_KINDS`.
 *
 * @throws InputError for an extension that is not known, and for a kind that needs an execution where there is none.
 */
export async function renderOutput(path: string, findings: Findings): Promise<Uint8Array> {
  const { kind, isCompressed } = outputName(path);
  if (kind.needs === 'execution' && findings.execution === null) {
    const expected = `an execution: a ${kind.extension} file says what came of it`;
    throw new InputError({ source: path, path: '', expected, got: 'an analysis' });
  }
  const render = await kind.load();
  return asBytes(await render(findings), isCompressed ? 'compressed' : 'plain');
}

/** Text as UTF-8. */
export async function asBytes(content: Rendered, form: 'plain' | 'compressed'): Promise<Uint8Array> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return form === 'compressed' ? compress(bytes) : bytes;
}
