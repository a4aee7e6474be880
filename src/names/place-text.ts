/** Places in words, e.g. `mapping 3 [0x28c6…1d60] +1`, and words as people write them. */
import type { PlaceRoot, PlaceStep, StoragePlace } from './place.ts';

/** Smaller numbers are written in decimal. */
const LARGEST_DECIMAL = 10_000n;
const SHOWN_BYTES = 24;

/** How a word of a place, which may be an address, is written. */
export type WordText = (word: bigint) => string;

/** A place whose variable has no name. */
export function placeText({ root, steps }: StoragePlace, word: WordText = shortWord): string {
  return `${rootText(root, steps[0], word)}${stepsText(steps, word)}`;
}

/** The way from a variable on, e.g. ` [0x28c6…1d60] +1`; empty where there is none. */
export function stepsText(steps: readonly PlaceStep[], word: WordText = shortWord): string {
  return steps.map((step) => ` ${stepText(step, word)}`).join('');
}

function rootText(root: PlaceRoot, first: PlaceStep | undefined, word: WordText): string {
  switch (root.kind) {
    case 'slot':
      return `${nounOf(first)} ${word(root.slot)}`;
    case 'name':
      return root.name;
    case 'hash':
      return `hash of ${root.words.map((one) => (one === null ? '?' : word(one))).join(', ')}`;
    default:
      return root satisfies never;
  }
}

function nounOf(first: PlaceStep | undefined): string {
  switch (first?.kind) {
    case undefined:
    case 'member':
      return 'slot';
    case 'key':
    case 'bytes-key':
      return 'mapping';
    case 'element':
      return 'array';
    default:
      return first satisfies never;
  }
}

function stepText(step: PlaceStep, word: WordText): string {
  switch (step.kind) {
    case 'key':
      return `[${step.key === null ? '?' : word(step.key)}]`;
    case 'bytes-key':
      return `[${bytesText(step.key)}]`;
    case 'element':
      return `[${step.slots}]`;
    case 'member':
      return step.slots < 0n ? `−${-step.slots}` : `+${step.slots}`;
    default:
      return step satisfies never;
  }
}

/** Readable text in quotes, other bytes as hex. */
function bytesText(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, SHOWN_BYTES);
  const rest = shown.length < bytes.length ? '…' : '';
  if (shown.every((byte) => byte >= 0x20 && byte < 0x7f)) return `"${String.fromCharCode(...shown)}${rest}"`;
  return `0x${Buffer.from(shown).toString('hex')}${rest}`;
}

/** A word as a person writes it: small numbers in decimal, others as shortened hex. */
export function shortWord(value: bigint): string {
  if (value < LARGEST_DECIMAL) return value.toString();
  return shortHex(`0x${value.toString(16).padStart(isAddressLike(value) ? 40 : 64, '0')}`);
}

/** The ends of an address or a hash, e.g. `0xc02a…6cc2`. */
export function shortHex(hex: string): string {
  return hex.length <= 13 ? hex : `${hex.slice(0, 6)}…${hex.slice(-4)}`;
}

/** Whether a word may be an address: amounts are rarely as large, hashes never as small. */
export function isAddressLike(word: bigint): boolean {
  return word < 2n ** 160n && word >= LARGEST_DECIMAL;
}
