/**
 * Byte code made to exhaust an analyser: its time, its memory, its call stack, or whoever reads its answer. Each
 * program is what a transaction of 30 million gas calls. Where the storage of the contract is unknown, every slot
 * is an unknown word of its own.
 */

import { contract, type Scene, TARGET, transaction } from '../analysis/scene.ts';
import { type Code, label, OP, placeOf, push } from './assembler.ts';
import { branch, call, repeat, slot } from './snippets.ts';

export interface HostileProgram {
  readonly name: string;
  readonly code: Code;
  /** Whether the analysis is not to know the contract's storage. */
  readonly isStorageUnknown: boolean;
}

const LARGEST_CODE = 24_576;
const MAX = (1n << 256n) - 1n;
const DUP3 = OP.dup2 + 1;
const SWAP2 = OP.swap1 + 1;
const EXP = 0x0a;

/** Runs `body` until gas ends. */
function forever(body: Code): Code {
  const start = label();
  return [start, ...body, placeOf(start), OP.jump];
}

/** Runs `body` until gas ends, with 1, 2, 3… on top of the stack. */
function counting(body: Code): Code {
  return [...push(0n), ...forever([...push(1n), OP.add, ...body])];
}

const callSelf = (kind: number = OP.call, gas: Code = [OP.gas]): Code => [
  ...call([OP.address], { kind, gas }),
  OP.pop,
];

const precompile = (address: bigint, inputLength: bigint): Code => [
  ...call(push(address), { kind: OP.staticCall, input: [0n, inputLength], output: [1n << 16n, 32n] }),
  OP.pop,
];

const storeWords = (...words: readonly bigint[]): Code =>
  words.flatMap((word, i) => [...push(word), ...push(BigInt(32 * i)), OP.mstore]);

/** One of two numbers; a slot decides which. */
const choice = (at: number, a: Code = push(1n), b: Code = push(2n)): Code => branch(slot(BigInt(at)), a, b);

/** Replaces the top by its hash, and the top two by theirs. */
const hashOne: Code = [...push(0n), OP.mstore, ...push(32n), ...push(0n), OP.keccak256];
const hashTwo: Code = [
  ...push(0n),
  OP.mstore,
  ...push(32n),
  OP.mstore,
  ...push(64n),
  ...push(0n),
  OP.keccak256,
];

/** Adds the slot numbered by the top to the word below it. */
const addSlot: Code = [OP.dup1, OP.sload, DUP3, OP.add, SWAP2, OP.pop];

/** Generators of the two groups of alt_bn128 (EIP-197). */
const BN254 = [
  1n,
  2n,
  11559732032986387107991004021392285783925812861821192530917403151452391805634n,
  10857046999023057135944570762232829481370756359578518086990519993285655852781n,
  4082367875863433681332203403145435568316851327593401208105741076214120093531n,
  8495653923123431417604973247489272438418190587263600148770280649306958101930n,
] as const;

