/** The book of names that files say, for the accounts of one state. */
import type { Address, Hex } from '../input/block.ts';
import type { StateSource } from '../state/source.ts';
import { type Artifact, isInstance } from './artifact.ts';
import { codeOf, implementationOf } from './implementation.ts';
import { variableAt } from './layout.ts';
import type { NameBook, NamedPlace } from './names.ts';
import type { StoragePlace } from './place.ts';
import type { WordText } from './place-text.ts';
import type { NameFiles } from './read.ts';

/** Names that somebody chose come before those that contracts say, and names of source code after them. */
export interface FileBooks {
  readonly chosen: NameBook;
  readonly compiled: NameBook;
}

/**
 * @param state - By whose code accounts are recognised as instances of artifacts, their own or that of a proxy's
 *   implementation.
 */
export function fileBooks(files: NameFiles, state: StateSource): FileBooks {
  const chosen = new FileBook(files, state);
  const compiled = { contract: (address: Address) => chosen.compiledName(address), ...SILENT };
  return { chosen, compiled };
}

const SILENT = { function: () => null, variable: () => null };

class FileBook implements NameBook {
  readonly #files: NameFiles;
  readonly #state: StateSource;
  readonly #byAddress: ReadonlyMap<Address, readonly Artifact[]>;
  readonly #found = new Map<Address, readonly Artifact[]>();

  constructor(files: NameFiles, state: StateSource) {
    this.#files = files;
    this.#state = state;
    const byAddress = new Map<Address, Artifact[]>();
    for (const artifact of files.artifacts) {
      for (const address of artifact.addresses) {
        byAddress.set(address, [...(byAddress.get(address) ?? []), artifact]);
      }
    }
    this.#byAddress = byAddress;
  }

  contract(address: Address): string | null {
    return this.#files.labels.get(address) ?? null;
  }

  compiledName(address: Address): string | null {
    return this.#artifactsOf(address).find(({ name }) => name !== null)?.name ?? null;
  }

  function(address: Address | null, selector: Hex): string | null {
    if (address === null) return this.#files.functions.get(selector) ?? null;
    const own = this.#artifactsOf(address).find(({ functions }) => functions.has(selector));
    return own?.functions.get(selector) ?? null;
  }

  variable(address: Address, _slot: bigint, place: StoragePlace | null, word: WordText): NamedPlace | null {
    if (place === null) return null;
    for (const { layout } of this.#artifactsOf(address)) {
      const named = layout === null ? null : variableAt(layout, place, word);
      if (named !== null) return named;
    }
    return null;
  }

  /** Those that name the account, and those whose code it runs. */
  #artifactsOf(address: Address): readonly Artifact[] {
    let found = this.#found.get(address);
    if (found === undefined) {
      const target = implementationOf(address, this.#state);
      const accounts = target === null ? [address] : [address, target];
      const named = accounts.flatMap((account) => this.#byAddress.get(account) ?? []);
      found = [...new Set([...named, ...accounts.flatMap((account) => this.#instancesAt(account))])];
      this.#found.set(address, found);
    }
    return found;
  }

  #instancesAt(address: Address): Artifact[] {
    const code = codeOf(address, this.#state);
    if (code.length === 0) return [];
    return this.#files.artifacts.filter(
      (artifact) => artifact.code !== null && isInstance(code, artifact.code),
    );
  }
}
