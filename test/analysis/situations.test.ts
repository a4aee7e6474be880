/**
 * Situations that an analysis of accesses may get wrong, by name. Each is derived and run: alone, with other
 * values of what is not known, or in a block; and where it is about gas, with many gas limits.
 */

import { eoaCode7702SignAuthorization, generateAddress2, type PrefixedHexString } from '@ethereumjs/util';
import { describe, expect, test } from '@jest/globals';
import { isOpen } from '../../src/analysis/block.ts';
import type { Address, Authorization, Transaction } from '../../src/input/block.ts';
import { accountKey } from '../../src/state/key.ts';
import type { Prestate } from '../corpus.ts';
import { isLong } from '../effort.ts';
import { assemble, type Code, OP, push } from '../generators/assembler.ts';
import {
  addressOf,
  argument,
  branch,
  call,
  create,
  deploying,
  hashOf,
  repeat,
  slot,
  store,
  whileTrue,
} from '../generators/snippets.ts';
import { ABSENT, KEYS, MINER, SENDERS } from '../generators/universe.ts';
import { untouchedSlots } from '../oracle/coverage.ts';
import { bytesOf } from '../oracle/evm.ts';
import { hexOf } from '../oracle/state.ts';
import { contract, OTHER, recorded, SENDER, TARGET, THIRD, transaction, words } from './scene.ts';
import { alone, inBlock, key, modeOf, statusesOf } from './trial.ts';

const [NOBODY] = ABSENT as readonly [Address];
const FUNDS = { balance: '0x64' };
const precompile = (index: number): Address => `0x${index.toString(16).padStart(40, '0')}`;

/** So many gas limits are tried, evenly spread from nothing to more than enough. */
const GAS_LIMITS = isLong ? 2_000 : 35;

describe('out of gas at each instruction', () => {
  /** Each instruction touches a key of its own. */
  const library: Code = [...slot(1n), OP.pop, ...store(2n), ...addressOf(THIRD), OP.balance, OP.pop];
  const code: Code = [
    ...slot(1n),
    OP.pop,
    ...store(2n),
    ...addressOf(OTHER),
    OP.balance,
    OP.pop,
    ...addressOf(THIRD),
    OP.extCodeHash,
    OP.pop,
    OP.selfBalance,
    OP.pop,
    ...branch(call(addressOf(OTHER)), store(3n), store(4n)),
    ...call(addressOf(NOBODY), { value: push(1n) }),
    OP.pop,
    ...create(assemble(store(5n))),
    OP.pop,
    ...addressOf(MINER),
    OP.selfDestruct,
  ];
  const prestate = { [TARGET]: contract(code, {}, FUNDS), [OTHER]: contract(library, { 2: 9n }) };

  test.each(['tangerineWhistle', 'istanbul', 'cancun'])('%s', async (hardfork) => {
    const used = (await recorded({ hardfork, prestate, transactions: [transaction()] })).gasUsed;
    let failed = 0;
    for (let i = 0; i < GAS_LIMITS; i++) {
      const gasLimit = 21_000n + ((used + 10_000n) * BigInt(i)) / BigInt(GAS_LIMITS);
      const fields = { gasLimit };
      const known = await alone({ prestate, unstable: [], hardfork, fields, values: [] });
      const seen = await recorded({ hardfork, prestate, transactions: [transaction(fields)] });
      if (seen.status === 0) failed++;
      expect(known.status).toBe('exact');
      expect(untouchedSlots(known, seen)).toEqual([]);
      const unstable = [key(2n), key(2n, OTHER)];
      await alone({ prestate, unstable, hardfork, fields, values: [0n, 1n, 9n] });
    }
    expect(failed).toBeGreaterThan(10);
  });
});

