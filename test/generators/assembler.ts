/** Byte code from pieces: bytes, labels, and pushes of labels. */

/** A place in a program; equal only to itself. */
export interface Label {
  readonly kind: 'label';
}

export type Piece = number | Label | { readonly kind: 'push'; readonly label: Label };
export type Code = readonly Piece[];

/** Opcodes by name (Yellow Paper App. H and later EIPs). */
export const OP = {
  stop: 0x00,
  add: 0x01,
  mul: 0x02,
  sub: 0x03,
  div: 0x04,
  sdiv: 0x05,
  mod: 0x06,
  smod: 0x07,
  addMod: 0x08,
  mulMod: 0x09,
  exp: 0x0a,
  signExtend: 0x0b,
  lt: 0x10,
  gt: 0x11,
  slt: 0x12,
  sgt: 0x13,
  eq: 0x14,
  isZero: 0x15,
  and: 0x16,
  or: 0x17,
  xor: 0x18,
  not: 0x19,
  byte: 0x1a,
  shl: 0x1b,
  shr: 0x1c,
  sar: 0x1d,
  keccak256: 0x20,
  address: 0x30,
  balance: 0x31,
  origin: 0x32,
  caller: 0x33,
  callValue: 0x34,
  callDataLoad: 0x35,
  callDataSize: 0x36,
  callDataCopy: 0x37,
  codeSize: 0x38,
  codeCopy: 0x39,
  gasPrice: 0x3a,
  extCodeSize: 0x3b,
  extCodeCopy: 0x3c,
  returnDataSize: 0x3d,
  returnDataCopy: 0x3e,
  extCodeHash: 0x3f,
  blockHash: 0x40,
  coinbase: 0x41,
  timestamp: 0x42,
  number: 0x43,
  prevRandao: 0x44,
  gasLimit: 0x45,
  chainId: 0x46,
  selfBalance: 0x47,
  baseFee: 0x48,
  blobHash: 0x49,
  blobBaseFee: 0x4a,
  pop: 0x50,
  mload: 0x51,
  mstore: 0x52,
  mstore8: 0x53,
  sload: 0x54,
  sstore: 0x55,
  jump: 0x56,
  jumpIf: 0x57,
  pc: 0x58,
  msize: 0x59,
  gas: 0x5a,
  jumpDest: 0x5b,
  tload: 0x5c,
  tstore: 0x5d,
  mcopy: 0x5e,
  dup1: 0x80,
  dup2: 0x81,
  swap1: 0x90,
  log0: 0xa0,
  log1: 0xa1,
  create: 0xf0,
  call: 0xf1,
  callCode: 0xf2,
  return: 0xf3,
  delegateCall: 0xf4,
  create2: 0xf5,
  staticCall: 0xfa,
  revert: 0xfd,
  invalid: 0xfe,
  selfDestruct: 0xff,
} as const;

const PUSH1 = 0x60;
const PUSH2 = 0x61;

export function label(): Label {
  return { kind: 'label' };
}

/** A push of a label's place. */
export function placeOf(target: Label): Piece {
  return { kind: 'push', label: target };
}

/** The shortest push of a number; of at least `width` bytes. */
export function push(value: bigint, width = 1): Code {
  const hex = value.toString(16);
  const padded = hex.padStart(Math.max(width * 2, hex.length + (hex.length % 2)), '0');
  const bytes = [...Buffer.from(padded, 'hex')];
  return [PUSH1 + bytes.length - 1, ...bytes];
}

function lengthOf(piece: Piece): number {
  if (typeof piece === 'number') return 1;
  return piece.kind === 'label' ? 1 : 3;
}

/** Every label becomes a JUMPDEST. */
export function assemble(code: Code): Uint8Array {
  const places = new Map<Label, number>();
  let length = 0;
  for (const piece of code) {
    if (typeof piece !== 'number' && piece.kind === 'label') places.set(piece, length);
    length += lengthOf(piece);
  }
  const bytes: number[] = [];
  for (const piece of code) {
    if (typeof piece === 'number') {
      bytes.push(piece);
    } else if (piece.kind === 'label') {
      bytes.push(OP.jumpDest);
    } else {
      const place = places.get(piece.label) ?? 0;
      bytes.push(PUSH2, place >> 8, place & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}
