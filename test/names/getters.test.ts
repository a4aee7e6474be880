import { describe, expect, test } from '@jest/globals';
import { hexToBytes } from '../../src/input/hex.ts';
import { keccak256 } from '../../src/input/keccak.ts';
import { askGetters, keysOf, patternOf, slotId } from '../../src/names/getters.ts';
import type { StoragePlace } from '../../src/names/place.ts';
import { type Code, OP, push } from '../generators/assembler.ts';
import { ASKED, returning, stateOf } from './contracts.ts';

const holder = 0xabcdef0123456789n;
const place: StoragePlace = { root: { kind: 'slot', slot: 2n }, steps: [{ kind: 'key', key: holder }] };

/** Of `mapping 2 [holder]`. */
const slot = hash(holder, 2n);

function hash(...words: bigint[]): bigint {
  const text = words.map((word) => word.toString(16).padStart(64, '0')).join('');
  return BigInt(`0x${Buffer.from(keccak256(hexToBytes(`0x${text}`) ?? new Uint8Array())).toString('hex')}`);
}

/** Looks its argument up in the mapping at slot 2, whatever the function. */
const lookUp: Code = [
  ...push(4n),
  OP.callDataLoad,
  ...push(0n),
  OP.mstore,
  ...push(2n),
  ...push(32n),
  OP.mstore,
  ...push(64n),
  ...push(0n),
  OP.keccak256,
  OP.sload,
  OP.pop,
  ...returning(1n),
];

/** Answers `selector` with `code`, and nothing else. */
function only(selector: bigint, code: Code): Code {
  const rest = code.length;
  const start: Code = [...push(0n), OP.callDataLoad, ...push(224n), OP.shr, ...push(selector, 4), OP.eq];
  return [
    ...start,
    ...push(BigInt(start.length + 5)),
    OP.jumpIf,
    OP.stop,
    OP.stop,
    OP.jumpDest,
    ...code,
  ].slice(0, start.length + 6 + rest);
}

describe('a mapping', () => {
  test('is named by the function that reads the slot for its keys', async () => {
    const state = stateOf(only(0x70a08231n, lookUp), {});
    const { mappings } = await askGetters([{ address: ASKED, slot, place }], withSlot(state, slot));
    expect([...mappings]).toEqual([[patternOf(ASKED, place), { name: 'balanceOf', order: [0] }]]);
  });

  test('is not named by functions that all read the same', async () => {
    const { mappings } = await askGetters([{ address: ASKED, slot, place }], withSlot(stateOf(lookUp), slot));
    expect([...mappings]).toEqual([]);
  });

  test('is the same for all keys, and another one for what is behind', () => {
    const other: StoragePlace = { ...place, steps: [{ kind: 'key', key: 1n }] };
    const member: StoragePlace = { ...place, steps: [...place.steps, { kind: 'member', slots: 1n }] };
    const unknown: StoragePlace = { ...place, steps: [{ kind: 'key', key: null }] };
    expect(patternOf(ASKED, other)).toBe(patternOf(ASKED, place));
    expect([member, unknown, null].map((one) => patternOf(ASKED, one))).toEqual([null, null, null]);
    expect(keysOf(place)).toEqual([holder]);
  });
});

describe('a value', () => {
  const read = (at: bigint): Code => [...push(at), OP.sload, OP.pop, ...returning(1n)];
  const unnamed = (at: bigint) => ({ address: ASKED, slot: at, place: null });

  test('is named by the function that reads it and nothing else', async () => {
    const { values } = await askGetters([unnamed(7n)], stateOf(only(0x18160dddn, read(7n)), { 7: 1n }));
    expect([...values]).toEqual([[slotId(unnamed(7n)), ['totalSupply()']]]);
  });

  test('is not named by a function that reads more', async () => {
    const code = only(0x18160dddn, [...push(8n), OP.sload, OP.pop, ...read(7n)]);
    const { values } = await askGetters([unnamed(7n)], stateOf(code, { 7: 1n, 8: 1n }));
    expect([...values]).toEqual([]);
  });
});

/** With a slot that is known to be 1. */
function withSlot(asked: ReturnType<typeof stateOf>, known: bigint): ReturnType<typeof stateOf> {
  const { state } = asked;
  return {
    ...asked,
    state: {
      account: (address) => state.account(address),
      storage: (address, at) => (address === ASKED && at === known ? 1n : state.storage(address, at)),
    },
  };
}
