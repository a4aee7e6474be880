/**
 * The pitfalls of access-set analysis (`ANALYSIS.md` section 5 of the project's background), by number. Each is
 * a small program whose derived set must hold what is observed: in a block, or under other values of the keys
 * that were said to be unstable.
 */
import {
  eoaCode7702SignAuthorization,
  generateAddress,
  generateAddress2,
  type PrefixedHexString,
} from '@ethereumjs/util';
import { describe, expect, test } from '@jest/globals';
import { isOpen } from '../../src/analysis/block.ts';
import type { TransactionAnalysis } from '../../src/analysis/result.ts';
import type { Address, Authorization, Transaction } from '../../src/input/block.ts';
import { accountKey } from '../../src/state/key.ts';
import type { Prestate } from '../corpus.ts';
import { assemble, type Code, label, OP, placeOf, push } from '../generators/assembler.ts';
import {
  addressOf,
  argument,
  branch,
  call,
  create,
  deploying,
  hashOf,
  returnWord,
  slot,
  store,
  unless,
} from '../generators/snippets.ts';
import { ABSENT, CONTRACTS, KEYS, MINER, SENDERS } from '../generators/universe.ts';
import { hasEqualSlots, missesOf } from '../oracle/coverage.ts';
import { bytesOf } from '../oracle/evm.ts';
import { hexOf } from '../oracle/state.ts';
import {
  analyzed,
  contract,
  inputOf,
  OTHER,
  recorded,
  type Scene,
  TARGET,
  THIRD,
  transaction,
  words,
} from './scene.ts';
import { alone, conflict, inBlock, key, modeOf, statusesOf } from './trial.ts';

const FOURTH = CONTRACTS[3] as Address;
const [NOBODY] = ABSENT as readonly [Address];
const MAX = (1n << 256n) - 1n;

const numberOf = (address: Address): bigint => BigInt(address);

/** Address of what a transaction made. */
function madeBy({ effects }: TransactionAnalysis): Address {
  const [address] = [...effects.codes.keys()];
  if (address === undefined) throw new Error('nothing was made');
  return address;
}

describe('1: code is a cell', () => {
  const made = assemble([...slot(4n), ...store(5n)]);

  test.each([null, push(7n)])('deployed and called in one block (salt %j)', async (salt) => {
    const prestate = {
      [TARGET]: contract([...create(deploying(made), salt), OP.pop]),
      [OTHER]: contract(call(argument(0n))),
    };
    const first = await inBlock({ prestate, transactions: [{}] });
    const address = madeBy(first.derived[0] as TransactionAnalysis);
    const { derived, seen } = await inBlock({
      prestate,
      transactions: [{}, { to: OTHER, data: words(numberOf(address)) }, { to: address }],
    });
    expect(statusesOf(derived)).toEqual(['exact', 'exact', 'exact']);
    expect(modeOf(derived[0], accountKey(address, 'code'))).toBe('write');
    expect(modeOf(derived[1], accountKey(address, 'code'))).toBe('read');
    expect(seen[1]?.writes.has(key(5n, address))).toBe(true);
  });
});

describe('2: GAS', () => {
  test('as a slot, behind a cost that is not known', async () => {
    await alone({
      prestate: {
        [TARGET]: contract(
          [...store(0n, push(9n)), ...push(1n), ...push(1_000n), OP.gas, OP.div, OP.sstore],
          { 0: 3n },
        ),
      },
      unstable: [key(0n)],
    });
  });

  test('in a branch', async () => {
    const derived = await alone({
      prestate: {
        [TARGET]: contract(
          [...store(0n, push(9n)), ...branch([...push(965_000n), OP.gas, OP.gt], store(1n), store(2n))],
          { 0: 3n },
        ),
      },
      unstable: [key(0n)],
    });
    expect([modeOf(derived, key(1n)), modeOf(derived, key(2n))]).toEqual(['write', 'write']);
  });

  test('known where all costs are', async () => {
    const derived = await alone({
      prestate: { [TARGET]: contract([...push(1n), ...push(1_000n), OP.gas, OP.div, OP.sstore]) },
      unstable: [],
    });
    expect(derived.status).toBe('exact');
  });
});

test('3: BLOCKHASH', async () => {
  const code = unless(
    [...push(1n), OP.number, OP.sub, OP.blockHash, ...argument(0n), OP.eq, OP.isZero],
    store(1n),
  );
  for (const guess of [77n, 78n]) {
    const derived = await alone({
      prestate: { [TARGET]: contract(code) },
      unstable: [],
      fields: { data: words(guess) },
    });
    expect([derived.status, modeOf(derived, key(1n))]).toEqual([
      'exact',
      guess === 77n ? 'write' : undefined,
    ]);
  }
});

