/**
 * The errors of this package. Each has a stable `code`; a value that crossed a thread is recognised by
 * that code, never by `instanceof`.
 */

/** What a wrong input looks like, field by field. */
export interface InputProblem {
  /** File or other origin of the value, e.g. `block.json` or `standard input`. */
  readonly source: string;
  /** Path of the offending field, e.g. `transactions[3].gas`; empty for the whole value. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

/** Control characters, of either set, line breaks, and what turns or hides text. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** A text on one line that does nothing to a terminal: whatever could is written as its code. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** A wrong input or wrong usage: one line that says what, where, expected, got. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code: string;
  readonly problem: InputProblem;

  constructor(problem: InputProblem, code = 'invalid-input') {
    const where = problem.path === '' ? problem.source : `${problem.source}: ${problem.path}`;
    super(printable(`${where}: expected ${problem.expected}, got ${problem.got}`));
    this.code = code;
    this.problem = problem;
  }
}

/**
 * A block that no execution accepts: names its first invalid transaction in block order, if it is that.
 * `reason` is a stable code such as `nonce-too-low` or `insufficient-funds`.
 */
export class InvalidBlockError extends Error {
  override readonly name = 'InvalidBlockError';
  readonly code = 'invalid-block';
  /** `null`: what the block itself does fails. */
  readonly transaction: number | null;
  readonly reason: string;

  constructor(transaction: number | null, reason: string, detail: string) {
    super(`${transaction === null ? 'the block' : `transaction ${transaction}`} is invalid: ${detail}`);
    this.transaction = transaction;
    this.reason = reason;
  }
}

/** What was asked for is not wanted any more: its signal was aborted. `cause` is the signal's reason. */
export class AbortedError extends Error {
  /** As the platform's own functions call it. */
  override readonly name = 'AbortError';
  readonly code = 'aborted';

  constructor(reason: unknown) {
    super('the operation was aborted', { cause: reason });
  }
}

/** Whoever was asked had been closed, or was closed before it was done. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError';
  readonly code = 'closed';
}

/** A broken assumption of this program: a bug, not a wrong input. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
  readonly code = 'internal-error';
}
