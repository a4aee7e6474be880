/** What goes wrong between here and a node. */

/** A node did not answer, or not as it should. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code = 'rpc-failed';

  /** @param host - Without path and password, which may be secret. */
  constructor(host: string, problem: string) {
    super(`${host}: ${problem}`);
  }
}

/**
 * What to do about a failed exchange. `busy`: the node wants less, or later; `transient`: the same may work in a
 * moment; `size`: too much in one request, or no batches at all; `final`: asking again does not help.
 */
export type TroubleKind = 'busy' | 'transient' | 'size' | 'final';

/** An exchange with a node that failed. */
export class Trouble extends Error {
  override readonly name = 'Trouble';
  readonly kind: TroubleKind;
  /** How long the node asks to be left alone. */
  readonly waitMs: number | null;
  /** Whether fewer calls in one request may help, beside what `kind` says. */
  readonly isPerhapsSize: boolean;

  constructor(
    kind: TroubleKind,
    message: string,
    more: { readonly waitMs?: number | null; readonly isPerhapsSize?: boolean } = {},
  ) {
    super(message);
    this.kind = kind;
    this.waitMs = more.waitMs ?? null;
    this.isPerhapsSize = more.isPerhapsSize ?? kind === 'size';
  }
}

const LONGEST_EXCERPT = 80;

/** A value for an error message: JSON on one line, cut where it gets long. */
export function excerpt(value: unknown): string {
  const text = (typeof value === 'string' ? JSON.stringify(value) : jsonOf(value)).replace(/\s+/g, ' ');
  return text.length <= LONGEST_EXCERPT ? text : `${text.slice(0, LONGEST_EXCERPT)}…`;
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}
