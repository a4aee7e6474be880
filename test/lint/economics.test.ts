/** What entries of a list are worth, against amounts that were measured once with `runTx` of @ethereumjs/vm. */
import { describe, expect, test } from '@jest/globals';
import type { AccessListEntry, Address, Transaction } from '../../src/input/block.ts';
import { lintBlock } from '../../src/lint/lint.ts';
import { canPay, listRules, slotsToPay } from '../../src/lint/list-rules.ts';
import { slotHex } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import {
  contract,
  inputOf,
  OTHER,
  prestateOf,
  SENDER,
  TARGET,
  THIRD,
  transaction,
} from '../analysis/scene.ts';
import { type Code, OP, push } from '../generators/assembler.ts';
import { MINER } from '../generators/universe.ts';

const PRECOMPILE: Address = `0x${'4'.padStart(40, '0')}`;

function reads(count: number): Code {
  return Array.from({ length: count }, (_, slot) => [...push(BigInt(slot)), OP.sload, OP.pop]).flat();
}

function writes(count: number): Code {
  return Array.from({ length: count }, (_, slot) => [...push(1n), ...push(BigInt(slot)), OP.sstore]).flat();
}

function balanceOf(address: Address): Code {
  return [...push(BigInt(address)), OP.balance, OP.pop];
}

function call(address: Address): Code {
  return [...[0n, 0n, 0n, 0n, 0n, BigInt(address)].flatMap((word) => push(word)), OP.gas, OP.call, OP.pop];
}

function entry(address: Address, slots = 0): AccessListEntry {
  return { address, storageKeys: Array.from({ length: slots }, (_, slot) => slotHex(BigInt(slot))) };
}

/** Lints one transaction that calls `code`, which finds `other` code at `OTHER`. */
async function lint(
  code: Code,
  {
    list = [],
    other = [],
    hardfork = 'osaka',
    ...fields
  }: Partial<Transaction> & {
    readonly list?: readonly AccessListEntry[];
    readonly other?: Code;
    readonly hardfork?: string;
  } = {},
) {
  const slots = Object.fromEntries(Array.from({ length: 32 }, (_, slot) => [slot, 1n]));
  const scene = {
    hardfork,
    prestate: { [TARGET]: contract(code, slots), [OTHER]: contract(other, slots), [THIRD]: contract([]) },
    transactions: [transaction({ type: 1, chainId: 1n, accessList: list, ...fields })],
  };
  const { transactions } = await lintBlock(inputOf(scene), { state: snapshotState(prestateOf(scene)) });
  const [linted] = transactions;
  if (linted === undefined) throw new Error('nothing was linted');
  return linted;
}

/** Gas that a list saves against none. */
async function worth(code: Code, list: readonly AccessListEntry[], options = {}): Promise<number> {
  const { gas } = await lint(code, { list, ...options });
  if (gas === null || gas.without === null) throw new Error('it was not measured');
  return Number(gas.without - gas.declared);
}

describe('a list against none', () => {
  test.each<[string, Code, readonly AccessListEntry[], Code, number, number]>([
    ['a foreign address used once', balanceOf(OTHER), [entry(OTHER)], [], 100, -1280],
    ['a foreign address and one slot read', call(OTHER), [entry(OTHER, 1)], reads(1), 200, -3328],
    ['the same entry twice', call(OTHER), [entry(OTHER, 1), entry(OTHER, 1)], reads(1), -4100, -11_556],
    ['the receiver and one slot read', reads(1), [entry(TARGET, 1)], [], -2300, -6228],
    ['the receiver and 24 slots read', reads(24), [entry(TARGET, 24)], [], 0, -53_332],
    ['the receiver and 30 slots read', reads(30), [entry(TARGET, 30)], [], 600, -65_620],
    ['the fee recipient', balanceOf(MINER), [entry(MINER)], [], -2400, -4180],
    ['a precompile', call(PRECOMPILE), [entry(PRECOMPILE)], [], -2400, -4180],
    ['the sender', balanceOf(SENDER), [entry(SENDER)], [], -2400, -4180],
  ])('%s', async (_name, code, list, other, osaka, amsterdam) => {
    expect(await worth(code, list, { other })).toBe(osaka);
    expect(await worth(code, list, { other, hardfork: 'amsterdam' })).toBe(amsterdam);
  });

  test.each([
    [1, -2200],
    [12, 0],
    [13, 200],
  ])('the receiver and %d slots first written', async (count, expected) => {
    const fresh = writes(count).map((piece, at) => (at % 5 === 1 ? 2 : piece));
    expect(await worth(fresh, [entry(TARGET, count)])).toBe(expected);
  });

  test('from how many slots on the receiver pays', () => {
    const osaka = listRules({ chainId: 1n, hardfork: 'osaka' });
    expect([slotsToPay(osaka, 'read'), slotsToPay(osaka, 'written')]).toEqual([25, 13]);
    const amsterdam = listRules({ chainId: 1n, hardfork: 'amsterdam' });
    expect([slotsToPay(amsterdam, 'read'), slotsToPay(amsterdam, 'written')]).toEqual([null, null]);
    expect([canPay(osaka), canPay(amsterdam)]).toEqual([true, false]);
    expect(canPay(listRules({ chainId: 1n, hardfork: 'istanbul' }))).toBe(false);
  });
});