describe('return data of a failed call', () => {
  const failing = (end: Code): Code => [...slot(1n), ...push(0n), OP.mstore, ...end];
  const ends: Readonly<Record<string, Code>> = {
    'of a revert': [...push(32n), ...push(0n), OP.revert],
    'of a halt': [OP.invalid],
  };

  test.each(Object.entries(ends))('%s, as a slot', async (_name, end) => {
    const code: Code = [
      ...call(addressOf(OTHER), { output: [0n, 32n] }),
      OP.pop,
      ...push(0n),
      OP.mload,
      OP.sload,
      OP.pop,
      // The length, too.
      OP.returnDataSize,
      ...push(100n),
      OP.add,
      OP.sload,
    ];
    const prestate = { [TARGET]: contract(code), [OTHER]: contract(failing(end), { 1: 7n }) };
    expect((await alone({ prestate, unstable: [] })).status).toBe('exact');
    await alone({ prestate, unstable: [key(1n, OTHER)] });
  });

  test('of a call that cannot be paid, or is too deep, is empty', async () => {
    const code: Code = [
      ...call(addressOf(OTHER), { output: [0n, 32n] }),
      OP.pop,
      ...call(addressOf(OTHER), { value: push(1_000n), output: [0n, 32n] }),
      OP.pop,
      OP.returnDataSize,
      ...push(100n),
      OP.add,
      OP.sload,
      OP.pop,
      ...push(0n),
      OP.mload,
      OP.sload,
    ];
    const prestate = {
      [TARGET]: contract(code),
      [OTHER]: contract(failing([...push(32n), ...push(0n), OP.return])),
    };
    expect((await alone({ prestate, unstable: [] })).status).toBe('exact');
    await alone({ prestate, unstable: [accountKey(TARGET, 'balance'), key(1n, OTHER)] });
  });
});

describe('static calls', () => {
  const violations: Readonly<Record<string, Code>> = {
    SSTORE: store(1n),
    TSTORE: [...push(1n), ...push(1n), OP.tstore],
    LOG: [...push(0n), ...push(0n), OP.log0],
    CREATE: create(assemble(store(1n))),
    SELFDESTRUCT: [...addressOf(NOBODY), OP.selfDestruct],
    'CALL with value': call(addressOf(THIRD), { value: push(1n) }),
    'CALL with a value that is not known': call(addressOf(THIRD), { value: slot(8n) }),
    'a violation further down': [...call(addressOf(THIRD)), ...push(9n), OP.add, OP.sload],
  };

  test.each(Object.entries(violations))('%s', async (_name, violation) => {
    const prestate = {
      [TARGET]: contract(
        branch(call(addressOf(OTHER), { kind: OP.staticCall, gas: push(200_000n) }), store(5n), store(6n)),
      ),
      [OTHER]: contract([...violation, ...slot(7n)], {}, FUNDS),
      [THIRD]: contract(store(2n)),
    };
    expect((await alone({ prestate, unstable: [] })).status).toBe('exact');
    await alone({ prestate, unstable: [key(8n, OTHER)] });
  });
});

describe('re-entrancy', () => {
  const other: Code = call(addressOf(TARGET), { input: [0n, 32n] });

  test('a call back sees what was written before', async () => {
    const code = branch(
      [OP.callDataSize],
      [...push(1n), ...slot(0n), OP.sstore],
      [...store(0n, slot(9n)), ...call(addressOf(OTHER)), ...push(20n), OP.add, OP.sload],
    );
    const prestate = { [TARGET]: contract(code, { 9: 5n }), [OTHER]: contract(other) };
    const derived = await alone({ prestate, unstable: [] });
    expect([derived.status, modeOf(derived, key(5n))]).toEqual(['exact', 'write']);
    await alone({ prestate, unstable: [key(9n)] });
  });

  test.each([
    ['in storage', slot(0n), (value: bigint) => store(0n, push(value))],
    [
      'in transient storage',
      [...push(0n), OP.tload],
      (value: bigint) => [...push(value), ...push(0n), OP.tstore],
    ],
  ] as const)('a lock %s', async (_name, isLocked, set) => {
    const code = branch(
      isLocked,
      [...push(0n), ...push(0n), OP.revert],
      [...set(1n), ...branch(call(addressOf(OTHER)), store(1n), store(2n)), ...set(0n)],
    );
    const relay = branch(other, store(3n), store(4n));
    const prestate = { [TARGET]: contract(code), [OTHER]: contract(relay) };
    const derived = await alone({ prestate, unstable: [] });
    expect([3n, 4n].map((at) => modeOf(derived, key(at, OTHER)))).toEqual([undefined, 'write']);
    await alone({ prestate, unstable: [key(0n)] });
  });

  test('a contract calls itself, in all four ways', async () => {
    for (const kind of [OP.call, OP.callCode, OP.delegateCall, OP.staticCall]) {
      const code = branch(
        [OP.callDataSize],
        [...slot(3n), ...(kind === OP.staticCall ? [] : store(4n))],
        [...call([OP.address], { kind, input: [0n, 32n] }), ...push(10n), OP.add, OP.sload],
      );
      const prestate = { [TARGET]: contract(code) };
      expect((await alone({ prestate, unstable: [] })).status).toBe('exact');
      await alone({ prestate, unstable: [key(3n)] });
    }
  });
});