describe('4: precompiles', () => {
  const recover = words(
    0x456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3n,
    28n,
    0x9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608n,
    0x4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852adan,
  );
  const blake = new Uint8Array(213);
  blake[3] = 12;
  blake[212] = 1;
  const inputs: readonly (readonly [name: string, address: bigint, input: Uint8Array])[] = [
    ['ECRECOVER', 1n, recover],
    ['ECRECOVER of nothing', 1n, new Uint8Array(128)],
    ['SHA-256', 2n, words(5n)],
    ['RIPEMD-160', 3n, words(5n)],
    ['identity', 4n, Uint8Array.of(1, 2, 3)],
    ['modexp', 5n, new Uint8Array([...words(1n, 1n, 1n), 3, 5, 7])],
    ['modexp of nothing', 5n, new Uint8Array(0)],
    ['bn254 add', 6n, words(1n, 2n, 1n, 2n)],
    ['bn254 add, no point', 6n, words(1n, 1n)],
    ['bn254 multiply', 7n, words(1n, 2n, 9n)],
    ['bn254 multiply, no point', 7n, words(MAX, 2n, 9n)],
    ['bn254 pairing of nothing', 8n, new Uint8Array(0)],
    ['bn254 pairing, wrong length', 8n, words(1n)],
    ['BLAKE2f', 9n, blake],
    ['BLAKE2f, wrong length', 9n, blake.subarray(1)],
  ];

  /** Writes 1 + success at the hash of what was returned. */
  const code: Code = [
    OP.callDataSize,
    ...push(0n),
    ...push(0n),
    OP.callDataCopy,
    ...push(0n),
    ...push(0n),
    OP.callDataSize,
    ...push(0n),
    ...push(0n),
    ...slot(0n),
    OP.gas,
    OP.call,
    ...push(1n),
    OP.add,
    OP.returnDataSize,
    ...push(0n),
    ...push(0n),
    OP.returnDataCopy,
    OP.returnDataSize,
    ...push(0n),
    OP.keccak256,
    OP.sstore,
  ];

  test.each(inputs)('%s', async (_name, address, data) => {
    const scene: Scene = {
      hardfork: 'cancun',
      prestate: { [TARGET]: contract(code, { 0: address }) },
      transactions: [transaction({ data, gasLimit: 400_000n })],
    };
    const derived = analyzed(scene);
    const seen = await recorded(scene);
    expect(missesOf(inputOf(scene), derived, seen)).toEqual([]);
    expect([derived.status, hasEqualSlots(derived, seen)]).toEqual(['exact', true]);
  });

  test.each(inputs)('%s, on input that is not known', async (_name, address, data) => {
    const input: Code = [
      OP.callDataSize,
      ...push(0n),
      ...push(0n),
      OP.callDataCopy,
      ...push(0n),
      OP.mload,
      ...slot(1n),
      OP.add,
      ...push(0n),
      OP.mstore,
      ...push(64n),
      ...push(320n),
      OP.callDataSize,
      ...push(0n),
      ...push(0n),
      ...push(address),
      OP.gas,
      OP.call,
      ...branch([], store(2n), store(3n)),
      OP.returnDataSize,
      OP.sload,
      ...push(320n),
      OP.mload,
      OP.sload,
    ];
    await alone({
      prestate: { [TARGET]: contract(input) },
      unstable: [key(1n)],
      fields: { data, gasLimit: 400_000n },
    });
  });
});

describe('5: what never runs', () => {
  const huge: readonly (readonly [string, Code])[] = [
    [
      'modexp with lengths of 2^20',
      [
        ...hashOf(push(1n << 20n), push(1n << 20n), push(1n << 20n)),
        OP.pop,
        ...call(push(5n), { input: [0n, 1n << 21n] }),
        OP.pop,
      ],
    ],
    ['MLOAD at 2^31', [...push(1n << 31n), OP.mload, OP.pop]],
    ['RETURN of everything', [...push(MAX), ...push(0n), OP.return]],
    ['CALLDATACOPY of 2^40 bytes', [...push(1n << 40n), ...push(0n), ...push(0n), OP.callDataCopy]],
  ];
  test.each(huge)('%s', async (_name, code) => {
    await alone({
      prestate: { [TARGET]: contract([...unless([...slot(0n), OP.isZero], code), ...store(7n)], { 0: 0n }) },
      unstable: [key(0n)],
      values: [0n, 1n],
    });
  });
});

test('6: a loop over an array whose length may change', async () => {
  const [start, end] = [label(), label()];
  const derived = await alone({
    prestate: {
      [TARGET]: contract(
        [
          ...push(0n),
          start,
          ...slot(0n),
          0x81,
          OP.lt,
          OP.isZero,
          placeOf(end),
          OP.jumpIf,
          0x80,
          ...hashOf(push(0n)),
          OP.add,
          OP.sload,
          OP.pop,
          ...push(1n),
          OP.add,
          placeOf(start),
          OP.jump,
          end,
          ...store(3n),
        ],
        { 0: 4n },
      ),
    },
    unstable: [key(0n)],
  });
  expect(derived.status).not.toBe('exact');
});

describe('7: folded hashes', () => {
  /** `keccak256(0)`, as compilers write it. */
  const FOLDED = 0x290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563n;

  test('a literal and a region of the same array meet', async () => {
    const prestate = {
      [TARGET]: contract(
        branch(
          [OP.callDataSize],
          [...push(1n), ...push(FOLDED + 1n, 32), OP.sstore],
          [...hashOf(push(0n)), ...slot(9n), ...push(3n), OP.and, OP.add, OP.sload],
        ),
      ),
    };
    const literal = await alone({ prestate, unstable: [key(9n)], fields: { data: words(1n) } });
    const region = await alone({ prestate, unstable: [key(9n)] });
    expect(modeOf(literal, key(FOLDED + 1n))).toBe('write');
    expect(conflict(literal, region)).not.toBe(null);
  });
});

