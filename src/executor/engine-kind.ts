/** The forms of @ethereumjs's EVM that there are; both give the same, to the last byte. */

/** As it is published, or tuned by this project. */
export type EngineKind = 'stock' | 'tuned';

/** The stock form runs where the tuned one does not: for versions and rules that it was not proved equal on. */
export const DEFAULT_ENGINE: EngineKind = 'tuned';
