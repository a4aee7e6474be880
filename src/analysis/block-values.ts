/** Which values of the header a derivation looked at: it holds under every header that has the same. */
import type { BlockHeader } from '../input/block.ts';

export type HeaderField = keyof BlockHeader;

const NOTHING: ReadonlySet<HeaderField> = new Set();

/** Shows a header and notes which of its values were looked at. */
export class WatchedHeader {
  readonly #seen = new Set<HeaderField>();
  readonly shown: BlockHeader;

  constructor(header: BlockHeader) {
    const seen = this.#seen;
    this.shown = Object.create(null, {
      ...Object.fromEntries(
        (Object.keys(header) as HeaderField[]).map((field) => [
          field,
          {
            enumerable: true,
            get: () => {
              seen.add(field);
              return header[field];
            },
          },
        ]),
      ),
    }) as BlockHeader;
  }

  /** What was looked at since it was last taken. */
  take(): ReadonlySet<HeaderField> {
    if (this.#seen.size === 0) return NOTHING;
    const taken = new Set(this.#seen);
    this.#seen.clear();
    return taken;
  }
}
