/** Other values for keys of a state: corners, neighbours, addresses that the transaction meets, constants of its code. */

import type { Random } from '../../examples/generator/random.ts';
import type { Address } from '../../src/input/block.ts';
import { accountKey, addressOf, type Field, parseKey, type StateKey } from '../../src/state/key.ts';
import type { OracleState } from '../oracle/state.ts';

/** New values by key; code by address. */
export interface Mutation {
  readonly values: ReadonlyMap<StateKey, bigint>;
  readonly codes: ReadonlyMap<Address, Uint8Array>;
}

/** What mutations draw from. */
export interface Material {
  /** Addresses that the transaction is seen to meet. */
  readonly addresses: readonly Address[];
  /** Numbers that its code or its call data speak of. */
  readonly constants: readonly bigint[];
  /** Who has to afford the transaction. */
  readonly payer: Address;
  readonly hasDelegation: boolean;
}

const MAX = (1n << 256n) - 1n;
const CORNERS = [
  0n,
  1n,
  2n,
  3n,
  31n,
  32n,
  255n,
  256n,
  1n << 64n,
  1n << 128n,
  (1n << 160n) - 1n,
  1n << 255n,
  MAX,
];
/** More than there is of any coin, so that sums stay below 2^256. */
const LARGEST_BALANCE = 1n << 200n;
const LARGEST_NONCE = (1n << 64n) - 2n;
const NO_CODE = new Uint8Array(0);

export function applyMutation({ values, codes }: Mutation, state: OracleState): void {
  for (const [address, code] of codes) state.setCode(address, code);
  for (const [key, value] of values) state.set(key, value);
}

/** Other values for some of the keys, or for all. */
export function drawMutation(
  random: Random,
  keys: readonly StateKey[],
  state: OracleState,
  material: Material,
): Mutation {
  const values = new Map<StateKey, bigint>();
  const codes = new Map<Address, Uint8Array>();
  const share = random.pick([0.1, 0.5, 1]);
  const chosen = keys.filter(() => random.chance(share));
  if (chosen.length === 0 && keys.length > 0) chosen.push(random.pick(keys));
  for (const key of chosen) {
    const { address, field } = parseKey(key);
    if (field === 'code') codes.set(address, drawCode(random, state, material));
    else values.set(key, drawValue(random, key, state, material));
  }
  return withoutImpossible({ values, codes }, state);
}

/** A value for a key that is not code. */
export function drawValue(random: Random, key: StateKey, state: OracleState, material: Material): bigint {
  const { address, field, slot } = parseKey(key);
  if (field === 'storage') return drawSlot(random, state, address, slot, material);
  if (field === 'balance') return drawBalance(random, state.balanceOf(address), address === material.payer);
  return drawNonce(random, state, address);
}

/**
 * Leaves out what no transaction brings about: storage that changes without code or nonce, and code and nonce
 * that go where storage stays.
 */
function withoutImpossible({ values, codes }: Mutation, state: OracleState): Mutation {
  const nonceOf = (address: Address) => values.get(accountKey(address, 'nonce')) ?? state.nonceOf(address);
  const isBare = (address: Address): boolean =>
    (codes.get(address) ?? state.codeOf(address)).length === 0 && nonceOf(address) === 0n;
  const isPossible = (address: Address, field: Field): boolean =>
    !isBare(address) || (field !== 'storage' && state.slotsOf(address).length === 0);
  return {
    values: new Map([...values].filter(([key]) => isPossible(addressOf(key), parseKey(key).field))),
    codes: new Map([...codes].filter(([address]) => isPossible(address, 'code'))),
  };
}

function drawSlot(
  random: Random,
  state: OracleState,
  address: Address,
  slot: bigint,
  { addresses, constants }: Material,
): bigint {
  const old = state.slotOf(address, slot);
  const kind = random.below(10);
  switch (kind) {
    case 0:
    case 1:
      return random.pick(CORNERS);
    case 2:
      return BigInt.asUintN(256, old + BigInt(random.below(5) - 2));
    case 3:
      return old ^ (1n << BigInt(random.below(256)));
    case 4:
      return addresses.length === 0 ? 0n : BigInt(random.pick(addresses));
    case 5: {
      const slots = state.slotsOf(address);
      return slots.length === 0 ? 0n : state.slotOf(address, random.pick(slots));
    }
    case 6:
    case 7:
      return constants.length === 0
        ? 0n
        : BigInt.asUintN(256, random.pick(constants) + BigInt(random.below(3) - 1));
    case 8:
      return BigInt(random.below(10));
    default: {
      // An address or another field within a packed slot.
      const shift = BigInt(8 * random.below(32));
      const part = addresses.length === 0 ? 1n : BigInt(random.pick(addresses));
      return random.chance(0.5) ? BigInt.asUintN(256, part << shift) : old & ~(0xffn << shift);
    }
  }
}

function drawBalance(random: Random, old: bigint, isPayer: boolean): bigint {
  const more = [old + 1n, 10n ** 18n, LARGEST_BALANCE, old + BigInt(random.below(1000))];
  if (isPayer) return random.pick([...more, old > 0n ? old - 1n : 0n]);
  return random.pick([...more, 0n, 1n, old > 0n ? old - 1n : 0n, BigInt(random.below(1000))]);
}

/** Nonces of accounts without code only count up. */
function drawNonce(random: Random, state: OracleState, address: Address): bigint {
  const old = state.nonceOf(address);
  const most = old > LARGEST_NONCE ? old : LARGEST_NONCE;
  const up = [old, old + 1n > most ? most : old + 1n, most];
  return random.pick(state.codeOf(address).length === 0 ? up : [...up, 0n, 1n]);
}

/** Code of another account, a delegation, or none. */
export function drawCode(
  random: Random,
  state: OracleState,
  { addresses, hasDelegation }: Material,
): Uint8Array {
  if (addresses.length === 0 || random.chance(0.2)) return NO_CODE;
  const other = random.pick(addresses);
  if (!hasDelegation || random.chance(0.7)) return state.codeOf(other);
  return new Uint8Array(Buffer.from(`ef0100${other.slice(2)}`, 'hex'));
}

const PUSH1 = 0x60;
const PUSH32 = 0x7f;
const constantsByCode = new WeakMap<Uint8Array, readonly bigint[]>();

/** Numbers that code pushes. */
export function constantsOf(code: Uint8Array): readonly bigint[] {
  const known = constantsByCode.get(code);
  if (known !== undefined) return known;
  const constants = new Set<bigint>();
  for (let pc = 0; pc < code.length; pc++) {
    const opcode = code[pc] ?? 0;
    if (opcode < PUSH1 || opcode > PUSH32) continue;
    const size = opcode - PUSH1 + 1;
    const data = Buffer.from(code.subarray(pc + 1, pc + 1 + size)).toString('hex');
    if (data !== '') constants.add(BigInt(`0x${data}`));
    pc += size;
  }
  const result = [...constants];
  constantsByCode.set(code, result);
  return result;
}
