/** Why the sets of a transaction are not exact: a closed list of reasons, each with its place in the byte code. */
import type { Address, Hex } from '../input/block.ts';
import type { StateKey } from '../state/key.ts';

/** All codes with what each says, most important first. Codes are stable; the sentences are for people. */
export const REASONS = {
  'unsupported-hardfork': 'the rules of the hardfork are not modelled yet',
  'step-limit': 'takes more steps than the analysis allows',
  'fork-limit': 'has more undecided branches than the analysis allows',
  'depth-limit': 'calls nest deeper than the analysis follows',
  'memory-limit': 'memory grows beyond what the analysis follows',
  'round-limit': 'its sets grow with those of other transactions, round after round',
  'unknown-code': 'runs code that is not known',
  'unknown-call-target': 'calls an address that is not known',
  'unknown-create-address': 'creates a contract at an address that is not known',
  'unknown-jump-target': 'jumps to a computed destination that is not known',
  'unknown-account': 'looks at or pays an account whose address is not known',
  'unknown-slot': 'touches a slot that is not known',
  'unknown-branch': 'a branch depends on something that is not known',
  'unknown-balance': 'whether a balance covers the value sent is not known',
  'unknown-collision': 'whether an account is there already where a contract is created is not known',
  'unknown-authority': 'whether an EIP-7702 authorisation holds is not known',
  'unknown-result': 'whether a precompile accepts its input is not known',
  'unknown-value': 'whether a call in a static frame sends value is not known',
  'unknown-return-data': 'whether return data reaches as far as it is read is not known',
  'may-run-out-of-gas': 'gas may end here',
  'known-storage-root': 'its conditions name a storage root, which depends on every slot of the account',
  recorded: 'its sets are a recording of one execution, and hold for no other',
} as const;

/** Codes of reasons; `REASONS` has their words. */
export type ReasonCode = keyof typeof REASONS;

/** Where in the byte code. What belongs to no instruction is at the start of the code that the transaction calls. */
export interface Place {
  /** Whose code runs. */
  readonly address: Address;
  /** The function: the first four bytes of the frame's call data, where there are any and they are known. */
  readonly selector: Hex | null;
  readonly pc: number;
}

/** Why something is not known, or not exact. */
export interface Reason {
  readonly code: ReasonCode;
  readonly message: string;
  readonly at: Place;
  /** The state keys that the unknown value depends on: those that are not known, where there are any. Ascending. */
  readonly dependsOn: readonly StateKey[];
  /** The transactions that may write them, ascending; a key that none may write is left out. */
  readonly writtenBy: ReadonlyMap<StateKey, readonly number[]>;
}