describe('call depth', () => {
  /** Calls itself as deeply as it can, and counts how often. */
  const recursive = (kind: number): Code => [
    ...store(0n, [...push(1n), ...slot(0n), OP.add]),
    ...call([OP.address], { kind, gas: [...push(1_000n), OP.gas, OP.sub] }),
    OP.pop,
  ];

  test.each([
    ['homestead', OP.call],
    ['homestead', OP.delegateCall],
    ['cancun', OP.call],
  ] as const)('%s, opcode %d', async (hardfork, kind) => {
    const prestate = { [TARGET]: contract(recursive(kind), { 0: 1n }) };
    const fields = { gasLimit: 20_000_000n };
    const derived = await alone({ prestate, unstable: [], hardfork, fields, values: [] });
    // Without the 63/64 rule it may nest deeper than the analysis follows, which says so.
    if (isOpen(derived)) expect(derived.reasons.map(({ code }) => code)).toContain('depth-limit');
    expect(isOpen(derived) && hardfork === 'cancun').toBe(false);
    await alone({ prestate, unstable: [key(0n)], hardfork, fields, values: [0n, 5n] });
  });

  test('the 1,025th frame is not entered', async () => {
    // At the bottom the call fails for its depth, and another slot is written.
    const code = branch(
      call([OP.address], { gas: [...push(2_000n), OP.gas, OP.sub] }),
      [...push(1n), OP.pop],
      store(7n),
    );
    const prestate = { [TARGET]: contract(code) };
    const fields = { gasLimit: 30_000_000n };
    const derived = await alone({ prestate, unstable: [], hardfork: 'homestead', fields, values: [] });
    expect(isOpen(derived) || modeOf(derived, key(7n)) === 'write').toBe(true);
    const seen = await recorded({ hardfork: 'homestead', prestate, transactions: [transaction(fields)] });
    expect(seen.writes.has(key(7n))).toBe(true);
  });
});