describe('8: order of exploration', () => {
  const sides: readonly [Code, Code] = [store(1n), [...slot(2n), OP.sload]];
  const analysis = (yes: Code, no: Code) =>
    analyzed(
      {
        hardfork: 'cancun',
        prestate: {
          [TARGET]: contract([...branch(slot(0n), yes, no), ...slot(1n), OP.sload, ...slot(2n), OP.sload]),
        },
        transactions: [transaction()],
      },
      { isUnstable: (one) => one === key(0n) || one === key(2n) },
    );

  test('does not matter', () => {
    const [a, b] = [analysis(sides[0], sides[1]), analysis(sides[1], sides[0])];
    expect(new Map([...a.accesses.keys].sort())).toEqual(new Map([...b.accesses.keys].sort()));
    expect(new Set(a.accesses.regions)).toEqual(new Set(b.accesses.regions));
    expect([a.status, new Set(a.assumptions)]).toEqual([b.status, new Set(b.assumptions)]);
  });

  test('is always the same', () => {
    expect(analysis(...sides)).toEqual(analysis(...sides));
  });
});

describe('9: a call runs out of gas, and the caller goes on', () => {
  const prestate = {
    [TARGET]: contract(branch(call(addressOf(OTHER)), store(10n), store(11n))),
    [OTHER]: contract([...store(0n, push(9n)), ...store(1n)], { 0: 3n }),
  };

  test.each([40_000n, 50_000n, 60_000n, 66_000n, 70_000n, 76_000n, 90_000n, 1_000_000n])(
    'with a gas limit of %d',
    async (gasLimit) => {
      const known = await alone({ prestate, unstable: [], fields: { gasLimit } });
      expect(known.status).toBe('exact');
      await alone({ prestate, unstable: [key(0n, OTHER), key(1n, OTHER)], fields: { gasLimit } });
    },
  );
});

test('10: SSTORE reads', async () => {
  const { derived, seen } = await inBlock({
    prestate: { [TARGET]: contract(store(0n, argument(0n))) },
    transactions: [{ data: words(5n) }, { data: words(6n) }],
  });
  expect(derived.map((one) => modeOf(one, key(0n)))).toEqual(['write', 'write']);
  expect(conflict(derived[0], derived[1])).not.toBe(null);
  expect(seen[0]?.gasUsed).not.toBe(seen[1]?.gasUsed);
});

test('11: an array offset without a bound is any slot', async () => {
  const derived = await alone({
    prestate: { [TARGET]: contract([...hashOf(push(0n)), ...slot(1n), OP.add, OP.sload]) },
    unstable: [key(1n)],
  });
  expect(derived.accesses.regions).toMatchObject([{ shape: 'account', address: TARGET }]);
});

test('12: mappings of Vyper and Solidity meet', async () => {
  // Solidity: keccak256(key . 2). Vyper: keccak256(1 . key).
  const prestate = {
    [TARGET]: contract(
      branch(
        [OP.callDataSize],
        [...hashOf(slot(0n), push(2n)), OP.sload],
        [...push(1n), ...hashOf(push(1n), slot(0n)), OP.sstore],
      ),
    ),
  };
  const solidity = await alone({ prestate, unstable: [key(0n)], fields: { data: words(1n) } });
  const vyper = await alone({ prestate, unstable: [key(0n)] });
  expect(solidity.accesses.regions).toMatchObject([{ shape: 'mapping' }]);
  expect(conflict(solidity, vyper)).not.toBe(null);
});

describe('13, 14: preimages of any place and length', () => {
  test.each([
    [3n, 64n],
    [31n, 32n],
    [1n, 37n],
    [0n, 5n],
    [7n, 0n],
  ])('%d bytes further on, %d bytes long', async (at, length) => {
    const code: Code = [
      ...slot(0n),
      ...push(at),
      OP.mstore,
      ...push(0xabn),
      ...push(at + 33n),
      OP.mstore8,
      // Overlapping, by a byte.
      ...push(40n),
      ...push(at),
      ...push(at + 1n),
      OP.mcopy,
      ...push(length),
      ...push(at),
      OP.keccak256,
      OP.sload,
    ];
    expect((await alone({ prestate: { [TARGET]: contract(code, { 0: 5n }) }, unstable: [] })).status).toBe(
      'exact',
    );
    await alone({ prestate: { [TARGET]: contract(code, { 0: 5n }) }, unstable: [key(0n)] });
  });
});

