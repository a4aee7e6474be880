/**
 * What fields from outside are read by, the one error that a wrong value becomes, and the schema of a block. In
 * the schema, an error's message is what was expected; what was got is looked up in the value.
 */
import * as z from 'zod';
import { InputError } from '../errors.ts';
import type { Address, Hex } from './block.ts';
import { hexToBigint, isHex } from './hex.ts';

/** Where in which input a value stands. */
export interface Where {
  /** File or other origin, e.g. `block.json`. */
  readonly source: string;
  /** As in `InputProblem`. */
  readonly path: string;
}

/** An address just fits. */
const SHOWN_CHARACTERS = 42;
const SHOWN_KEY_CHARACTERS = 66;

/** A value in a few words, on one line, however large or strange it is. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') {
    if (value.length <= SHOWN_CHARACTERS) return JSON.stringify(value);
    return `${JSON.stringify(`${value.slice(0, SHOWN_CHARACTERS)}…`)} (${value.length} characters)`;
  }
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  return String(value).slice(0, SHOWN_CHARACTERS);
}

/** The place of a member: `transactions[3].gas`. */
export function member(where: Where, ...keys: readonly PropertyKey[]): Where {
  let path = where.path;
  for (const key of keys) {
    if (typeof key === 'number') path += `[${key}]`;
    else if (/^[\w$]{1,66}$/.test(String(key))) path += path === '' ? String(key) : `.${String(key)}`;
    else path += `[${JSON.stringify(String(key).slice(0, SHOWN_KEY_CHARACTERS))}]`;
  }
  return { source: where.source, path };
}

/** The error of a value that is not what was expected. */
export function unexpected(where: Where, expected: string, value: unknown): InputError {
  return new InputError({ ...where, expected, got: describeValue(value) });
}

/**
 * Checks a value against a schema.
 *
 * @throws InputError for the first thing that is wrong.
 */
export function parseValue<T>(schema: z.ZodType<T>, value: unknown, where: Where): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path ?? [];
  let got = value;
  for (const key of path) got = (got as Record<PropertyKey, unknown> | null | undefined)?.[key];
  throw unexpected(member(where, ...path), issue?.message ?? 'another value', got);
}

/** A field that is one value; `read` answers `undefined` for a wrong one. */
function field<T>(expected: string, read: (value: unknown) => T | undefined) {
  return z.unknown().transform((value, context): T => {
    const result = read(value);
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message: expected, input: value });
    return z.NEVER;
  });
}

/** A non-negative whole number below 2^`bits`, from hex or from a JSON number that is exact. */
export function readQuantity(value: unknown, bits: number): bigint | undefined {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** bits) return undefined;
    return BigInt(value);
  }
  // Padding with zeros is common in test files; the bound keeps huge texts from becoming huge numbers.
  if (typeof value !== 'string' || value.length < 3 || value.length > 66) return undefined;
  const quantity = hexToBigint(value);
  if (quantity === undefined) return undefined;
  // By the digits first: most numbers have few, and shifting makes another one.
  return 4 * (value.length - 2) <= bits || quantity >> BigInt(bits) === 0n ? quantity : undefined;
}

/** As `readQuantity`, and from decimal digits in a text. */
export function readNumber(value: unknown, bits: number): bigint | undefined {
  if (typeof value !== 'string' || !/^[0-9]{1,78}$/.test(value)) return readQuantity(value, bits);
  const number = BigInt(value);
  return number >> BigInt(bits) === 0n ? number : undefined;
}

/** What `readQuantity` expects, in words. */
export function describeQuantity(bits: number): string {
  return `a quantity of at most ${bits} bits, such as 0x5208`;
}

function quantity(bits: number) {
  return field(describeQuantity(bits), (value) => readQuantity(value, bits));
}

function fixedHex(byteLength: number) {
  return (value: unknown): Hex | undefined =>
    typeof value === 'string' && value.length === 2 + 2 * byteLength && isHex(value)
      ? (value.toLowerCase() as Hex)
      : undefined;
}

/** An address, of any case. */
export const readAddress: (value: unknown) => Address | undefined = fixedHex(20);

/** A hash, of any case. */
export const readHash: (value: unknown) => Hex | undefined = fixedHex(32);

/** Up to 64 bits: gas, nonces, block numbers, times. */
const uint64 = quantity(64);

/** Up to 256 bits: amounts, fees, signature values. */
const uint256 = quantity(256);

export const ADDRESS = 'an address (20 bytes of hex)';
export const HASH = 'a hash (32 bytes of hex)';

const address = field(ADDRESS, readAddress);

const hash = field(HASH, readHash);

/** Hex of any length. */
const hexText = field('bytes in hex, two digits each', (value) =>
  typeof value === 'string' && value.length % 2 === 0 && isHex(value)
    ? (value.toLowerCase() as Hex)
    : undefined,
);

const withdrawal = z.object(
  { index: uint64, validatorIndex: uint64, address, amount: uint64 },
  { error: 'a withdrawal' },
);

/** The withdrawals of a block; amounts in Gwei. */
export const withdrawalsSchema = z.array(withdrawal, { error: 'an array of withdrawals' });

/** The header of a block as `eth_getBlockByNumber` returns it; its transactions are checked one by one. */
export const blockSchema = z.object(
  {
    number: uint64,
    timestamp: uint64,
    gasLimit: uint64,
    miner: address,
    parentHash: hash,
    difficulty: uint256.nullish(),
    mixHash: hash.nullish(),
    extraData: hexText.nullish(),
    baseFeePerGas: uint256.nullish(),
    excessBlobGas: uint64.nullish(),
    blobGasUsed: uint64.nullish(),
    parentBeaconBlockRoot: hash.nullish(),
    withdrawals: withdrawalsSchema.nullish(),
    uncles: z.array(hash, { error: 'an array of uncle hashes' }).nullish(),
    hash: hash.nullish(),
    gasUsed: uint64.nullish(),
    receiptsRoot: hash.nullish(),
    logsBloom: hexText.nullish(),
    stateRoot: hash.nullish(),
    requestsHash: hash.nullish(),
    blockAccessListHash: hash.nullish(),
    transactions: z
      .array(z.unknown(), { error: 'an array of transactions' })
      .max(1_000_000, { error: 'at most 1000000 transactions' }),
  },
  { error: 'a block' },
);

export type BlockJson = z.infer<typeof blockSchema>;
