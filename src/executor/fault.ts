/** What can become of a worker thread, as plain data for whoever wants to know. A block completes all the same. */

export type FaultKind =
  /** It ended, and nothing says why. */
  | 'killed'
  /** An error that nobody caught. */
  | 'crashed'
  | 'out-of-memory'
  /** It had something to do, and gave no sign of life for longer than is allowed. */
  | 'hung'
  /** It said something that no worker in its right mind says, and was ended for it. */
  | 'garbage'
  /** It ended, or hung, before it was ready; its place stays empty until the next block. */
  | 'not-started';

/** A worker that was lost, or one that could not be had. The result of the block is right all the same. */
export interface Fault {
  readonly kind: FaultKind;
  /** Which worker, from 0. */
  readonly place: number;
  /** How often what it was at had been given out, this time included; 0 when it had nothing to do. */
  readonly attempt: number;
  readonly message: string;
}