describe('the best list', () => {
  test('takes accounts and slots that pay, and nothing else', async () => {
    const code = [...reads(2), ...call(OTHER), ...balanceOf(MINER), ...call(PRECOMPILE)];
    const { best, gas } = await lint(code, { other: reads(3) });
    expect(best).toEqual([entry(OTHER, 3)]);
    expect(gas).toMatchObject({ without: gas?.declared, best: (gas?.declared ?? 0n) - 400n });
  });

  test.each([
    [24, []],
    [25, [entry(TARGET, 25)]],
  ])('has the receiver with %d slots read only if that pays', async (count, expected) => {
    expect((await lint(reads(count))).best).toEqual(expected);
  });

  test('leaves out what is used only in a call that fails with all its gas', async () => {
    const other = [...reads(2), OP.invalid];
    const { best } = await lint(call(OTHER).with(-3, 0x61).with(-2, 0), { other });
    expect(best).toEqual([]);
    const inner = [
      ...[0n, 0n, 0n, 0n, 0n, BigInt(OTHER), 50_000n].flatMap((word) => push(word)),
      OP.call,
      OP.pop,
    ];
    expect((await lint(inner, { other })).best).toEqual([entry(OTHER)]);
  });

  test('counts a slot twice that goes cold again because a frame reverted', async () => {
    const other = [...reads(1), ...push(0n), ...push(0n), OP.revert];
    const twice = [...call(OTHER), ...call(OTHER)];
    // 2,500 and 2,000 saved in the first call, 2,000 more in the second, for 2,400 and 1,900.
    expect(await worth(twice, [entry(OTHER, 1)], { other })).toBe(2200);
    expect((await lint(twice, { other })).best).toEqual([entry(OTHER, 1)]);
  });

  test('is none at all where the price of the data is a floor (EIP-7623)', async () => {
    const { best, gas } = await lint(call(OTHER), { data: new Uint8Array(3000).fill(1), other: reads(1) });
    expect(gas?.without).toBe(gas?.best);
    expect(best).toEqual([]);
  });

  test('is none under Amsterdam', async () => {
    const { best, findings } = await lint(call(OTHER), {
      list: [entry(OTHER, 1)],
      other: reads(1),
      hardfork: 'amsterdam',
    });
    expect(best).toEqual([]);
    expect(findings.map(({ rule }) => rule)).toContain('lists-never-pay');
  });

  test('is not one with which the transaction would do something else', async () => {
    // Stores the gas that is left.
    const { best, findings, gas } = await lint([...call(OTHER), OP.gas, ...push(40n), OP.sstore], {
      other: reads(1),
    });
    expect(best).toEqual([]);
    expect(gas?.best).toBe(gas?.declared);
    expect(findings.map(({ rule }) => rule)).toEqual(['outcome-depends-on-gas']);
  });

  test('is the declared one, with all that stands in it twice, where that changes what is done', async () => {
    const list = [entry(OTHER, 1), entry(OTHER, 1)];
    const code = [...call(OTHER), OP.gas, ...push(40n), OP.sstore];
    const { best, gas, needsList } = await lint(code, { list, other: reads(1) });
    expect([best, needsList]).toEqual([list, true]);
    expect(gas?.best).toBe(gas?.declared);
  });

  test('is for the next type of transaction where the oldest has none', async () => {
    const { best, declared, gas } = await lint(call(OTHER), { type: 0, accessList: null, other: reads(1) });
    expect([declared, best]).toEqual([null, [entry(OTHER, 1)]]);
    expect((gas?.declared ?? 0n) - (gas?.best ?? 0n)).toBe(200n);
  });

  test('says when it was not looked for to the end', async () => {
    const scene = {
      hardfork: 'osaka',
      prestate: { [TARGET]: contract(call(OTHER)), [OTHER]: contract(reads(9)) },
      transactions: [transaction()],
    };
    const state = snapshotState(prestateOf(scene));
    const { transactions } = await lintBlock(inputOf(scene), { state, budget: { gas: 10n ** 9n, runs: 5 } });
    expect(transactions[0]?.findings.map(({ rule }) => rule)).toContain('search-incomplete');
    expect(transactions[0]?.gas?.best).toBeLessThanOrEqual(Number(transactions[0]?.gas?.declared));
  });
});

test('a list as long as a block can hold is judged, if not tried out part by part', async () => {
  const list = Array.from({ length: 10_000 }, (_, place) =>
    entry(`0x${(place + 4096).toString(16).padStart(40, '0')}`),
  );
  const { best, findings, gas } = await lint(call(OTHER), {
    list,
    other: reads(1),
    gasLimit: 50_000_000n,
    hardfork: 'cancun',
  });
  expect(best).toEqual([entry(OTHER, 1)]);
  expect((gas?.declared ?? 0n) - (gas?.without ?? 0n)).toBe(24_000_000n);
  const rules = findings.map(({ rule }) => rule);
  expect(rules.filter((rule) => rule === 'unused-address')).toHaveLength(10_000);
  expect(rules).toContain('search-incomplete');
});
