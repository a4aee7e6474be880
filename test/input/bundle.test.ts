/** Bundles and conditional transactions: what is read out of each of their forms. */
import { describe, expect, test } from '@jest/globals';
import type { InputError } from '../../src/errors.ts';
import type { Bundle } from '../../src/input/block.ts';
import { readInput } from '../../src/input/read.ts';
import { sign, walletOf } from './signed.ts';

const TO = `0x${'22'.repeat(20)}`;

function signedTransaction(nonce: number) {
  return sign({
    type: 2,
    chainId: 1n,
    to: TO,
    nonce,
    gasLimit: 21_000n,
    maxFeePerGas: 2n,
    maxPriorityFeePerGas: 1n,
  });
}

const [first, second, third] = [signedTransaction(0), signedTransaction(1), signedTransaction(2)];
const raw = [first, second, third].map(({ serialized }) => serialized);
const NO_BOUNDS = { minBlock: null, maxBlock: null, minTimestamp: null, maxTimestamp: null };

function bundlesOf(json: unknown): readonly Bundle[] {
  return readInput(json).bundles ?? [];
}

function hashesOf(json: unknown): readonly string[] {
  return readInput(json).transactions.map(({ hash }) => hash);
}

function messageOf(json: unknown): string {
  try {
    readInput(json);
  } catch (error) {
    return (error as InputError).message;
  }
  return 'no error';
}

describe('eth_sendBundle', () => {
  test('the fields of all builders', () => {
    const bundle = {
      txs: raw,
      blockNumber: '0x10',
      minTimestamp: 5,
      maxTimestamp: '9',
      revertingTxHashes: [first.hash, third.hash],
      droppingTxHashes: [third.hash],
      replacementUuid: 'd4c5c1a1',
      refundPercent: 90,
      refundRecipient: TO,
      refundTxHashes: [first.hash],
      signingAddress: TO,
      version: 'v2',
    };
    const expected: Bundle = {
      kind: 'eth_sendBundle',
      members: [
        { index: 0, canRevert: true, canDrop: false },
        { index: 1, canRevert: false, canDrop: false },
        { index: 2, canRevert: true, canDrop: true },
      ],
      bounds: { minBlock: 16n, maxBlock: 16n, minTimestamp: 5n, maxTimestamp: 9n },
      replacementId: 'd4c5c1a1',
      stateBlock: null,
    };
    expect(bundlesOf(bundle)).toEqual([expected]);
    expect(bundlesOf({ jsonrpc: '2.0', id: 1, method: 'eth_sendBundle', params: [bundle] })).toEqual([
      expected,
    ]);
  });

  test('what is not said, and zero, bound nothing; rbuilder has a range of blocks and its own name', () => {
    const [none, ranged] = bundlesOf([
      { txs: [raw[0]], blockNumber: '0x0', minTimestamp: 0, maxTimestamp: null },
      { txs: [raw[1]], minBlockNumber: '0x3', maxBlockNumber: 7, uuid: 'u' },
    ]);
    expect(none).toMatchObject({ bounds: NO_BOUNDS, replacementId: null });
    expect(ranged).toMatchObject({
      bounds: { ...NO_BOUNDS, minBlock: 3n, maxBlock: 7n },
      replacementId: 'u',
    });
  });

  test('an array of transactions, bundles and requests keeps its order', () => {
    const input = [
      raw[0],
      { txs: [raw[1]], blockNumber: '17' },
      { jsonrpc: '2.0', id: 2, method: 'mev_sendBundle', params: [share([{ tx: raw[2], canRevert: true }])] },
    ];
    expect(hashesOf(input)).toEqual([first.hash, second.hash, third.hash]);
    expect(bundlesOf(input).map(({ kind, members }) => [kind, members.map(({ index }) => index)])).toEqual([
      ['eth_sendBundle', [1]],
      ['mev_sendBundle', [2]],
    ]);
  });

  test('without transactions it cancels another one', () => {
    expect(bundlesOf({ txs: [], replacementUuid: 'u' })).toMatchObject([{ members: [], replacementId: 'u' }]);
  });

  test('an input without bundles has no such field', () => {
    expect(readInput(raw)).not.toHaveProperty('bundles');
  });

  test.each<[unknown, string]>([
    [{ txs: '0x' }, 'input: txs: expected an array of signed transactions, got "0x"'],
    [{ txs: [raw[0], 7] }, 'input: txs[1]: expected a transaction object, got 7'],
    [{ txs: [], blockNumber: -1 }, 'input: blockNumber: expected a number, decimal or hex, got -1'],
    [{ txs: [], maxTimestamp: 'soon' }, 'input: maxTimestamp: expected a number, decimal or hex, got "soon"'],
    [{ txs: [], replacementUuid: 5 }, 'input: replacementUuid: expected a text, got 5'],
    [
      { txs: [], revertingTxHashes: [7] },
      'input: revertingTxHashes[0]: expected a hash (32 bytes of hex), got 7',
    ],
    [
      { txs: [], droppingTxHashes: {} },
      'input: droppingTxHashes: expected an array of transaction hashes, got an object',
    ],
  ])('%j', (json, message) => {
    expect(messageOf(json)).toBe(message);
  });
});

