/**
 * What counts as an access (`DESIGN.md` section 4 of the project's background), row by row: the modes that are
 * derived, and that they hold what is observed, in a block and under other values of what is not known.
 */

import { generateAddress, generateAddress2 } from '@ethereumjs/util';
import { describe, expect, test } from '@jest/globals';
import type { AccessMode } from '../../src/analysis/access.ts';
import type { TransactionAnalysis } from '../../src/analysis/result.ts';
import type { Address } from '../../src/input/block.ts';
import { accountKey, type StateKey } from '../../src/state/key.ts';
import { assemble, type Code, OP, push } from '../generators/assembler.ts';
import { addressOf, branch, call, create, slot, store } from '../generators/snippets.ts';
import { ABSENT, MINER, SENDERS } from '../generators/universe.ts';
import { bytesOf } from '../oracle/evm.ts';
import { hexOf } from '../oracle/state.ts';
import { contract, OTHER, SENDER, TARGET, THIRD, transaction, words } from './scene.ts';
import { alone, inBlock, key, modeOf } from './trial.ts';

const [NOBODY] = ABSENT as readonly [Address];
const FUNDS = { balance: '0x64' };

type Fields = 'balance' | 'nonce' | 'code';

function modes(
  derived: TransactionAnalysis | undefined,
  address: Address,
): Partial<Record<Fields, AccessMode>> {
  const found: Partial<Record<Fields, AccessMode>> = {};
  for (const field of ['balance', 'nonce', 'code'] as const) {
    const mode = modeOf(derived, accountKey(address, field));
    if (mode !== undefined) found[field] = mode;
  }
  return found;
}

const ownStorage = (derived: TransactionAnalysis | undefined): (Address | null)[] =>
  (derived?.accesses.regions ?? []).map(({ address }) => address);

describe('sender', () => {
  test('escrow holds: nonce and balance are deltas, code is read', async () => {
    const { derived } = await inBlock({ prestate: {}, transactions: [{ to: OTHER, value: 1n }] });
    expect(modes(derived[0], SENDER)).toEqual({ balance: 'delta', nonce: 'delta', code: 'read' });
  });

  test('escrow does not hold: the balance is written', async () => {
    const cost = 1_000_000n * 10n;
    const { derived } = await inBlock({
      prestate: { [SENDER]: { balance: `0x${(cost + 1_000n).toString(16)}`, nonce: 0, code: '0x' } },
      transactions: [{ from: SENDER }, { from: SENDER, gasLimit: 30_000n }],
    });
    expect(derived.map((one) => modes(one, SENDER).balance)).toEqual(['delta', 'write']);
  });
});

test('fee recipient: its balance is a delta, and whoever reads it conflicts', async () => {
  const { derived } = await inBlock({
    prestate: { [TARGET]: contract([OP.coinbase, OP.balance, ...push(0n), OP.sstore]) },
    transactions: [{ to: OTHER }, {}],
  });
  expect(modes(derived[0], MINER)).toEqual({ balance: 'delta' });
  expect(modes(derived[1], MINER)).toEqual({ balance: 'write' });
});

describe('value', () => {
  test('of the transaction: payee delta', async () => {
    const { derived } = await inBlock({ prestate: {}, transactions: [{ to: NOBODY, value: 1n }] });
    expect(modes(derived[0], NOBODY)).toEqual({ balance: 'delta', code: 'read' });
  });

  test('of a call: payer written, payee delta; emptiness read where gas depends on it', async () => {
    const prestate = {
      [TARGET]: contract([...call(addressOf(NOBODY), { value: push(1n) }), ...store(0n)], {}, FUNDS),
      [OTHER]: contract([...call(addressOf(THIRD), { value: push(1n) }), ...store(0n)], {}, FUNDS),
      [THIRD]: contract([OP.stop]),
    };
    const derived = await alone({ prestate, unstable: [accountKey(NOBODY, 'balance')] });
    expect(modes(derived, TARGET).balance).toBe('write');
    // Read for emptiness and credited.
    expect(modes(derived, NOBODY)).toMatchObject({ balance: 'write', nonce: 'read', code: 'read' });
    const full = await alone({ prestate, unstable: [], fields: { to: OTHER } });
    expect(modes(full, THIRD)).toEqual({ balance: 'delta', code: 'read' });
  });

  test('of SELFDESTRUCT: own balance written, beneficiary delta', async () => {
    const derived = await alone({
      prestate: {
        [TARGET]: contract([...addressOf(THIRD), OP.selfDestruct], {}, FUNDS),
        [THIRD]: contract([OP.stop], {}, FUNDS),
      },
      unstable: [accountKey(TARGET, 'balance')],
    });
    expect(modes(derived, TARGET).balance).toBe('write');
    expect(modes(derived, THIRD).balance).toBe('delta');
  });
});

