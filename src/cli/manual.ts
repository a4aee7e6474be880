/** What a command's help and its page of the manual say beside its options. */
import type { OutputKind } from '../output/kinds.ts';
import { EXIT } from './exit-code.ts';

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
  const lines = examples.flatMap(({ command, does }) => [`  # ${does}`, `  ${command}`]);
  const codes = EXIT_CODES.map(({ code, means }) => `  ${String(code).padEnd(4)}${means}`);
  return `\nExamples:\n${lines.join('\n')}\n\nExit codes:\n${codes.join('\n')}`;
}