describe('eth_callBundle', () => {
  test.each<[unknown, Bundle['stateBlock']]>([
    ['latest', 'latest'],
    ['0x0f', 15n],
    [14, 14n],
  ])('on the state of %j', (stateBlockNumber, stateBlock) => {
    const call = { txs: raw.slice(0, 1), blockNumber: '0x10', stateBlockNumber, coinbase: TO, timeout: 5 };
    const expected = { kind: 'eth_callBundle', stateBlock, bounds: { minBlock: 16n, maxBlock: 16n } };
    expect(bundlesOf(call)).toMatchObject([expected]);
    expect(bundlesOf({ method: 'eth_callBundle', params: [call] })).toMatchObject([expected]);
  });

  test('a state that is none', () => {
    expect(messageOf({ txs: [], stateBlockNumber: 'earlier' })).toBe(
      'input: stateBlockNumber: expected a number, decimal or hex, or latest, got "earlier"',
    );
  });
});

function share(body: unknown, inclusion: unknown = { block: '0x10' }) {
  return { version: 'v0.1', inclusion, body, validity: { refund: [] }, privacy: { hints: ['hash'] } };
}

describe('mev_sendBundle', () => {
  test('nested bundles stand where they stand, in the blocks of all', () => {
    const inner = share([{ tx: raw[1], canRevert: true }], { block: '0x11', maxBlock: '0x30' });
    const outer = share([{ tx: raw[0] }, { bundle: inner }, { tx: raw[2], canRevert: false }], {
      block: '0x10',
      maxBlock: '0x20',
    });
    const expected: Bundle = {
      kind: 'mev_sendBundle',
      members: [
        { index: 0, canRevert: false, canDrop: false },
        { index: 1, canRevert: true, canDrop: false },
        { index: 2, canRevert: false, canDrop: false },
      ],
      bounds: { ...NO_BOUNDS, minBlock: 17n, maxBlock: 32n },
      replacementId: null,
      stateBlock: null,
    };
    expect(bundlesOf(outer)).toEqual([expected]);
    expect(bundlesOf({ method: 'mev_sendBundle', params: [outer] })).toEqual([expected]);
    expect(bundlesOf({ method: 'mev_simBundle', params: [outer, { coinbase: TO }] })).toEqual([expected]);
  });

  test('a hash names a transaction that is given elsewhere, which then stands in the bundle', () => {
    const bundle = share([{ hash: second.hash }, { tx: raw[2] }]);
    const input = [raw[1], raw[0], bundle];
    expect(hashesOf(input)).toEqual([first.hash, second.hash, third.hash]);
    expect(bundlesOf(input)).toMatchObject([{ members: [{ index: 1 }, { index: 2 }] }]);
    // Of two bundles that name it, each has it.
    expect(hashesOf([...input, share([{ hash: second.hash }])])).toEqual([
      first.hash,
      second.hash,
      third.hash,
      second.hash,
    ]);
  });

  test.each<[unknown, string]>([
    [
      share([{ hash: first.hash }]),
      `input: body[0].hash: expected the hash of a transaction that is given as well, got "${first.hash?.slice(0, 42)}…" (66 characters)`,
    ],
    [share([{ hash: '0x12' }]), 'input: body[0].hash: expected a hash (32 bytes of hex), got "0x12"'],
    [share([{}]), 'input: body[0]: expected an object with tx, bundle or hash, got an object'],
    [share({}), 'input: body: expected an array of what is in the bundle, got an object'],
    [share([], {}), 'input: inclusion.block: expected a number, decimal or hex, got nothing'],
    [share([], 5), 'input: inclusion: expected an object with block, got 5'],
    [
      share([], { block: 5, maxBlock: 4 }),
      'input: inclusion.maxBlock: expected at least 5, as block says, got 4',
    ],
    [
      share([{ bundle: share([], { block: 3 }) }]),
      'input: body[0].bundle.inclusion: expected blocks from 16 to 16, as around it, got "3 to 3"',
    ],
    [
      share([{ tx: raw[0], canRevert: 'yes' }]),
      'input: body[0].canRevert: expected true or false, got "yes"',
    ],
  ])('%j', (json, message) => {
    expect(messageOf(json)).toBe(message);
  });

  test('has an end', () => {
    let bundle = share([]);
    for (let depth = 0; depth < 17; depth++) bundle = share([{ bundle }]);
    expect(messageOf(bundle)).toMatch(/: expected at most 16 bundles in each other, got "more"$/);
  });
});

