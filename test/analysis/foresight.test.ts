/** What is asked for, where the state is missing: as much as can be foreseen in one go. */
import { describe, expect, test } from '@jest/globals';
import { analyzeBlock } from '../../src/analysis/block.ts';
import { foreseenKeys, scoutBlock } from '../../src/analysis/foresight.ts';
import type { BlockInput } from '../../src/input/block.ts';
import { accountKey, storageKey } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { Prestate } from '../corpus.ts';
import { type Code, label, OP, placeOf, push } from '../generators/assembler.ts';
import { MINER } from '../generators/universe.ts';
import { contract, inputOf, OTHER, SENDER, TARGET, THIRD, transaction, words } from './scene.ts';

const slot = (number: bigint): Code => [...push(number), OP.sload];
const call = (target: bigint): Code => [
  ...[32n, 0n, 0n, 0n, 0n].flatMap((word) => push(word)),
  ...push(target),
  OP.gas,
  OP.call,
];

/** The block of one call of the target, with only this known of the state. */
function missingOf(known: Prestate, fields = {}): readonly string[] {
  const input = inputOf({ hardfork: 'cancun', prestate: {}, transactions: [transaction(fields)] });
  return analyzeBlock({ ...input, block: null }, { state: snapshotState(known, { partial: true }) }).missing;
}

/** The target's code alone: no slot, no other account. */
const codeOnly = (code: Code): Prestate => ({ [TARGET]: { ...contract(code), storage: {} } });

describe('the missing keys', () => {
  test('without any state are the code and the funds', () => {
    expect(missingOf({})).toEqual([accountKey(TARGET, 'code'), accountKey(SENDER, 'balance')].sort());
  });

  test('with code alone are its slots, on both sides of a branch that depends on one', () => {
    const end = label();
    const missing = missingOf(
      codeOnly([...slot(1n), placeOf(end), OP.jumpIf, ...slot(2n), end, ...slot(3n)]),
    );
    for (const number of [1n, 2n, 3n]) expect(missing).toContain(storageKey(TARGET, number));
  });

  test('go on behind a call whose code is missing, and behind one whose target is', () => {
    const program = [
      ...call(BigInt(OTHER)),
      OP.pop,
      ...slot(4n),
      ...call(BigInt(THIRD)),
      OP.pop,
      ...slot(5n),
    ];
    const missing = missingOf(codeOnly(program));
    for (const address of [OTHER, THIRD]) expect(missing).toContain(accountKey(address, 'code'));
    for (const number of [4n, 5n]) expect(missing).toContain(storageKey(TARGET, number));
    const proxy: Code = [
      ...push(0n),
      ...push(0n),
      ...push(0n),
      ...push(0n),
      ...slot(7n),
      OP.gas,
      OP.delegateCall,
    ];
    expect(missingOf(codeOnly([...proxy, OP.pop, ...slot(8n)]))).toEqual(
      expect.arrayContaining([storageKey(TARGET, 7n), storageKey(TARGET, 8n)]),
    );
  });

  test('with code and nothing else of an account are its balance, too, and what depends on it', () => {
    const end = label();
    const paying: Code = [
      ...[0n, 0n, 0n, 0n, 5n].flatMap((word) => push(word)),
      ...push(BigInt(THIRD)),
      OP.gas,
      OP.call,
      placeOf(end),
      OP.jumpIf,
      ...slot(8n),
      end,
      ...slot(9n),
    ];
    const { code = '0x' } = contract(paying);
    const missing = missingOf({ [TARGET]: { code }, [THIRD]: contract([OP.stop]) });
    expect(missing).toEqual(
      expect.arrayContaining([accountKey(TARGET, 'balance'), storageKey(TARGET, 8n), storageKey(TARGET, 9n)]),
    );
    expect(missing).not.toContain(accountKey(TARGET, 'code'));
  });

  test('what is known is not among them', () => {
    const program = [...slot(1n), ...slot(2n)];
    const known = {
      [TARGET]: contract(program, { 1: 9n }),
      [SENDER]: { balance: '0xffffffffffff', nonce: 0 },
    };
    expect(missingOf(known)).toEqual([storageKey(TARGET, 2n)]);
  });
});

describe('without state', () => {
  const input = (fields = {}): BlockInput =>
    inputOf({ hardfork: 'cancun', prestate: {}, transactions: [transaction(fields)] });

  test('a call is unbounded, but what is certain is named: its value, and what it declares', () => {
    const accessList = [{ address: OTHER, storageKeys: [`0x${'0'.repeat(63)}5` as const] }];
    const analysis = analyzeBlock(
      { ...input({ value: 5n, accessList }), block: null },
      { state: snapshotState({}, { partial: true }) },
    );
    const one = analysis.transactions[0];
    expect(one?.status).toBe('unbounded');
    expect(one?.accesses.keys.get(accountKey(TARGET, 'balance'))).toBe('delta');
    expect(one?.accesses.keys.has(storageKey(OTHER, 5n))).toBe(true);
  });

  test('a precompile as the target is no riddle', () => {
    const analysis = analyzeBlock(
      { ...input({ to: `0x${'0'.repeat(39)}4` }), block: null },
      { state: snapshotState({}, { partial: true }) },
    );
    expect(analysis.transactions[0]?.status).toBe('exact');
  });

  test("a creation's init code is followed", () => {
    const data = new Uint8Array([0x60, 1, 0x60, 7, 0x55, 0]);
    const analysis = analyzeBlock(
      { ...input({ to: null, data }), block: null },
      { state: snapshotState({}, { partial: true }) },
    );
    const one = analysis.transactions[0];
    expect(one?.status).toBe('bounded');
    expect([...(one?.accesses.keys ?? [])].some(([key, mode]) => key.endsWith('7') && mode === 'write')).toBe(
      true,
    );
    expect(one?.reasons.map(({ code }) => code)).toEqual(['unknown-collision']);
  });
});

test('before any state is there: accounts, lists, system contracts, addresses in the call data', () => {
  const accessList = [{ address: OTHER, storageKeys: [`0x${'0'.repeat(63)}5` as const] }];
  const data = Buffer.concat([Buffer.from('a9059cbb', 'hex'), words(BigInt(THIRD), 1000n)]);
  const keys = foreseenKeys(
    inputOf({ hardfork: 'prague', prestate: {}, transactions: [transaction({ accessList, data })] }),
  );
  for (const address of [SENDER, TARGET, OTHER, THIRD, MINER])
    expect(keys).toContain(accountKey(address, 'balance'));
  expect(keys).toContain(storageKey(OTHER, 5n));
  expect(keys).toContain(accountKey('0x000f3df6d732807ef1319fb7b8bb8522d0beac02', 'balance'));
  expect(keys).toContain(accountKey('0x0000f90827f1c53a10cb7a02335b175320002935', 'balance'));
  expect(keys.filter((key) => key.startsWith(TARGET)).length).toBe(3);
});

test('a scout says for each transaction what it lacks, and nothing for those that lack nothing', () => {
  const scene = {
    hardfork: 'cancun',
    prestate: {},
    transactions: [transaction(), transaction({ to: OTHER })],
  };
  const state = snapshotState(
    { [TARGET]: contract([OP.stop]), [SENDER]: { balance: '0xffffffffffff' }, [MINER]: { balance: '0x0' } },
    { partial: true },
  );
  expect([...scoutBlock(inputOf(scene), state, [0, 1])]).toEqual([[1, [accountKey(OTHER, 'code')]]]);
});
