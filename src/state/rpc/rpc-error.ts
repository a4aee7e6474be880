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

/** Of what others say, this much is looked at, and that much of it shown. */
const LONGEST_TEXT = 10_000;
const LONGEST_SHOWN = 200;
/** Of each array and object in an excerpt. */
const MOST_MEMBERS = 20;

/** A text of others on one line. */
export function oneLine(text: string): string {
  return text.slice(0, LONGEST_TEXT).replace(/\s+/g, ' ').trim();
}

/** A value for an error message: JSON on one line. */
export function excerpt(value: unknown): string {
  return oneLine(jsonOf(value));
}

/** As much of what others say as a line holds; to be cut only where nothing secret is in it any more. */
export function shown(text: string): string {
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}

/** However large the value is; JSON that was read may be deeper than JSON that can be written. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value, firstMembers) ?? 'nothing';
  } catch {
    return 'something very deep';
  }
}

function firstMembers(_name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, MOST_MEMBERS);
  if (typeof value === 'string') return value.slice(0, LONGEST_TEXT);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).slice(0, MOST_MEMBERS));
}