/** Programs of which everything is known. */
const KNOWN: Readonly<Record<string, Code>> = {
  'an endless loop': forever([]),
  '24 KB of jump destinations, again and again': [
    ...repeat(LARGEST_CODE - 3, () => [OP.jumpDest]),
    ...push(0n),
    OP.jump,
  ],
  'jumps all over 24 KB': forever(
    repeat(4_800, () => {
      const next = label();
      return [placeOf(next), OP.jump, next];
    }),
  ),
  '24 KB of code entered again and again': [
    ...forever(callSelf(OP.call, push(10n))),
    ...repeat(LARGEST_CODE - 40, () => [OP.jumpDest]),
  ],
  'bytes at the far end of memory': forever([OP.pc, ...push(3_800_000n), OP.mstore8]),
  'copies of a megabyte': forever([...push(1n << 20n), ...push(0n), ...push(1n), OP.mcopy]),
  'memory in each of 1,024 frames': [...push(1n), ...push(90_000n), OP.mstore8, ...callSelf()],
  'code copied over and over': forever([
    ...push(24_000n),
    ...push(0n),
    ...push(0n),
    OP.address,
    OP.extCodeCopy,
  ]),
  'a chain of hashes': [...push(0n), ...forever(hashOne)],
  'hashes of large memory': forever([...push(60_000n), ...push(0n), OP.keccak256, OP.pop]),
  'as many slots as gas pays': counting([OP.dup1, OP.sload, OP.pop]),
  'as many writes as gas pays': counting([OP.dup1, OP.dup1, OP.sstore]),
  'one slot written again and again': counting([OP.dup1, ...push(0n), OP.sstore]),
  'balances of as many accounts as gas pays': counting([OP.dup1, OP.balance, OP.pop]),
  'calls to itself, 1,024 deep': callSelf(),
  'two calls to itself in each frame': [...callSelf(), ...callSelf()],
  'creations of nothing': forever([...push(0n), ...push(0n), ...push(0n), OP.create, OP.pop]),
  'creations with the longest init code': forever([
    ...push(49_152n),
    ...push(0n),
    ...push(0n),
    OP.create,
    OP.pop,
  ]),
  'large exponents': forever([...push(MAX), ...push(MAX), EXP, OP.pop]),
  'modular exponents': [
    ...storeWords(256n, 32n, 256n, ...new Array<bigint>(17).fill(MAX - 188n)),
    ...forever(precompile(5n, 640n)),
  ],
  'modular exponents of a kilobyte': [
    ...storeWords(1024n, 1024n, 1024n, ...new Array<bigint>(96).fill(MAX - 188n)),
    ...forever(precompile(5n, 3168n)),
  ],
  'points added': [
    ...storeWords(...BN254.slice(0, 2), ...BN254.slice(0, 2)),
    ...forever(precompile(6n, 128n)),
  ],
  'points multiplied': [...storeWords(...BN254.slice(0, 2), MAX), ...forever(precompile(7n, 96n))],
  pairings: [...storeWords(...BN254, ...BN254), ...forever(precompile(8n, 384n))],
  'as many rounds of blake2 as gas pays': [
    ...push(25_000_000n << 224n),
    ...push(0n),
    OP.mstore,
    ...precompile(9n, 213n),
  ],
  'senders recovered': [...storeWords(7n, 27n, 1n, 1n), ...forever(precompile(1n, 128n))],
  'sha256 of large memory': forever(precompile(2n, 100_000n)),
};

/** Programs on storage that is not known. */
const UNKNOWN: Readonly<Record<string, Code>> = {
  'a jump to anywhere': [...slot(0n), OP.jump],
  'branches that never agree': repeat(300, (i) => choice(i, push(BigInt(2 * i)), push(BigInt(2 * i + 1)))),
  'branches that differ in memory': repeat(300, (i) => [
    ...choice(i, push(BigInt(2 * i)), push(BigInt(2 * i + 1))),
    ...push(0x40n),
    OP.mstore,
  ]),
  'branches under a full stack': [
    ...repeat(1_000, (i) => push(BigInt(i))),
    ...repeat(200, (i) => [...choice(i), OP.pop]),
  ],
  'branches that return to different places': returnsAnywhere(),
  'a loop that may end in each round': counting([
    OP.dup1,
    OP.dup1,
    OP.sstore,
    OP.dup1,
    OP.sload,
    ...push(3n),
    OP.jumpIf,
  ]),
  'a loop over an unknown length that writes': loopOverLength(),
  'loops within loops, of unknown lengths': nestedLoops(5),
  'copies of unknown bytes': [
    ...slot(0n),
    ...push(1n << 18n),
    OP.mstore,
    ...forever([...push(1n << 18n), ...push(0n), ...push(1n), OP.mcopy]),
  ],
  'stores at unknown offsets': counting([OP.dup1, OP.sload, ...push(0xffffn), OP.and, OP.dup1, OP.mstore]),
  'an unknown length returned': [...push(1n << 20n), OP.mload, ...slot(0n), ...push(0n), OP.return],
  'a chain of unknown hashes': [...slot(0n), ...forever(hashOne)],
  'a tree of unknown hashes': [...slot(0n), ...forever([OP.dup1, ...hashTwo])],
  'a tree of unknown hashes, each a slot': [
    ...slot(0n),
    ...forever([OP.dup1, ...hashTwo, OP.dup1, OP.sload, OP.pop]),
  ],
  'two trees of unknown hashes, both written': [
    ...slot(0n),
    ...slot(0n),
    ...forever([OP.dup1, ...hashTwo, OP.dup1, OP.dup1, OP.sstore, OP.swap1]),
  ],
  'a sum over as many slots as gas pays': [...push(0n), ...counting(addSlot)],
  'sums over slots, each kept in memory': [
    ...push(0n),
    ...counting([...addSlot, OP.dup2, OP.dup2, ...push(5n), OP.shl, OP.mstore]),
  ],
  'writes to many mappings': counting([
    OP.dup1,
    OP.dup1,
    OP.sload,
    ...hashTwo,
    OP.pop,
    ...push(1n),
    ...push(64n),
    ...push(0n),
    OP.keccak256,
    OP.sstore,
    ...push(0n),
  ]),
  'writes to unknown slots between reads': counting([
    OP.dup1,
    OP.dup1,
    OP.sload,
    OP.sstore,
    OP.dup1,
    OP.sload,
    OP.pop,
  ]),
  'transient writes to unknown slots': [
    ...slot(0n),
    ...counting([OP.dup1, DUP3, DUP3, OP.add, OP.tstore, OP.dup1, OP.tload, OP.pop]),
  ],
  'two calls to itself in each frame, after a branch': [...choice(0), ...callSelf(), ...callSelf()],
  'calls to itself with unknown gas': [
    ...call([OP.address], { gas: slot(0n) }),
    ...push(1n),
    OP.sstore,
    ...callSelf(),
  ],
  'writes and branches in each of 1,024 frames': [
    OP.gas,
    OP.gas,
    OP.sstore,
    ...choice(0),
    ...callSelf(OP.delegateCall),
    ...choice(1),
    OP.gas,
    OP.sstore,
  ],
  'calls to unknown accounts': counting([OP.dup1, OP.sload, ...callTop()]),
  'balances of unknown accounts': counting([OP.dup1, OP.sload, OP.balance, OP.pop]),
  'arithmetic on unknown words': [
    ...slot(0n),
    ...forever([OP.dup1, OP.mul, OP.dup1, ...push(7n), OP.shr, OP.xor, OP.dup1, OP.add, ...push(3n), OP.add]),
  ],
  'logs of unknown bytes': [
    ...slot(0n),
    ...push(0n),
    OP.mstore,
    ...forever([...push(1n), ...push(30_000n), ...push(0n), OP.log1]),
  ],
};

