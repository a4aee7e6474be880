/**
 * The kinds of files that the result of `lint` can be written to, by extension. A row is light: what makes a file is
 * loaded when its kind is asked for.
 */
import type { LintResult } from '../lint/lint.ts';
import type { SarifSource } from '../lint/sarif.ts';
import { kindOf, type OutputKind } from './kinds.ts';

/** A JSON value. */
type Builder = (result: LintResult, source: SarifSource) => unknown;

/** One kind of file. */
export interface LintKind extends Pick<OutputKind, 'extension' | 'description'> {
  readonly load: () => Promise<Builder>;
}

/** In the order of the help text. */
export const LINT_KINDS: readonly LintKind[] = [
  {
    extension: '.json',
    description: 'the JSON document, as --json prints it',
    load: async () => (await import('../lint/document.ts')).buildLintDocument,
  },
  {
    extension: '.sarif',
    description: 'findings for code scanning (SARIF 2.1.0)',
    load: async () => (await import('../lint/sarif.ts')).buildSarif,
  },
  {
    extension: '.access-lists.json',
    description: 'the best list of each transaction, as eth_createAccessList answers',
    load: async () => (await import('../lint/best-lists.ts')).bestLists,
  },
];

/**
 * What a file of this name is to hold, by its extension; see `LINT_KINDS`.
 *
 * @param source - Where the findings stand.
 * @throws InputError for an extension that is not known.
 */
export async function renderLint(
  path: string,
  result: LintResult,
  source: SarifSource = {},
): Promise<Uint8Array> {
  const { kind, isCompressed } = kindOf(path, LINT_KINDS);
  const [build, { asBytes }] = [await kind.load(), await import('./render.ts')];
  return asBytes(jsonText(build(result, source)), isCompressed ? 'compressed' : 'plain');
}

/** Indented, with a line's end after it. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