describe('eth_sendRawTransactionConditional', () => {
  const conditions = {
    knownAccounts: {
      [walletOf(3).address]: { '0x1': '0x2', [`0x${'0'.repeat(63)}3`]: '0x00' },
      [TO]: `0x${'ab'.repeat(32)}`,
    },
    blockNumberMin: '0x10',
    blockNumberMax: 32,
    timestampMin: '7',
    timestampMax: null,
  };
  const expected = {
    bounds: { minBlock: 16n, maxBlock: 32n, minTimestamp: 7n, maxTimestamp: null },
    knownAccounts: [
      {
        kind: 'slots',
        address: walletOf(3).address.toLowerCase(),
        slots: new Map([
          [1n, 2n],
          [3n, 0n],
        ]),
      },
      { kind: 'storage-root', address: TO, storageRoot: `0x${'ab'.repeat(32)}` },
    ],
  };

  test('conditions belong to their transaction', () => {
    const request = { method: 'eth_sendRawTransactionConditional', params: [raw[0], conditions] };
    expect(readInput(request).transactions[0]?.conditions).toEqual(expected);
    expect(readInput([raw[0], conditions]).transactions).toMatchObject([{ conditions: expected }]);
    const [plain, conditional] = readInput([raw[1], request]).transactions;
    expect(plain).not.toHaveProperty('conditions');
    expect(conditional?.conditions).toEqual(expected);
  });

  test('none are none', () => {
    const request = { method: 'eth_sendRawTransactionConditional', params: [raw[0]] };
    expect(readInput(request).transactions[0]).not.toHaveProperty('conditions');
  });

  test('a private transaction has a last block', () => {
    const request = {
      method: 'eth_sendPrivateTransaction',
      params: [{ tx: raw[0], maxBlockNumber: '0x20' }],
    };
    expect(readInput(request).transactions[0]?.conditions).toEqual({
      bounds: { ...NO_BOUNDS, maxBlock: 32n },
      knownAccounts: [],
    });
  });

  test.each<[unknown, string]>([
    [7, 'expected an object of conditions (ERC-7796), got 7'],
    [
      { blockNumberMinimum: 1 },
      'expected conditions of ERC-7796 (knownAccounts, blockNumberMin, blockNumberMax, timestampMin, timestampMax), got "blockNumberMinimum"',
    ],
    [
      { knownAccounts: { '0x12': {} } },
      'knownAccounts: expected addresses (20 bytes of hex) as names, got "0x12"',
    ],
    [
      { knownAccounts: { [TO]: 5 } },
      `knownAccounts.${TO}: expected a storage root (32 bytes of hex), or an object of slots, got 5`,
    ],
    [
      { knownAccounts: { [TO]: { 1: '0x1' } } },
      `knownAccounts.${TO}: expected slots of at most 32 bytes of hex as names, got "1"`,
    ],
    [
      { knownAccounts: { [TO]: { '0x1': 'x' } } },
      `knownAccounts.${TO}.0x1: expected a value of at most 32 bytes of hex, got "x"`,
    ],
    [{ timestampMin: -1 }, 'timestampMin: expected a quantity of at most 64 bits, such as 0x5208, got -1'],
  ])('%j', (given, message) => {
    const request = { method: 'eth_sendRawTransactionConditional', params: [raw[0], given] };
    const [text] = messageOf(request).split('params[1]').slice(1);
    expect(text?.replace(/^(: |\.)/, '')).toBe(message);
  });
});
