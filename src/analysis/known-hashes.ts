/**
 * Slots whose preimage is known although no hash instruction is in sight: compilers fold
 * `keccak256(<slot number>)` and the hashes of namespaces into literals. Offsets are modulo 2^256, so an
 * offset of -1 and one of 2^256 - 1 are the same.
 */
import { keccak256 } from '../input/keccak.ts';
import type { Preimage, PreimageWord, SlotOrigin } from './access.ts';

/** Hashes, and sums of a hash and an offset, are taken as at least this far from 0 and from each other. */
export const HASH_DISTANCE = 1n << 64n;

/** Solidity puts the elements of a dynamic array, and the bytes of a string, at `keccak256(slot)`. */
const BASE_SLOTS = 256n;

/** ERC-7201 clears the last byte of a hash: the named slot lies at most this far below a table entry. */
const BELOW = 255n;

/** ERC-1967, "Storage slots": `keccak256(name) - 1`; the last one is from its earlier drafts. */
const ERC1967_NAMES = [
  'eip1967.proxy.implementation',
  'eip1967.proxy.beacon',
  'eip1967.proxy.admin',
  'eip1967.proxy.rollback',
];

/** Slots or struct bases that are `keccak256(name)` itself. */
const HASHED_NAMES = [
  'PROXIABLE', // ERC-1822
  'diamond.standard.diamond.storage', // ERC-2535, reference implementation
  'org.zeppelinos.proxy.implementation', // ZeppelinOS 1 and 2
  'org.zeppelinos.proxy.admin',
  'fallback_manager.handler.address', // Safe, FallbackManager.sol
  'guard_manager.guard.address', // Safe, GuardManager.sol
];

/** ERC-7201, `erc7201(id)`: ids of OpenZeppelin Contracts (Upgradeable) 5. */
const ERC7201_IDS = [
  'AccessControl',
  'AccessControlDefaultAdminRules',
  'AccessControlEnumerable',
  'AccessManaged',
  'EIP712',
  'ERC1155',
  'ERC1155Supply',
  'ERC1155URIStorage',
  'ERC20',
  'ERC20Capped',
  'ERC20Wrapper',
  'ERC2981',
  'ERC4626',
  'ERC721',
  'ERC721Enumerable',
  'ERC721URIStorage',
  'Initializable',
  'Nonces',
  'Ownable',
  'Ownable2Step',
  'Pausable',
  'ReentrancyGuard',
  'VestingWallet',
  'Votes',
].map((name) => `openzeppelin.storage.${name}`);

interface KnownHash {
  readonly hash: bigint;
  readonly preimage: Preimage;
}

function bigintOf(bytes: Uint8Array): bigint {
  let hex = '0x0';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return BigInt(hex);
}

/** The bytes of a preimage without unknown words, else `null`. */
function bytesOf(preimage: Preimage): Uint8Array | null {
  const bytes = new Uint8Array(preimage.words.length * 32);
  for (const [index, word] of preimage.words.entries()) {
    let value = wordValue(word);
    if (value === null) return null;
    for (let at = index * 32 + 31; value !== 0n; at--, value >>= 8n) bytes[at] = Number(value & 0xffn);
  }
  return bytes.subarray(0, preimage.byteLength);
}

function wordValue(word: PreimageWord): bigint | null {
  switch (word.kind) {
    case 'constant':
      return word.value;
    case 'unknown':
      return null;
    case 'hash': {
      const hash = hashOf(word.preimage);
      return hash === null ? null : BigInt.asUintN(256, hash + word.offset);
    }
    default:
      return word satisfies never;
  }
}

const hashes = new WeakMap<Preimage, bigint | null>();

/** The hash of a preimage without unknown words, else `null`. Hashes once for each preimage object. */
export function hashOf(preimage: Preimage): bigint | null {
  const cached = hashes.get(preimage);
  if (cached !== undefined) return cached;
  const bytes = bytesOf(preimage);
  const hash = bytes === null ? null : bigintOf(keccak256(bytes));
  hashes.set(preimage, hash);
  return hash;
}

/** The preimage that is exactly these bytes. */
export function constantPreimage(bytes: Uint8Array): Preimage {
  const words: PreimageWord[] = [];
  for (let at = 0; at < bytes.length; at += 32) {
    const word = new Uint8Array(32);
    word.set(bytes.subarray(at, at + 32));
    words.push({ kind: 'constant', value: bigintOf(word) });
  }
  return { byteLength: bytes.length, words };
}

function wordPreimage(value: bigint): Preimage {
  return { byteLength: 32, words: [{ kind: 'constant', value: BigInt.asUintN(256, value) }] };
}

function namePreimage(name: string): Preimage {
  return constantPreimage(new TextEncoder().encode(name));
}

function knownPreimages(): Preimage[] {
  const preimages: Preimage[] = [];
  for (let slot = 0n; slot < BASE_SLOTS; slot++) preimages.push(wordPreimage(slot));
  for (const name of [...ERC1967_NAMES, ...HASHED_NAMES]) preimages.push(namePreimage(name));
  for (const id of ERC7201_IDS) {
    const name = namePreimage(id);
    preimages.push(name, wordPreimage((hashOf(name) ?? 0n) - 1n));
  }
  return preimages;
}

let table: readonly KnownHash[] | null = null;

/** Ascending by hash. About 300 hashes, computed at the first use. */
function knownHashes(): readonly KnownHash[] {
  if (table === null) {
    const entries = knownPreimages().map((preimage) => ({ hash: hashOf(preimage) ?? 0n, preimage }));
    table = entries.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  }
  return table;
}

/**
 * How a slot came about, if it lies within 2^64 above (or 255 below) one of the hashes that compilers fold:
 * `keccak256(uint256)` of 0 to 255, and the names of ERC-1967, ERC-1822, ERC-2535 and ERC-7201.
 *
 * @returns An origin whose offset may be negative; `null` when the slot may still be any other hash.
 */
export function knownOrigin(slot: bigint): SlotOrigin | null {
  if (slot < HASH_DISTANCE) return null;
  const entries = knownHashes();
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle] as KnownHash).hash <= slot) low = middle + 1;
    else high = middle;
  }
  const below = entries[low - 1];
  if (below !== undefined && slot - below.hash < HASH_DISTANCE) {
    return { preimage: below.preimage, offset: slot - below.hash };
  }
  const above = entries[low];
  if (above !== undefined && above.hash - slot <= BELOW) {
    return { preimage: above.preimage, offset: slot - above.hash };
  }
  return null;
}