describe('CREATE2', () => {
  const init = deploying(assemble(store(4n)));
  const made = hexOf(generateAddress2(bytesOf(TARGET), new Uint8Array(32), init));
  const factory: Code = [...create(init, push(0n)), OP.pop];

  test('at an address that was called earlier, in the block and in the transaction', async () => {
    const prestate = {
      [TARGET]: contract([...call(addressOf(made)), OP.pop, ...factory, ...call(addressOf(made)), OP.pop]),
      [OTHER]: contract([...call(addressOf(made)), ...push(8n), OP.add, OP.sload]),
    };
    const { derived, seen } = await inBlock({
      prestate,
      transactions: [{ to: OTHER }, { to: made }, {}, { to: OTHER }, { to: made }],
    });
    expect(statusesOf(derived)).toEqual(Array.from({ length: 5 }, () => 'exact'));
    expect(seen.map((one) => one.writes.has(key(4n, made)))).toEqual([false, false, true, true, true]);
  });

  test('code, size and hash of what the block made', async () => {
    const reader: Code = [
      ...addressOf(made),
      OP.extCodeSize,
      OP.sload,
      OP.pop,
      ...push(32n),
      ...push(0n),
      ...push(0n),
      ...addressOf(made),
      OP.extCodeCopy,
      ...push(0n),
      OP.mload,
      OP.sload,
      OP.pop,
      ...addressOf(made),
      OP.extCodeHash,
      OP.sload,
    ];
    const { derived, seen } = await inBlock({
      prestate: { [TARGET]: contract(factory), [OTHER]: contract(reader) },
      transactions: [{ to: OTHER }, {}, { to: OTHER }],
    });
    expect(statusesOf(derived)).toEqual(['exact', 'exact', 'exact']);
    const slots = seen.map(({ reads }) => [...reads].filter((one) => one.startsWith(`${OTHER}:0x`)));
    expect(slots[2]).not.toEqual(slots[0]);
  });

  test.each(['petersburg', 'shanghai', 'cancun'])(
    'destroyed and recreated, its storage gone, %s',
    async (hardfork) => {
      // Counts up slot 0, reads the slot of that number, and destroys itself when it is sent data.
      const runtime = assemble(
        branch(
          [OP.callDataSize],
          [OP.caller, OP.selfDestruct],
          [...store(0n, [...push(1n), ...slot(0n), OP.add]), ...slot(0n), OP.sload],
        ),
      );
      const again = deploying(runtime);
      const address = hexOf(generateAddress2(bytesOf(TARGET), new Uint8Array(32), again));
      const prestate = {
        [TARGET]: contract([...create(again, push(0n)), OP.pop]),
        [OTHER]: contract(call(addressOf(address), { input: [0n, 1n] })),
      };
      const { derived } = await inBlock({
        prestate,
        hardfork,
        transactions: [
          {},
          { to: address },
          { to: address },
          { to: OTHER },
          { to: address },
          {},
          { to: address },
        ],
      });
      expect(derived.some(isOpen)).toBe(false);
    },
  );
});

describe('precompiles as targets', () => {
  const targets = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(precompile);

  test.each(targets)('of a transaction and of calls, with and without value: %s', async (to) => {
    const code = branch(
      call(addressOf(to), { value: argument(0n), input: [0n, 32n], gas: push(50_000n), output: [0n, 32n] }),
      [...push(0n), OP.mload, OP.sload],
      slot(11n),
    );
    const prestate = { [TARGET]: contract(code, {}, FUNDS) };
    for (const hardfork of ['homestead', 'byzantium', 'cancun']) {
      const { derived } = await inBlock({
        prestate,
        hardfork,
        transactions: [
          { to, value: 1n, data: words(5n) },
          { data: words(0n) },
          { data: words(1n) },
          { to, data: words(5n) },
        ],
      });
      expect(derived.some(isOpen)).toBe(false);
      await alone({ prestate, unstable: [accountKey(to, 'balance')], hardfork, fields: { data: words(2n) } });
    }
  });
});