describe('15: the implementation of a proxy', () => {
  const IMPLEMENTATION = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a933ef9fcf9f0f7ab3n;
  const proxy = branch(
    [OP.callDataSize],
    [...argument(0n), ...push(IMPLEMENTATION, 32), OP.sstore],
    call([...push(IMPLEMENTATION, 32), OP.sload], { kind: OP.delegateCall }),
  );
  const prestate = {
    [TARGET]: contract(proxy, { [String(IMPLEMENTATION)]: numberOf(OTHER) }),
    [OTHER]: contract(store(1n)),
    [THIRD]: contract(store(2n)),
  };

  test('is assumed', async () => {
    const derived = await alone({ prestate, unstable: [] });
    expect(derived.assumptions.has(key(IMPLEMENTATION))).toBe(true);
  });

  test('is followed after an upgrade in the block', async () => {
    const { derived } = await inBlock({ prestate, transactions: [{}, { data: words(numberOf(THIRD)) }, {}] });
    expect(statusesOf(derived)).toEqual(['exact', 'exact', 'exact']);
    expect(derived.map((one) => [modeOf(one, key(1n)), modeOf(one, key(2n))])).toEqual([
      ['write', undefined],
      [undefined, undefined],
      [undefined, 'write'],
    ]);
  });

  test('is waited for when it is not known', async () => {
    const derived = await alone({ prestate, unstable: [key(IMPLEMENTATION)] });
    expect([derived.status, isOpen(derived)]).toEqual(['deferred', true]);
  });

  test('comes from a beacon', async () => {
    const beacon = {
      [TARGET]: contract([
        ...call(addressOf(OTHER), { output: [0n, 32n] }),
        OP.pop,
        ...call([...push(0n), OP.mload], { kind: OP.delegateCall }),
      ]),
      [OTHER]: contract(branch([OP.callDataSize], store(0n, argument(0n)), [...slot(0n), ...returnWord]), {
        0: numberOf(THIRD),
      }),
      [THIRD]: contract(store(1n)),
      [FOURTH]: contract(store(2n)),
    };
    const { derived } = await inBlock({
      prestate: beacon,
      transactions: [{}, { to: OTHER, data: words(numberOf(FOURTH)) }, {}],
    });
    expect(statusesOf(derived)).toEqual(['exact', 'exact', 'exact']);
    expect(modeOf(derived[2], key(2n))).toBe('write');
  });
});

test.each([OP.delegateCall, OP.callCode])('16: storage belongs to the caller (opcode %d)', async (kind) => {
  const derived = await alone({
    prestate: {
      [TARGET]: contract(call(addressOf(OTHER), { kind })),
      [OTHER]: contract([...call(addressOf(THIRD), { kind }), ...slot(3n), OP.sload]),
      [THIRD]: contract([...store(1n), ...slot(2n)]),
    },
    unstable: [key(3n)],
  });
  expect([
    modeOf(derived, key(1n)),
    modeOf(derived, key(1n, OTHER)),
    modeOf(derived, key(1n, THIRD)),
  ]).toEqual(['write', undefined, undefined]);
});

