/** What compilers say of a contract: its functions, its storage layout, its code. */
import type { Address, Hex } from '../input/block.ts';
import { cleanName } from './clean-text.ts';
import type { StorageLayout } from './layout.ts';

/** A contract as its compiler describes it; whatever the file does not say is `null` or empty. */
export interface Artifact {
  readonly name: string | null;
  /** Signatures by selector. */
  readonly functions: ReadonlyMap<Hex, string>;
  readonly layout: StorageLayout | null;
  readonly code: CodePattern | null;
  /** Where it is deployed, if the file says so. */
  readonly addresses: readonly Address[];
}

/** Code as it is deployed, but for what is filled in there. */
export interface CodePattern {
  readonly bytes: Uint8Array;
  /** Where immutables are, in bytes; the end does not count. */
  readonly holes: readonly { readonly start: number; readonly length: number }[];
}

/** Two bytes at the end say how long the metadata before them are (Solidity, "Contract Metadata"). */
const METADATA_LENGTH_BYTES = 2;

/** Whether this code is an instance of the pattern: metadata may differ, immutables too. */
export function isInstance(code: Uint8Array, { bytes, holes }: CodePattern): boolean {
  if (code.length !== bytes.length || code.length === 0) return false;
  const end = codeEnd(bytes);
  let at = 0;
  for (const { start, length } of [...holes, { start: end, length: 0 }]) {
    for (; at < Math.min(start, end); at++) if (code[at] !== bytes[at]) return false;
    at = Math.max(at, start + length);
  }
  return true;
}

function codeEnd(bytes: Uint8Array): number {
  const [high = 0, low = 0] = bytes.subarray(-METADATA_LENGTH_BYTES);
  const end = bytes.length - METADATA_LENGTH_BYTES - (high * 256 + low);
  return end > bytes.length / 2 ? end : bytes.length;
}

/** Longer signatures are shortened to their names. */
const LONGEST_SIGNATURE = 160;

/** A signature as it is shown. */
export function shownSignature(signature: string): string {
  if (signature.length <= LONGEST_SIGNATURE) return signature;
  return `${cleanName(signature.replace(/\(.*$/s, '')) ?? ''}(…)`;
}