describe('code of others', () => {
  test.each([
    ['CALL', call(addressOf(OTHER))],
    ['CALLCODE', call(addressOf(OTHER), { kind: OP.callCode })],
    ['DELEGATECALL', call(addressOf(OTHER), { kind: OP.delegateCall })],
    ['STATICCALL', call(addressOf(OTHER), { kind: OP.staticCall })],
    ['EXTCODESIZE', [...addressOf(OTHER), OP.extCodeSize]],
    ['EXTCODEHASH', [...addressOf(OTHER), OP.extCodeHash]],
    ['EXTCODECOPY', [...push(1n), ...push(0n), ...push(0n), ...addressOf(OTHER), OP.extCodeCopy]],
  ] as const)('%s reads it', async (_name, code: Code) => {
    const prestate = { [TARGET]: contract([...code]), [OTHER]: contract(slot(3n)) };
    const derived = await alone({ prestate, unstable: [key(3n, OTHER), key(3n)] });
    expect(modes(derived, OTHER)).toEqual({ code: 'read' });
  });

  test('and that of the delegate (EIP-7702)', async () => {
    const delegated = { balance: '0x1', nonce: 1, code: `0xef0100${THIRD.slice(2)}`, storage: {} };
    const derived = await alone({
      prestate: {
        [TARGET]: contract(call(addressOf(OTHER))),
        [OTHER]: delegated,
        [THIRD]: contract(store(1n)),
      },
      unstable: [key(1n, OTHER)],
      hardfork: 'prague',
    });
    expect([modes(derived, OTHER).code, modes(derived, THIRD).code]).toEqual(['read', 'read']);
    expect(modeOf(derived, key(1n, OTHER))).toBe('write');
  });

  test('EXTCODEHASH without code reads balance and nonce', async () => {
    const derived = await alone({
      prestate: { [TARGET]: contract([...addressOf(NOBODY), OP.extCodeHash, ...push(0n), OP.sstore]) },
      unstable: [accountKey(NOBODY, 'balance')],
    });
    expect(modes(derived, NOBODY)).toEqual({ balance: 'read', nonce: 'read', code: 'read' });
  });
});

test('BALANCE, SELFBALANCE: the balance is read', async () => {
  const derived = await alone({
    prestate: { [TARGET]: contract([...addressOf(OTHER), OP.balance, OP.selfBalance, OP.sstore], {}, FUNDS) },
    unstable: [accountKey(OTHER, 'balance')],
  });
  expect([modes(derived, OTHER), modes(derived, TARGET)]).toEqual([
    { balance: 'read' },
    { balance: 'read', code: 'read' },
  ]);
});

test('SLOAD: the slot is read; SSTORE: it is written, be it with the value that is there', async () => {
  const prestate = { [TARGET]: contract([...slot(1n), ...store(2n, slot(2n))], { 1: 5n, 2: 6n }) };
  const derived = await alone({ prestate, unstable: [key(1n), key(2n)] });
  expect([modeOf(derived, key(1n)), modeOf(derived, key(2n))]).toEqual(['read', 'write']);
});

describe('creation', () => {
  const init = assemble(store(3n));
  const whole = { balance: 'write', nonce: 'write', code: 'write' };

  test.each([
    ['CREATE', null, hexOf(generateAddress(bytesOf(TARGET), Uint8Array.of(1)))],
    [
      'CREATE2',
      push(5n),
      hexOf(generateAddress2(bytesOf(TARGET), bytesOf(`0x${'5'.padStart(64, '0')}`), init)),
    ],
  ] as const)('%s: creator nonce written, all of the new account written', async (_name, salt, made) => {
    const derived = await alone({
      prestate: { [TARGET]: contract(create(init, salt)) },
      unstable: [accountKey(made, 'balance')],
    });
    expect(modes(derived, TARGET).nonce).toBe('write');
    expect(modes(derived, made)).toEqual(whole);
    expect(ownStorage(derived)).toEqual([made]);
    expect(derived.status).toBe('exact');
  });

  test('by the transaction, also where it collides', async () => {
    const made = hexOf(generateAddress(bytesOf(SENDER), new Uint8Array(0)));
    const fields = { to: null, data: init };
    const free = await alone({ prestate: {}, unstable: [], fields });
    const taken = await alone({ prestate: { [made]: contract([OP.stop]) }, unstable: [], fields });
    expect([modes(free, made), modes(taken, made)]).toEqual([whole, whole]);
    expect([ownStorage(free), ownStorage(taken)]).toEqual([[made], [made]]);
  });
});