export const HOSTILE_PROGRAMS: readonly HostileProgram[] = [
  ...Object.entries(KNOWN).map(([name, code]) => ({ name, code, isStorageUnknown: false })),
  ...Object.entries(UNKNOWN).map(([name, code]) => ({ name, code, isStorageUnknown: true })),
];

/** Calls the account on top of the stack. */
function callTop(): Code {
  return [
    ...push(0n),
    OP.swap1,
    ...push(0n),
    OP.swap1,
    ...push(0n),
    OP.swap1,
    ...push(0n),
    OP.swap1,
    ...push(0n),
    OP.swap1,
    OP.gas,
    OP.call,
    OP.pop,
  ];
}

/** 64 unknown choices of where to go next, then 64 jumps. */
function returnsAnywhere(): Code {
  const places = Array.from({ length: 64 }, () => label());
  const choices = places.map((place, i) => choice(i, [placeOf(place)], [placeOf(places[63 - i] ?? place)]));
  return [...choices.flat(), OP.jump, ...places.flatMap((place) => [place, OP.jump])];
}

function loopOverLength(): Code {
  const [start, end] = [label(), label()];
  return [
    ...push(0n),
    start,
    ...slot(0n),
    OP.dup2,
    OP.lt,
    OP.isZero,
    placeOf(end),
    OP.jumpIf,
    OP.dup1,
    OP.dup1,
    OP.sstore,
    ...push(1n),
    OP.add,
    placeOf(start),
    OP.jump,
    end,
  ];
}

/** Each loop ends when a slot says so, and writes what it counted. */
function nestedLoops(depth: number): Code {
  if (depth === 0) return [OP.dup1, OP.dup1, OP.sstore];
  const start = label();
  return [
    ...push(0n),
    start,
    ...push(1n),
    OP.add,
    ...nestedLoops(depth - 1),
    OP.dup1,
    ...push(BigInt(depth) << 32n),
    OP.add,
    OP.sload,
    placeOf(start),
    OP.jumpIf,
    OP.pop,
  ];
}

/** A transaction that calls the program. */
export function hostileScene({ code }: HostileProgram, gasLimit = 30_000_000n): Scene {
  return {
    hardfork: 'prague',
    prestate: { [TARGET]: contract(code, { 0: 3n, 1: 3n }) },
    transactions: [transaction({ gasLimit })],
  };
}