describe('17: EIP-7702', () => {
  const hex = (value: bigint): PrefixedHexString => `0x${value.toString(16)}`;
  const sign = (signer: number, delegate: Address, nonce: bigint, chainId = 1n): Authorization => {
    const tuple = eoaCode7702SignAuthorization(
      { chainId: hex(chainId), address: delegate, nonce: hex(nonce) },
      KEYS[signer] as Uint8Array,
    );
    const [yParity, r, s] = tuple
      .slice(3)
      .map((bytes) => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`)) as [bigint, bigint, bigint];
    return { chainId, address: delegate, nonce, yParity, r, s, authority: SENDERS[signer] as Address };
  };
  const setting = (from: number, ...authorizationList: Authorization[]): Partial<Transaction> => ({
    type: 4,
    chainId: 1n,
    from: SENDERS[from] as Address,
    authorizationList,
    to: OTHER,
  });
  const [, , AUTHORITY] = SENDERS as readonly [Address, Address, Address];
  const prestate = {
    [TARGET]: contract(store(1n)),
    [OTHER]: contract(slot(9n)),
    [THIRD]: contract(call(addressOf(AUTHORITY))),
  };
  const calling: Partial<Transaction> = { from: SENDERS[1] as Address, to: THIRD };

  test('set, then called', async () => {
    const { derived, seen } = await inBlock({
      prestate,
      hardfork: 'prague',
      transactions: [setting(0, sign(2, TARGET, 0n)), calling],
    });
    expect(statusesOf(derived)).toEqual(['exact', 'exact']);
    expect(seen[1]?.writes.has(key(1n, AUTHORITY))).toBe(true);
    expect(modeOf(derived[0], accountKey(AUTHORITY, 'code'))).toBe('write');
    expect(modeOf(derived[1], accountKey(AUTHORITY, 'code'))).toBe('read');
    expect(modeOf(derived[1], accountKey(TARGET, 'code'))).toBe('read');
  });

  test.each([
    ['another nonce', sign(2, TARGET, 5n)],
    ['another chain', sign(2, TARGET, 0n, 5n)],
    ['the largest nonce', sign(2, TARGET, (1n << 64n) - 1n)],
  ] as const)('a tuple for %s sets nothing', async (_name, tuple) => {
    const { derived, seen } = await inBlock({
      prestate,
      hardfork: 'prague',
      transactions: [setting(0, tuple), calling],
    });
    expect(statusesOf(derived)).toEqual(['exact', 'exact']);
    expect(seen[1]?.writes.has(key(1n, AUTHORITY))).toBe(false);
  });

  test('set by the sender for itself, set twice, cleared, and set for a call that fails', async () => {
    const zero: Address = `0x${'0'.repeat(40)}`;
    const { derived } = await inBlock({
      prestate: { ...prestate, [FOURTH]: contract([OP.invalid]) },
      hardfork: 'prague',
      transactions: [
        { ...setting(2, sign(2, TARGET, 1n)), to: AUTHORITY },
        calling,
        setting(0, sign(2, THIRD, 2n), sign(2, TARGET, 3n)),
        calling,
        { ...setting(0, sign(2, zero, 4n)), to: FOURTH },
        calling,
      ],
    });
    expect(statusesOf(derived)).toEqual(Array.from({ length: 6 }, () => 'exact'));
  });
});

describe('18: addresses of CREATE', () => {
  test('count on, but not in a frame that is undone', async () => {
    const made = deploying(assemble(slot(1n)));
    const prestate = {
      [TARGET]: contract([
        ...branch(
          [OP.callDataSize],
          [...create(made), OP.pop, ...push(0n), ...push(0n), OP.revert],
          [...create(made), ...push(0n), OP.sstore],
        ),
      ]),
      [OTHER]: contract([
        ...call(addressOf(TARGET), { input: [0n, 1n] }),
        OP.pop,
        ...call(addressOf(TARGET)),
      ]),
    };
    const { derived } = await inBlock({
      prestate,
      transactions: [{}, { to: OTHER }, {}, { data: words(1n) }, {}],
    });
    expect(statusesOf(derived)).toEqual(Array.from({ length: 5 }, () => 'exact'));
    expect(new Set([0, 1, 2, 4].map((i) => madeBy(derived[i] as TransactionAnalysis))).size).toBe(4);
  });
});

test('18: an address that may be taken touches less than one that is free', async () => {
  const address = hexOf(generateAddress(bytesOf(transaction().from), new Uint8Array(0)));
  const init = assemble([...call(addressOf(OTHER)), ...push(0n), ...push(0n), OP.revert]);
  for (const field of ['nonce', 'code'] as const) {
    const derived = await alone({
      prestate: { [OTHER]: contract(slot(1n)) },
      unstable: [accountKey(address, field)],
      fields: { to: null, data: init },
    });
    expect(derived.status).toBe('bounded');
    expect(modeOf(derived, key(1n, OTHER))).toBe('read');
  }
});

test.each(['petersburg', 'cancun'])(
  '18: an address that has nothing but storage is taken (EIP-7610), %s',
  async (hardfork) => {
    const init = assemble(store(7n));
    const address = hexOf(generateAddress2(bytesOf(TARGET), new Uint8Array(32), init));
    const prestate = (storage: Readonly<Record<string, string>>): Prestate => ({
      [TARGET]: contract(branch(create(init, push(0n)), store(5n), store(6n))),
      [address]: { balance: '0x1', nonce: 0, code: '0x', storage },
    });
    const taken = await inBlock({ prestate: prestate({ '0x09': '0x01' }), hardfork, transactions: [{}] });
    const free = await inBlock({ prestate: prestate({ '0x09': '0x00' }), hardfork, transactions: [{}] });
    const [a, b] = [taken.derived[0], free.derived[0]];
    expect(statusesOf([...taken.derived, ...free.derived])).toEqual(['exact', 'exact']);
    expect([modeOf(a, key(5n)), modeOf(a, key(6n))]).toEqual([undefined, 'write']);
    expect([modeOf(b, key(5n)), modeOf(b, key(6n))]).toEqual(['write', undefined]);
  },
);

test.each(['petersburg', 'london', 'cancun'])(
  '19: CREATE2 again after SELFDESTRUCT, %s',
  async (hardfork) => {
    // Init code that deploys what its creator says.
    const init = assemble([
      ...call([OP.caller], { output: [0n, 32n] }),
      OP.pop,
      ...push(32n),
      ...push(0n),
      OP.return,
    ]);
    const runtime = (code: Code): bigint =>
      BigInt(`0x${Buffer.from(assemble(code)).toString('hex').padEnd(64, '0')}`);
    const factory: Code = (() => {
      const inner = label();
      return [
        OP.caller,
        OP.origin,
        OP.eq,
        OP.isZero,
        placeOf(inner),
        OP.jumpIf,
        ...argument(0n),
        ...push(0n),
        OP.sstore,
        ...create(init, push(1n)),
        ...push(1n),
        OP.sstore,
        OP.stop,
        inner,
        ...slot(0n),
        ...returnWord,
      ];
    })();
    const destroying = runtime(branch([OP.callDataSize], [OP.caller, OP.selfDestruct], store(6n)));
    const prestate = {
      [TARGET]: contract(factory),
      [OTHER]: contract(call(argument(0n), { input: [0n, 1n] })),
    };
    const first = await inBlock({ prestate, hardfork, transactions: [{ data: words(destroying) }] });
    const made = madeBy(first.derived[0] as TransactionAnalysis);
    await inBlock({
      prestate,
      hardfork,
      transactions: [
        { data: words(destroying) },
        { to: made },
        { to: OTHER, data: words(numberOf(made)) },
        { to: made },
        { data: words(runtime(store(8n))) },
        { to: made },
      ],
    });
  },
);

describe.each(['homestead', 'tangerineWhistle', 'london', 'cancun'])('20: SELFDESTRUCT, %s', (hardfork) => {
  const suicide = (to: Code): Code => [...store(1n), ...to, OP.selfDestruct];

  test.each([
    ['to another', suicide([OP.caller])],
    ['to itself', suicide([OP.address])],
    ['to nobody', suicide(addressOf(NOBODY))],
  ] as const)('%s', async (_name, code) => {
    const prestate = {
      [TARGET]: contract([
        ...call(addressOf(OTHER)),
        OP.pop,
        ...call(addressOf(OTHER)),
        OP.pop,
        ...push(0n),
        OP.pop,
        ...addressOf(OTHER),
        OP.balance,
        ...push(3n),
        OP.sstore,
      ]),
      [OTHER]: contract(code, { 1: 4n }, { balance: '0x9' }),
      [THIRD]: contract(
        [
          ...create(assemble([...slot(2n), ...code])),
          ...push(4n),
          OP.sstore,
          ...create(deploying(assemble(code))),
          0x80,
          ...push(5n),
          OP.sstore,
          ...call([0x85]),
          OP.pop,
        ],
        {},
        { balance: '0x7' },
      ),
    };
    await inBlock({ prestate, hardfork, transactions: [{}, { to: THIRD }, {}, { to: OTHER }] });
  });
});

describe.each(['homestead', 'spuriousDragon', 'cancun'])(
  '21: gas depends on whether there is an account, %s',
  (hardfork) => {
    test('a value call to one that an earlier transaction funds', async () => {
      const code: Code = [
        ...call(addressOf(NOBODY), { value: push(1n) }),
        OP.pop,
        ...push(1n),
        ...push(100n),
        OP.gas,
        OP.div,
        OP.sstore,
      ];
      const { derived } = await inBlock({
        prestate: {
          [TARGET]: contract(code, {}, { balance: '0x9' }),
          [OTHER]: contract(code, {}, { balance: '0x9' }),
        },
        hardfork,
        transactions: [{}, { to: NOBODY, value: 5n }, {}, { to: OTHER }],
      });
      expect(derived[0]?.status).toBe('exact');
    });

    test('balance not known', async () => {
      const code: Code = [
        ...call(addressOf(NOBODY), { value: push(1n), gas: push(0n) }),
        OP.pop,
        ...branch([...push(935_000n), OP.gas, OP.gt], store(1n), store(2n)),
      ];
      await alone({
        prestate: {
          [TARGET]: contract(code, {}, { balance: '0x9' }),
          [NOBODY]: { balance: '0x1', nonce: 0, code: '0x', storage: {} },
        },
        unstable: [accountKey(NOBODY, 'balance')],
        hardfork,
        values: [1n, 2n, 1n << 70n],
      });
    });
  },
);

test('21: EXTCODEHASH of one that may be empty', async () => {
  await alone({
    prestate: {
      [TARGET]: contract([...addressOf(NOBODY), 0x3f, OP.sload]),
      [NOBODY]: { balance: '0x1', nonce: 0, code: '0x', storage: {} },
    },
    unstable: [accountKey(NOBODY, 'balance')],
    values: [1n, 5n],
  });
});

describe('22, 23: balances of the fee recipient and of senders', () => {
  test('read by code', async () => {
    const { derived } = await inBlock({
      prestate: {
        [TARGET]: contract([
          OP.coinbase,
          OP.balance,
          OP.sload,
          OP.origin,
          OP.balance,
          OP.sload,
          ...addressOf(SENDERS[1] as Address),
          OP.balance,
          OP.sload,
        ]),
      },
      transactions: [{}, { to: OTHER, value: 1n }, {}, {}],
    });
    expect(derived[0]?.status).toBe('exact');
    expect(derived[1]?.accesses.keys.get(accountKey(MINER, 'balance'))).toBe('delta');
    expect(conflict(derived[1], derived[2])).not.toBe(null);
  });

  test('transfers commute; who reads the fees waits', async () => {
    const transfers: Partial<Transaction>[] = [0, 1, 2].map((i) => ({
      from: SENDERS[i] as Address,
      to: NOBODY,
      value: 1n,
    }));
    const { derived } = await inBlock({
      prestate: { [TARGET]: contract(store(0n, [OP.coinbase, OP.balance])) },
      transactions: [...transfers, { from: SENDERS[3] as Address }],
    });
    expect(conflict(derived[0], derived[1])).toBe(null);
    expect(conflict(derived[1], derived[2])).toBe(null);
    expect(conflict(derived[2], derived[3])).toBe(accountKey(MINER, 'balance'));
  });

  test('the fee recipient takes part', async () => {
    await inBlock({
      prestate: {
        [TARGET]: contract(
          [OP.coinbase, OP.balance, OP.sload, ...call([OP.coinbase], { value: push(1n) })],
          {},
          { balance: '0x9' },
        ),
      },
      transactions: [{}, { from: SENDERS[2] as Address }, {}],
      header: { feeRecipient: SENDERS[2] as Address },
    });
  });
});

test('24, 25: credits of a token are writes', async () => {
  // balance[to] += amount, returned and logged.
  const code: Code = [
    ...hashOf(argument(0n), push(1n)),
    0x80,
    OP.sload,
    ...argument(1n),
    OP.add,
    0x80,
    0x91,
    OP.sstore,
    0x80,
    ...push(0n),
    ...push(0n),
    OP.log1,
    ...returnWord,
  ];
  const { derived, seen } = await inBlock({
    prestate: { [TARGET]: contract(code) },
    transactions: [{ data: words(7n, 1n) }, { data: words(7n, 1n) }],
  });
  expect(conflict(derived[0], derived[1])).not.toBe(null);
  expect([...(derived[0]?.accesses.keys.values() ?? [])].filter((mode) => mode === 'write').length).toBe(1);
  expect(seen[0]?.gasUsed).not.toBe(seen[1]?.gasUsed);
});

test('26: a region is written, then one of its slots read', async () => {
  const derived = await alone({
    prestate: {
      [TARGET]: contract([
        ...push(9n),
        ...hashOf(slot(0n), push(1n)),
        OP.sstore,
        ...hashOf(push(5n), push(1n)),
        OP.sload,
        OP.sload,
      ]),
    },
    unstable: [key(0n)],
  });
  expect(derived.status).toBe('bounded');
});

describe('27: dependency without data', () => {
  test('a slot chosen by a branch', async () => {
    const derived = await alone({
      prestate: { [TARGET]: contract([...branch(slot(0n), push(1n), push(2n)), OP.sload]) },
      unstable: [key(0n)],
    });
    expect(
      [1n, 2n].every((at) => modeOf(derived, key(at)) !== undefined || derived.accesses.regions.length > 0),
    ).toBe(true);
  });

  test('x - x, x and 0', async () => {
    await alone({
      prestate: {
        [TARGET]: contract([...slot(0n), 0x80, OP.sub, OP.sload, ...push(0n), ...slot(0n), OP.and, OP.sload]),
      },
      unstable: [key(0n)],
    });
  });

  test('by what a caught failure leaves undone', async () => {
    await alone({
      prestate: {
        [TARGET]: contract([
          ...call(addressOf(OTHER), { kind: OP.delegateCall }),
          OP.pop,
          ...slot(5n),
          OP.sload,
        ]),
        [OTHER]: contract([...store(5n, push(77n)), ...unless(slot(0n), [OP.invalid])]),
      },
      unstable: [key(0n)],
    });
  });
});

describe('28: return data', () => {
  test.each([OP.return, OP.revert])('of a length that is not known (opcode %d)', async (end) => {
    const returning: Code = [
      ...push(3n),
      ...push(0n),
      OP.mstore,
      ...slot(0n),
      ...push(127n),
      OP.and,
      ...push(0n),
      end,
    ];
    await alone({
      prestate: {
        [TARGET]: contract([
          ...push(99n),
          ...push(32n),
          OP.mstore,
          ...call(addressOf(OTHER), { output: [0n, 64n] }),
          OP.pop,
          OP.returnDataSize,
          OP.sload,
          ...push(0n),
          OP.mload,
          OP.sload,
          ...push(32n),
          OP.mload,
          OP.sload,
          OP.returnDataSize,
          ...push(0n),
          ...push(128n),
          OP.returnDataCopy,
          ...push(128n),
          OP.mload,
          OP.sload,
        ]),
        [OTHER]: contract(returning),
      },
      unstable: [key(0n, OTHER)],
      values: [0n, 1n, 31n, 32n, 33n, 63n, 64n, 127n],
    });
  });

  test('copied beyond its end halts', async () => {
    await alone({
      prestate: {
        [TARGET]: contract(branch(call(addressOf(THIRD), { kind: OP.delegateCall }), store(1n), store(2n))),
        [OTHER]: contract([...slot(0n), ...push(63n), OP.and, ...push(0n), OP.return]),
        [THIRD]: contract([
          ...call(addressOf(OTHER)),
          OP.pop,
          ...push(32n),
          ...push(0n),
          ...push(0n),
          OP.returnDataCopy,
        ]),
      },
      unstable: [key(0n, OTHER)],
      values: [0n, 31n, 32n, 33n],
    });
  });
});

test('29: a call may fail', async () => {
  const derived = await alone({
    prestate: {
      [TARGET]: contract(branch(call(addressOf(OTHER)), store(1n), store(2n))),
      [OTHER]: contract(unless(slot(0n), [...push(0n), ...push(0n), OP.revert]), { 0: 1n }),
    },
    unstable: [key(0n, OTHER)],
  });
  expect([modeOf(derived, key(1n)), modeOf(derived, key(2n))]).toEqual(['write', 'write']);
});

test('30: transient storage ends with the transaction, and with its frame', async () => {
  const locked: Code = unless([...push(0n), OP.tload], [...push(1n), ...push(0n), OP.tstore, ...store(1n)]);
  const { derived } = await inBlock({
    prestate: {
      [TARGET]: contract([...unless([...push(0n), OP.tload], store(2n)), ...locked, ...unless(slot(7n), [])]),
      [OTHER]: contract([
        ...call(addressOf(TARGET)),
        OP.pop,
        ...call(addressOf(THIRD)),
        OP.pop,
        ...call(addressOf(TARGET)),
        OP.pop,
      ]),
      [THIRD]: contract([...call(addressOf(TARGET)), OP.invalid]),
    },
    transactions: [{}, {}, { to: THIRD }, { to: OTHER }],
  });
  expect(statusesOf(derived)).toEqual(['exact', 'exact', 'exact', 'exact']);
  expect(modeOf(derived[1], key(2n))).toBe('write');
});

test('31: opcodes of the hardfork at hand', async () => {
  const code: Code = [0x5f, OP.sload, ...store(1n)];
  const old = await alone({ prestate: { [TARGET]: contract(code) }, unstable: [], hardfork: 'london' });
  const recent = await alone({ prestate: { [TARGET]: contract(code) }, unstable: [], hardfork: 'shanghai' });
  expect([modeOf(old, key(1n)), modeOf(recent, key(1n))]).toEqual([undefined, 'write']);
});

describe('32: ends', () => {
  test('call data beyond its end, a PUSH cut short, a JUMPDEST in push data', async () => {
    const cut = assemble([
      ...argument(0n),
      OP.sload,
      ...push(1n),
      OP.callDataLoad,
      OP.sload,
      ...push(MAX),
      OP.callDataLoad,
      OP.sload,
      0x62,
      0x01,
    ]);
    await alone({
      prestate: { [TARGET]: contract(cut) },
      unstable: [],
      fields: { data: Uint8Array.of(1, 2, 3) },
    });
    const hidden = assemble([...push(3n), OP.jump, 0x60, OP.jumpDest, ...store(1n)]);
    const derived = await alone({ prestate: { [TARGET]: contract(hidden) }, unstable: [] });
    expect(modeOf(derived, key(1n))).toBe(undefined);
  });
});

describe('33: limits', () => {
  test('static calls forbid writes', async () => {
    for (const forbidden of [
      store(1n),
      [...push(1n), ...push(0n), OP.tstore],
      create(new Uint8Array(1)),
      [OP.caller, OP.selfDestruct],
      call(addressOf(THIRD), { value: push(1n) }),
      [...push(0n), ...push(0n), OP.log1],
    ]) {
      const derived = await alone({
        prestate: {
          [TARGET]: contract(branch(call(addressOf(OTHER), { kind: OP.staticCall }), store(5n), store(6n))),
          [OTHER]: contract([...push(9n), ...forbidden], {}, { balance: '0x9' }),
        },
        unstable: [],
      });
      expect([derived.status, modeOf(derived, key(5n)), modeOf(derived, key(6n))]).toEqual([
        'exact',
        undefined,
        'write',
      ]);
    }
  });

  test.each([0xc000n, 0xc001n])('init code of %d bytes', async (length) => {
    await alone({
      prestate: {
        [TARGET]: contract([...push(length), ...push(0n), ...push(0n), OP.create, ...push(1n), OP.sstore]),
      },
      unstable: [],
      fields: { gasLimit: 5_000_000n },
    });
  });

  test.each([0x6000n, 0x6001n])('deployed code of %d bytes', async (length) => {
    const init = assemble([...push(length), ...push(0n), OP.return]);
    await alone({
      prestate: { [TARGET]: contract([...create(init), ...push(1n), OP.sstore]) },
      unstable: [],
      fields: { gasLimit: 8_000_000n },
    });
  });
});

test('34: one contract in two frames', async () => {
  // The target writes, calls the other, which calls back; then the target reads what was written below.
  await alone({
    prestate: {
      [TARGET]: contract(
        (() => {
          const back = label();
          return [
            OP.callDataSize,
            placeOf(back),
            OP.jumpIf,
            ...store(1n, push(20n)),
            ...call(addressOf(OTHER)),
            OP.pop,
            ...slot(1n),
            OP.sload,
            OP.stop,
            back,
            ...slot(1n),
            OP.sload,
            ...store(1n, slot(0n)),
          ];
        })(),
      ),
      [OTHER]: contract([...call(addressOf(TARGET), { input: [0n, 1n] }), ...branch([], slot(3n), slot(4n))]),
    },
    unstable: [key(0n)],
  });
});

test('35: what the system writes comes before the first transaction', async () => {
  const BEACON_ROOTS: Address = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02';
  const RING = 8191n;
  const index = 1_700_000_000n % RING;
  const { derived, seen } = await inBlock({
    prestate: {
      [BEACON_ROOTS]: contract([
        ...push(index),
        OP.sload,
        OP.sload,
        ...push(index + RING),
        OP.sload,
        OP.sload,
      ]),
    },
    transactions: [{ to: BEACON_ROOTS }],
  });
  expect(derived[0]?.status).toBe('exact');
  expect(seen[0]?.reads.has(key(1_700_000_000n, BEACON_ROOTS))).toBe(true);
});

test('36: nothing is remembered from one transaction to the next', () => {
  const code: Code = [
    ...hashOf(argument(0n), [OP.callDataSize]),
    OP.sload,
    ...branch([...argument(1n), ...slot(0n), OP.lt], store(1n, [OP.caller]), store(2n, [OP.callValue])),
    ...call([...argument(2n)]),
  ];
  const prestate = { [TARGET]: contract(code, { 0: 5n }, { balance: '0x9' }), [OTHER]: contract(store(1n)) };
  const variants: Partial<Transaction>[] = [
    { data: words(1n, 1n, numberOf(OTHER)) },
    { data: words(1n, 9n, numberOf(OTHER)) },
    { data: words(1n, 1n, numberOf(OTHER)).subarray(0, 95) },
    { data: words(2n, 1n, numberOf(THIRD)), value: 3n },
    { data: new Uint8Array(0), from: SENDERS[1] as Address },
  ];
  const analyses = (order: readonly Partial<Transaction>[]) =>
    new Map(
      order.map((fields) => [
        fields,
        analyzed({ hardfork: 'cancun', prestate, transactions: [transaction(fields)] }),
      ]),
    );
  const forwards = analyses(variants);
  const backwards = analyses([...variants].reverse());
  for (const variant of variants) expect(forwards.get(variant)).toEqual(backwards.get(variant));
});
