/** What the process says to its caller. */
export const EXIT = {
  done: 0,
  /** It ran, but `--verify` or `--strict` failed. */
  failed: 1,
  /** Wrong usage or input. */
  wrongInput: 2,
  /** A bug, as `EX_SOFTWARE` of sysexits.h. */
  bug: 70,
} as const;
