/** Execution reached state that its source does not know. */
import type { StateKey } from '../state/key.ts';

const SHOWN_KEYS = 3;

/** Names the keys that are needed to go on; a source with `load` may fetch them. */
export class MissingStateError extends Error {
  override readonly name = 'MissingStateError';
  readonly code = 'missing-state';
  readonly keys: readonly StateKey[];

  constructor(keys: readonly StateKey[]) {
    const rest = keys.length - SHOWN_KEYS;
    const more = rest > 0 ? ` and ${rest} more` : '';
    super(`state is not known: ${keys.slice(0, SHOWN_KEYS).join(', ')}${more}`);
    this.keys = keys;
  }
}
