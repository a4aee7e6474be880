/** Execution reached state that its source does not know. */
import type { StateKey } from '../state/key.ts';

/** Names the keys that are needed to go on; a source with `load` may fetch them. */
export class MissingStateError extends Error {
  override readonly name = 'MissingStateError';
  readonly code = 'missing-state';
  readonly keys: readonly StateKey[];

  constructor(keys: readonly StateKey[]) {
    super(`state is not known: ${keys.join(', ')}`);
    this.keys = keys;
  }
}
