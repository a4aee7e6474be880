/** The forms of @ethereumjs's EVM that there are; both give the same, to the last byte. */

/** As it is published, or tuned by this project. */
export type EngineKind = 'stock' | 'tuned';

/** The stock form, until the tuned one has run under all loads that it is meant for. */
export const DEFAULT_ENGINE: EngineKind = 'stock';
