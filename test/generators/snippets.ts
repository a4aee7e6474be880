/** Pieces of hand-written programs. Each leaves the stack as it says, and touches nothing below. */
import type { Address } from '../../src/input/block.ts';
import { assemble, type Code, label, OP, placeOf, push } from './assembler.ts';

/** The value of a slot. */
export const slot = (at: bigint): Code => [...push(at), OP.sload];

/** Writes a slot. */
export const store = (at: bigint, value: Code = push(1n)): Code => [...value, ...push(at), OP.sstore];

/** A word of the call data. */
export const argument = (index: bigint): Code => [...push(32n * index), OP.callDataLoad];

export const addressOf = (address: Address): Code => push(BigInt(address), 20);

export interface CallOptions {
  readonly kind?: number;
  readonly gas?: Code;
  readonly value?: Code;
  /** Offset and length in memory. */
  readonly input?: readonly [bigint, bigint];
  readonly output?: readonly [bigint, bigint];
}

/** A call; leaves whether it succeeded. By default a CALL of nothing with all gas. */
export function call(to: Code, options: CallOptions = {}): Code {
  const { kind = OP.call, gas = [OP.gas], value = push(0n), input = [0n, 0n], output = [0n, 0n] } = options;
  const hasValue = kind === OP.call || kind === OP.callCode;
  return [
    ...push(output[1]),
    ...push(output[0]),
    ...push(input[1]),
    ...push(input[0]),
    ...(hasValue ? value : []),
    ...to,
    ...gas,
    kind,
  ];
}

export function branch(condition: Code, yes: Code, no: Code): Code {
  const [then, end] = [label(), label()];
  return [...condition, placeOf(then), OP.jumpIf, ...no, placeOf(end), OP.jump, then, ...yes, end];
}

export function unless(condition: Code, body: Code): Code {
  const end = label();
  return [...condition, placeOf(end), OP.jumpIf, ...body, end];
}

export function whileTrue(condition: Code, body: Code): Code {
  const [start, end] = [label(), label()];
  return [start, ...condition, OP.isZero, placeOf(end), OP.jumpIf, ...body, placeOf(start), OP.jump, end];
}

export function repeat(times: number, body: (index: number) => Code): Code {
  return Array.from({ length: times }, (_, index) => body(index)).flat();
}

/** Hash of words; leaves it. Uses memory from 0 on. */
export function hashOf(...words: readonly Code[]): Code {
  return [
    ...words.flatMap((word, i) => [...word, ...push(32n * BigInt(i)), OP.mstore]),
    ...push(32n * BigInt(words.length)),
    ...push(0n),
    OP.keccak256,
  ];
}

/** Returns one word, which lies on the stack. */
export const returnWord: Code = [...push(0n), OP.mstore, ...push(32n), ...push(0n), OP.return];

/** Memory from 0 on with these bytes; leaves their number. */
export function inMemory(bytes: Uint8Array): Code {
  const stores = repeat(Math.ceil(bytes.length / 32), (i) => {
    const word = new Uint8Array(32);
    word.set(bytes.subarray(32 * i, 32 * i + 32));
    return [0x7f, ...word, ...push(32n * BigInt(i), 2), OP.mstore];
  });
  return [...stores, ...push(BigInt(bytes.length))];
}

/** Init code that deploys these bytes. */
export function deploying(code: Uint8Array, before: Code = []): Uint8Array {
  return assemble([...before, ...inMemory(code), ...push(0n), OP.return]);
}

/** Creates a contract, with CREATE2 if there is a salt; leaves its address, or zero. */
export function create(init: Uint8Array, salt: Code | null = null): Code {
  const value = push(0n);
  return [...(salt ?? []), ...inMemory(init), ...push(0n), ...value, salt === null ? OP.create : OP.create2];
}