describe('EIP-7702 in one block', () => {
  const hex = (value: bigint): PrefixedHexString => `0x${value.toString(16)}`;
  const sign = (signer: number, delegate: Address, nonce: bigint): Authorization => {
    const tuple = eoaCode7702SignAuthorization(
      { chainId: '0x1', address: delegate, nonce: hex(nonce) },
      KEYS[signer] as Uint8Array,
    );
    const [yParity, r, s] = tuple
      .slice(3)
      .map((bytes) => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`)) as [bigint, bigint, bigint];
    return { chainId: 1n, address: delegate, nonce, yParity, r, s, authority: SENDERS[signer] as Address };
  };
  const [, , AUTHORITY] = SENDERS as readonly [Address, Address, Address];
  const ZERO = precompile(0);
  const setting = (...authorizationList: Authorization[]): Partial<Transaction> => ({
    type: 4,
    chainId: 1n,
    from: SENDER,
    authorizationList,
    to: OTHER,
  });
  const calling: Partial<Transaction> = { from: SENDERS[1] as Address, to: THIRD };
  const prestate: Prestate = {
    [TARGET]: contract(store(1n)),
    [OTHER]: contract(slot(9n)),
    [THIRD]: contract([
      ...branch(call(addressOf(AUTHORITY), { input: [0n, 32n] }), store(1n), store(2n)),
      ...addressOf(AUTHORITY),
      OP.extCodeSize,
      ...push(40n),
      OP.add,
      OP.sload,
    ]),
  };

  test('set and cleared, called before, between and after', async () => {
    const { derived, seen } = await inBlock({
      prestate,
      hardfork: 'prague',
      transactions: [calling, setting(sign(2, TARGET, 0n)), calling, setting(sign(2, ZERO, 1n)), calling],
    });
    expect(statusesOf(derived)).toEqual(Array.from({ length: 5 }, () => 'exact'));
    const writes = seen.map((one) => one.writes.has(key(1n, AUTHORITY)));
    expect(writes).toEqual([false, false, true, false, false]);
  });

  test('set and cleared in one transaction', async () => {
    const { derived, seen } = await inBlock({
      prestate,
      hardfork: 'prague',
      transactions: [setting(sign(2, TARGET, 0n), sign(2, ZERO, 1n)), calling],
    });
    expect(statusesOf(derived)).toEqual(['exact', 'exact']);
    expect(seen[1]?.writes.has(key(1n, AUTHORITY))).toBe(false);
  });

  test.each([1, 2, 4, 9])('to precompile %d: no code runs', async (index) => {
    const { derived } = await inBlock({
      prestate,
      hardfork: 'prague',
      transactions: [
        setting(sign(2, precompile(index), 0n)),
        calling,
        { from: SENDERS[3] as Address, to: AUTHORITY, value: 1n },
      ],
    });
    expect(statusesOf(derived)).toEqual(['exact', 'exact', 'exact']);
  });

  test('to one that is delegated itself: one step only', async () => {
    const { derived } = await inBlock({
      prestate,
      hardfork: 'prague',
      transactions: [setting(sign(2, SENDERS[3] as Address, 0n), sign(3, TARGET, 0n)), calling],
    });
    expect(statusesOf(derived)).toEqual(['exact', 'exact']);
  });

  test('a delegated sender, whose code spends its balance and creates', async () => {
    const spending: Code = [
      ...call(addressOf(NOBODY), { value: push(5n) }),
      ...create(assemble(store(1n))),
      OP.sload,
    ];
    const { derived, seen } = await inBlock({
      prestate: { ...prestate, [TARGET]: contract(spending) },
      hardfork: 'prague',
      transactions: [
        setting(sign(2, TARGET, 0n)),
        { from: SENDERS[1] as Address, to: AUTHORITY },
        { from: AUTHORITY, nonce: 2n, to: OTHER },
      ],
    });
    expect(seen[1]?.writes.has(accountKey(AUTHORITY, 'nonce'))).toBe(true);
    // Neither escrow nor a known nonce for a sender whose code may write both.
    expect(modeOf(derived[2], accountKey(AUTHORITY, 'balance'))).toBe('write');
    expect(modeOf(derived[2], accountKey(AUTHORITY, 'nonce'))).toBe('write');
  });
});

describe('the fee recipient', () => {
  const reading: Code = [OP.coinbase, OP.balance, ...push(3n), OP.and, OP.sload];

  test.each(['london', 'cancun'])('as sender, target and reader, %s', async (hardfork) => {
    const [, coinbase] = SENDERS as readonly [Address, Address];
    const { derived } = await inBlock({
      prestate: { [TARGET]: contract(reading) },
      hardfork,
      header: { feeRecipient: coinbase },
      transactions: [
        {},
        { from: coinbase, to: TARGET },
        { to: coinbase, value: 1n },
        { from: SENDER, nonce: 1n },
      ],
    });
    expect(derived.map((one) => modeOf(one, accountKey(coinbase, 'balance')))).toEqual([
      'write',
      'write',
      'delta',
      'write',
    ]);
  });

  test('is a contract that is called, and destroys itself', async () => {
    const { derived } = await inBlock({
      prestate: {
        [OTHER]: contract([...addressOf(NOBODY), OP.selfDestruct], {}, FUNDS),
        [TARGET]: contract(reading),
      },
      hardfork: 'london',
      header: { feeRecipient: OTHER },
      transactions: [{}, { to: OTHER }, {}, { to: NOBODY }],
    });
    expect(derived.some(isOpen)).toBe(false);
  });
});

describe('access lists', () => {
  const slotHex = (at: bigint): `0x${string}` => `0x${at.toString(16).padStart(64, '0')}`;
  const entry = { address: OTHER, storageKeys: [slotHex(1n), slotHex(1n)] };

  test('entries listed twice, gas tight', async () => {
    // What is warm makes a difference to whether the call succeeds.
    const prestate = {
      [TARGET]: contract(branch(call(addressOf(OTHER), { gas: push(2_500n) }), store(1n), store(2n))),
      [OTHER]: contract([...slot(1n), OP.pop, ...slot(1n)]),
    };
    for (const accessList of [[], [entry], [entry, entry], [entry, { address: OTHER, storageKeys: [] }]]) {
      const fields = { type: 1 as const, chainId: 1n, accessList };
      const derived = await alone({ prestate, unstable: [], fields });
      expect(derived.status).toBe('exact');
      await alone({ prestate, unstable: [key(1n, OTHER), key(2n)], fields });
    }
  });
});

describe('loops', () => {
  test('over a linked list in storage', async () => {
    // node = slot[0]; while (node) node = mapping(1)[node].
    const code: Code = [
      ...slot(0n),
      ...whileTrue(
        [OP.dup1],
        [
          ...push(0n),
          OP.mstore,
          ...push(1n),
          ...push(32n),
          OP.mstore,
          ...push(64n),
          ...push(0n),
          OP.keccak256,
          OP.sload,
        ],
      ),
      ...store(2n),
    ];
    const prestate = { [TARGET]: contract(code, { 0: 3n }) };
    expect((await alone({ prestate, unstable: [] })).status).toBe('exact');
    await alone({ prestate, unstable: [key(0n)], fields: { gasLimit: 200_000n } });
  });

  test('diamond cut: the facet of a selector changes within the block', async () => {
    const facet = hashOf([...push(224n), ...argument(0n), OP.shr], push(5n));
    const prestate = {
      [TARGET]: contract(
        branch(
          [...push(36n), OP.callDataSize, OP.gt],
          [...argument(1n), ...facet, OP.sstore],
          call([...facet, OP.sload], { kind: OP.delegateCall }),
        ),
      ),
      [OTHER]: contract(store(7n)),
      [THIRD]: contract(store(8n)),
    };
    const selector = 0xabcdef01n << 224n;
    const { derived } = await inBlock({
      prestate,
      transactions: [
        { data: words(selector, BigInt(OTHER)) },
        { data: words(selector) },
        { data: words(selector, BigInt(THIRD)) },
        { data: words(selector) },
      ],
    });
    expect(statusesOf(derived)).toEqual(Array.from({ length: 4 }, () => 'exact'));
    expect([modeOf(derived[1], key(7n)), modeOf(derived[3], key(8n))]).toEqual(['write', 'write']);
  });
});

test('many keys: three hundred slots of one account', async () => {
  const code = repeat(150, (i) => store(BigInt(i), [...push(1n), ...slot(BigInt(i + 150)), OP.add]));
  const prestate = { [TARGET]: contract(code) };
  const derived = await alone({
    prestate,
    unstable: [key(200n)],
    fields: { gasLimit: 10_000_000n },
    values: [0n, 5n],
  });
  expect(derived.accesses.keys.size).toBeGreaterThan(300);
});
