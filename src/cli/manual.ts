/** What a command's help and its page of the manual say beside its options. */
import { Help } from 'commander';
import type { OutputKind } from '../output/kinds.ts';
import { EXIT } from './exit-code.ts';

const COLUMNS = 80;

export interface Example {
  readonly command: string;
  /** What it is for, without a full stop. */
  readonly does: string;
}

/** A kind of file for `--out`. */
export interface FileKind extends Pick<OutputKind, 'extension' | 'description'> {
  readonly needs?: OutputKind['needs'];
}

export interface Manual {
  /** What one gets, as Markdown paragraphs; for the page only. */
  readonly about: string;
  readonly examples: readonly Example[];
  /** Kinds of files that it writes. */
  readonly files: readonly FileKind[];
}

export const EXIT_CODES: readonly { readonly code: number; readonly means: string }[] = [
  { code: EXIT.done, means: 'done' },
  { code: EXIT.failed, means: 'ran, but --verify or --strict failed' },
  { code: EXIT.wrongInput, means: 'wrong usage or input' },
  { code: EXIT.bug, means: 'a bug' },
];

/** What follows the options in `--help`. */
export function helpAfter(examples: readonly Example[]): string {
  const lines = examples.flatMap(({ command, does }) => [...commented(does), `  ${command}`]);
  const codes = helpRows(EXIT_CODES.map(({ code, means }) => [`${code}`, means]));
  return `\nExamples:\n${lines.join('\n')}\n\nExit codes:\n${codes}`;
}

/** Terms and what they mean, in two columns, wrapped as commander wraps options. */
export function helpRows(rows: readonly (readonly [term: string, meaning: string])[]): string {
  const help = helpOf80Columns();
  const width = Math.max(...rows.map(([term]) => term.length));
  return rows.map(([term, meaning]) => help.formatItem(term, width, meaning, help)).join('\n');
}

function commented(text: string): string[] {
  const start = '  # ';
  const lines = helpOf80Columns().boxWrap(text, COLUMNS - start.length);
  return lines.split('\n').map((line) => `${start}${line}`);
}

function helpOf80Columns(): Help {
  const help = new Help();
  help.prepareContext({ helpWidth: COLUMNS });
  return help;
}