describe.each(['homestead', 'london', 'cancun'])('SELFDESTRUCT, %s', (hardfork) => {
  const isOld = hardfork !== 'cancun';

  test('of an old account', async () => {
    const derived = await alone({
      prestate: { [TARGET]: contract([...addressOf(OTHER), OP.selfDestruct], { 1: 1n }, FUNDS) },
      unstable: [accountKey(OTHER, 'balance')],
      hardfork,
    });
    expect(modes(derived, TARGET)).toEqual(
      isOld ? { balance: 'write', nonce: 'write', code: 'write' } : { balance: 'write', code: 'read' },
    );
    expect(ownStorage(derived)).toEqual(isOld ? [TARGET] : []);
  });

  test('of one made in the same transaction', async () => {
    const init = assemble([...store(1n), OP.caller, OP.selfDestruct]);
    const made = hexOf(generateAddress(bytesOf(TARGET), Uint8Array.of(1)));
    const derived = await alone({ prestate: { [TARGET]: contract(create(init)) }, unstable: [], hardfork });
    expect(modes(derived, made)).toEqual({ balance: 'write', nonce: 'write', code: 'write' });
    expect(ownStorage(derived)).toContain(made);
  });
});

describe('a frame that fails', () => {
  const failures: Readonly<Record<string, Code>> = {
    reverts: [...push(0n), ...push(0n), OP.revert],
    'runs out of gas': [...push(0n), ...push(1n << 60n), OP.mstore],
    'meets an invalid instruction': [OP.invalid],
  };

  test.each(Object.entries(failures))(
    '%s: its accesses count, and the caller goes on',
    async (_name, end) => {
      const prestate = {
        [TARGET]: contract([
          ...branch(call(addressOf(OTHER), { gas: push(100_000n) }), store(1n), store(2n)),
        ]),
        [OTHER]: contract([...branch(slot(5n), store(6n), end), OP.stop]),
      };
      const derived = await alone({ prestate, unstable: [key(5n, OTHER)] });
      expect([key(1n), key(2n), key(5n, OTHER), key(6n, OTHER)].map((one) => modeOf(derived, one))).toEqual([
        'write',
        'write',
        'read',
        'write',
      ]);
      const known = await alone({ prestate, unstable: [] });
      expect([key(1n), key(2n)].map((one) => modeOf(known, one))).toEqual([undefined, 'write']);
      expect(known.status).toBe('exact');
    },
  );
});

test('access list, precompiles, block values, transient storage and logs are no state keys', async () => {
  const code = [
    ...call(push(4n)),
    ...[OP.number, OP.timestamp, OP.prevRandao, OP.gasLimit, OP.chainId, OP.baseFee, OP.coinbase],
    ...push(1n),
    OP.number,
    OP.sub,
    OP.blockHash,
    ...push(7n),
    ...push(7n),
    OP.tstore,
    ...push(0n),
    ...push(0n),
    OP.log0,
  ];
  const { derived } = await inBlock({
    prestate: { [TARGET]: contract(code) },
    transactions: [
      { type: 1, accessList: [{ address: THIRD, storageKeys: [`0x${'7'.padStart(64, '0')}`] }] },
    ],
  });
  const expected: [StateKey, AccessMode][] = [
    [accountKey(SENDER, 'nonce'), 'delta'],
    [accountKey(SENDER, 'balance'), 'delta'],
    [accountKey(SENDER, 'code'), 'read'],
    [accountKey(MINER, 'balance'), 'delta'],
    [accountKey(TARGET, 'code'), 'read'],
  ];
  expect(new Map(derived[0]?.accesses.keys)).toEqual(new Map(expected));
  expect(derived[0]?.status).toBe('exact');
});

test('withdrawals come after the last transaction', async () => {
  const withdrawal = { index: 0n, validatorIndex: 0n, address: NOBODY, amount: 5n };
  const { derived } = await inBlock({
    prestate: { [TARGET]: contract([...addressOf(NOBODY), OP.balance, OP.sload]) },
    transactions: [{}, {}],
    header: { withdrawals: [withdrawal] },
  });
  // Nobody has been paid yet: the balance is zero, which is the slot.
  expect(derived.map((one) => [one.status, modeOf(one, key(0n))])).toEqual([
    ['exact', 'read'],
    ['exact', 'read'],
  ]);
  expect(derived.map((one) => modes(one, NOBODY))).toEqual([{ balance: 'read' }, { balance: 'read' }]);
});

test('the transaction itself: to, data and sender are no keys, a plain transfer has six', async () => {
  const derived = await alone({
    prestate: {},
    unstable: [],
    fields: { to: OTHER, data: words(1n), value: 2n },
  });
  expect([...derived.accesses.keys.keys()].sort()).toEqual(
    [
      ...(['balance', 'code', 'nonce'] as const).map((field) => accountKey(transaction().from, field)),
      accountKey(MINER, 'balance'),
      accountKey(OTHER, 'balance'),
      accountKey(OTHER, 'code'),
    ].sort(),
  );
  expect(SENDERS).toContain(transaction().from);
});
