/** Every kind of wrong input, and the one line that it becomes. */
import { describe, expect, test } from '@jest/globals';
import { InputError } from '../../src/errors.ts';
import { readBlockHashes } from '../../src/input/block-hashes.ts';
import { type ReadOptions, readInput } from '../../src/input/read.ts';
import { CURVE_ORDER } from '../../src/input/signature.ts';
import { mainnetBlock } from './block-json.ts';
import { sign, toRpc, walletOf } from './signed.ts';

const FROM = walletOf(1).address.toLowerCase();
const TO = `0x${'22'.repeat(20)}`;
const tx = { from: FROM, to: TO };
const signed = sign({
  type: 2,
  chainId: 1n,
  to: TO,
  nonce: 1,
  gasLimit: 21_000n,
  maxFeePerGas: 2n,
  maxPriorityFeePerGas: 1n,
});
const rpc = toRpc(signed);
const old = toRpc(sign({ type: 0, chainId: 1n, to: TO, nonce: 1, gasLimit: 21_000n, gasPrice: 2n }));
const block = mainnetBlock('cancun');
const SIGNER = signed.from?.toLowerCase();

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  return 'no error';
}

const SHAPES = 'a transaction, an array of transactions, a block, or a bundle';
const QUANTITY_64 = 'a quantity of at most 64 bits, such as 0x5208';
const SIGNED = 'a value, as there is a signature';
const METHOD = 'a method that takes transactions, such as eth_sendRawTransaction or eth_sendBundle';

describe('readInput', () => {
  test.each<[unknown, string]>([
    // What it is.
    [undefined, `expected ${SHAPES}, got nothing`],
    [null, `expected ${SHAPES}, got null`],
    [7, `expected ${SHAPES}, got 7`],
    [{}, `expected ${SHAPES}, got an empty object`],
    [{ a: 1, 'b\n': 2, c: 3, d: 4 }, `expected ${SHAPES}, got an object with "a", "b\\n", "c", …`],
    [[tx, 7], '[1]: expected a transaction, got 7'],
    [[[tx]], '[0]: expected a transaction, got an array of 1'],
    [[tx, block], '[1]: expected a transaction, as one input holds one block, got "a block"'],
    [{ result: null }, `result: expected ${SHAPES}, got null`],
    [
      { jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'header not found' } },
      'error: expected a response without an error, got "header not found"',
    ],
    [{ method: 'eth_foo', params: [] }, `method: expected ${METHOD}, got "eth_foo"`],
    [{ method: 'constructor', params: [] }, `method: expected ${METHOD}, got "constructor"`],
    [{ method: 'eth_call' }, 'params: expected an array of parameters, got nothing'],
    [{ method: 'eth_call', params: [] }, 'params[0]: expected a transaction or a bundle, got nothing'],
    [
      { method: 'eth_sendBundle', params: [{}] },
      'params[0].txs: expected an array of signed transactions, got nothing',
    ],
    [{ txs: [7] }, 'txs[0]: expected a transaction object, got 7'],

    // Fields of a transaction.
    [{ to: TO }, 'from: expected an address, as there is no signature, got nothing'],
    [{ ...tx, from: 'vitalik.eth' }, 'from: expected an address (20 bytes of hex), got "vitalik.eth"'],
    [
      { ...tx, to: `${TO}22` },
      `to: expected an address, or null to create a contract, got "${TO}…" (44 characters)`,
    ],
    [{ ...tx, to: [] }, 'to: expected an address, or null to create a contract, got an empty array'],
    [{ ...tx, gas: 'lots' }, `gas: expected ${QUANTITY_64}, got "lots"`],
    [{ ...tx, gas: '0x' }, `gas: expected ${QUANTITY_64}, got "0x"`],
    [{ ...tx, gas: '21000' }, `gas: expected ${QUANTITY_64}, got "21000"`],
    [{ ...tx, gas: -1 }, `gas: expected ${QUANTITY_64}, got -1`],
    [{ ...tx, gas: '-0x1' }, `gas: expected ${QUANTITY_64}, got "-0x1"`],
    [{ ...tx, gas: 0.5 }, `gas: expected ${QUANTITY_64}, got 0.5`],
    [{ ...tx, gas: 1e300 }, `gas: expected ${QUANTITY_64}, got 1e+300`],
    [{ ...tx, gas: true }, `gas: expected ${QUANTITY_64}, got true`],
    [{ ...tx, gas: '0x10000000000000000' }, `gas: expected ${QUANTITY_64}, got "0x10000000000000000"`],
    [
      { ...tx, value: `0x${'f'.repeat(100_000)}` },
      `value: expected a quantity of at most 256 bits, such as 0x5208, got "0x${'f'.repeat(40)}…" (100002 characters)`,
    ],
    [
      { ...tx, data: '0xabc' },
      'data: expected bytes in hex, two digits each, such as 0xa9059cbb, got "0xabc"',
    ],
    [{ ...tx, data: 'abcd' }, 'data: expected bytes in hex, two digits each, such as 0xa9059cbb, got "abcd"'],
    [{ ...tx, data: '0x0g' }, 'data: expected bytes in hex, two digits each, such as 0xa9059cbb, got "0x0g"'],
    [
      { ...tx, data: '0x\u01300' },
      'data: expected bytes in hex, two digits each, such as 0xa9059cbb, got "0x\u01300"',
    ],
    [{ ...tx, data: '0x01', input: '0x02' }, 'data: expected the same value as input, got "another value"'],
    [{ ...tx, gas: 1, gasLimit: 2 }, 'gasLimit: expected the same value as gas, got "another value"'],
    [{ ...tx, type: '0x7e' }, 'type: expected a transaction type from 0x0 to 0x4, got "0x7e"'],
    [{ ...tx, accessList: {} }, 'accessList: expected an access list (an array), got an object'],
    [{ ...tx, accessList: [TO] }, `accessList[0]: expected an access list entry, got "${TO}"`],
    [
      { ...tx, accessList: [{ address: TO, storageKeys: ['0x1'] }] },
      'accessList[0].storageKeys[0]: expected a storage slot (32 bytes of hex), got "0x1"',
    ],
    [
      { ...tx, type: 0, accessList: [{ address: TO }] },
      'accessList: expected no such list in a transaction of type 0, got an array of 1',
    ],
    [
      { ...tx, type: 2, authorizationList: [{ address: TO, chainId: 1, nonce: 1, yParity: 0, r: 1, s: 1 }] },
      'authorizationList: expected no such list in a transaction of type 2, got an array of 1',
    ],
    [
      { ...tx, authorizationList: [{ address: TO, chainId: 1, nonce: 1, r: 1, s: 1 }] },
      'authorizationList[0].yParity: expected a quantity, got nothing',
    ],
    [{ from: FROM, type: 4 }, 'to: expected an address, as type 4 cannot create a contract, got nothing'],

    // Signatures.
    [{ ...rpc, s: undefined }, 's: expected a quantity, as there is a signature, got nothing'],
    [{ ...rpc, gas: undefined }, `gas: expected ${SIGNED}, got nothing`],
    [{ ...rpc, nonce: null }, `nonce: expected ${SIGNED}, got nothing`],
    [{ ...rpc, maxPriorityFeePerGas: undefined }, `maxPriorityFeePerGas: expected ${SIGNED}, got nothing`],
    [{ ...rpc, chainId: undefined }, `chainId: expected ${SIGNED}, got nothing`],
    [{ ...rpc, from: TO }, `from: expected ${SIGNER}, who signed, got "${TO}"`],
    [
      { ...rpc, hash: `0x${'00'.repeat(32)}` },
      `hash: expected ${signed.hash}, the hash of the fields, got "0x${'0'.repeat(40)}…" (66 characters)`,
    ],
    [{ ...rpc, yParity: '0x2', v: '0x2' }, 'yParity: expected 0x0 or 0x1, got 2'],
    [{ ...rpc, yParity: '0x0', v: '0x1' }, 'v: expected the same value as yParity, got 1'],
    [{ ...old, v: '0x1' }, 'v: expected 27, 28, or 35 and above (EIP-155), got 1'],
    [{ ...old, chainId: '0x5' }, 'chainId: expected 1, as v says (EIP-155), got 5'],
    [{ ...rpc, r: '0x0' }, 'expected a signature that a key can make, got "one that none can"'],
    [
      { ...rpc, s: `0x${(CURVE_ORDER / 2n + 1n).toString(16)}` },
      `s: expected at most half the order of the curve (EIP-2), got ${String(CURVE_ORDER / 2n + 1n).slice(0, 42)}`,
    ],
    [
      // The first one that is wrong, although that is found out last.
      [
        { ...rpc, r: '0x0' },
        { ...rpc, s: `0x${CURVE_ORDER.toString(16)}` },
        { ...rpc, hash: null },
      ],
      '[0]: expected a signature that a key can make, got "one that none can"',
    ],

    // Bytes.
    ['0x', 'expected a signed transaction (no such transaction type), got "0x"'],
    ['hello', 'expected a signed transaction in hex, or a transaction object, got "hello"'],
    ['0xabc', 'expected a signed transaction in hex, or a transaction object, got "0xabc"'],
    [
      signed.hash,
      `expected a whole transaction, not its hash, got "${signed.hash?.slice(0, 42)}…" (66 characters)`,
    ],
    ['0x7ec0', 'expected a signed transaction (no such transaction type), got "0x7ec0"'],
    ['0xc0', 'expected a signed transaction (0 fields instead of 9), got "0xc0"'],
    ['0x02c0', 'expected a signed transaction (0 fields instead of 12), got "0x02c0"'],
    ['0x0280', 'expected a signed transaction (transaction: not a list), got "0x0280"'],
    ['0x03c1c0', 'expected a signed transaction (0 fields instead of 14), got "0x03c1c0"'],
    [
      '0xc980808080808080808080',
      'expected a signed transaction (1 bytes after the end), got "0xc980808080808080808080"',
    ],
    [
      '0xc9808080808080808080',
      'expected a signed transaction (v: neither 27, 28, nor 35 and above), got "0xc9808080808080808080"',
    ],
    [
      '0xc90080808080801b8080',
      'expected a signed transaction (nonce: leading zeros), got "0xc90080808080801b8080"',
    ],
    ['0xc98080801180801b8080', 'expected a signed transaction (to: 1 bytes), got "0xc98080801180801b8080"'],
    [
      '0xc9c080808080801b8080',
      'expected a signed transaction (nonce: a list instead of bytes), got "0xc9c080808080801b8080"',
    ],
    [
      '0xca80808080808081051b8080',
      'expected a signed transaction (a single byte with a needless length), got "0xca80808080808081051b8080"',
    ],
    ['0xf800', 'expected a signed transaction (a length with leading zeros), got "0xf800"'],
    ['0xf801', 'expected a signed transaction (a long length for a short item), got "0xf801"'],
    ['0xffffffffffffffffff', 'expected a signed transaction (cut short), got "0xffffffffffffffffff"'],
    [
      `0x${'c9c8c7c6c5c4c3c2c1c0'}`,
      'expected a signed transaction (lists nested too deep), got "0xc9c8c7c6c5c4c3c2c1c0"',
    ],

    // Blocks.
    [{ ...block, transactions: undefined }, 'transactions: expected an array of transactions, got nothing'],
    [{ ...block, transactions: {} }, 'transactions: expected an array of transactions, got an object'],
    [{ ...block, number: null }, `number: expected ${QUANTITY_64}, got null`],
    [{ ...block, miner: undefined }, 'miner: expected an address (20 bytes of hex), got nothing'],
    [
      { result: { ...block, parentHash: '0x1' } },
      'result.parentHash: expected a hash (32 bytes of hex), got "0x1"',
    ],
    [
      { ...block, transactions: [signed.serialized, rpc, { ...rpc, gas: 'lots' }] },
      `transactions[2].gas: expected ${QUANTITY_64}, got "lots"`,
    ],
    [
      { ...block, transactions: [signed.hash] },
      `transactions[0]: expected a whole transaction, not its hash, got "${signed.hash?.slice(0, 42)}…" (66 characters)`,
    ],
    [{ ...block, withdrawals: [{}] }, `withdrawals[0].index: expected ${QUANTITY_64}, got nothing`],
    [
      { ...block, baseFeePerGas: undefined },
      'baseFeePerGas: expected a value, as blocks have one since london, got nothing',
    ],
    [
      { ...block, withdrawals: null },
      'withdrawals: expected a value, as blocks have one since shanghai, got null',
    ],
    [{ ...block, mixHash: null }, 'mixHash: expected a value, as a contract of cancun can read it, got null'],
    [
      { ...mainnetBlock('byzantium'), difficulty: null },
      'difficulty: expected a value, as a contract of byzantium can read it, got null',
    ],
    [
      { ...block, number: '0x1e8480' },
      'timestamp: expected the time of a block with number 2000000 on mainnet (or the hardfork as an option), got 1711300000',
    ],
  ])('%#', (json, message) => {
    expect(messageOf(() => readInput(json, { source: 'tx.json' }))).toBe(`tx.json: ${message}`);
  });

  test.each<[unknown, ReadOptions, string]>([
    [
      [tx],
      { chain: 'goerli' },
      'chain: expected a chain: mainnet, sepolia, holesky, hoodi, or a chain id, got "goerli"',
    ],
    [[tx], { chain: 0 }, 'chain: expected a chain: mainnet, sepolia, holesky, hoodi, or a chain id, got 0'],
    [
      [tx],
      { chain: -1n },
      'chain: expected a chain: mainnet, sepolia, holesky, hoodi, or a chain id, got -1',
    ],
    [
      [tx],
      { chain: 1.5 },
      'chain: expected a chain: mainnet, sepolia, holesky, hoodi, or a chain id, got 1.5',
    ],
    [[signed.serialized], { chain: 'sepolia' }, 'input: [0].chainId: expected chain 11155111, got 1'],
    [[tx, { ...tx, chainId: 5 }, { ...tx, chainId: 1 }], {}, 'input: [1].chainId: expected chain 1, got 5'],
    [
      [tx],
      { hardfork: 'constructor' },
      'hardfork: expected a hardfork: chainstart, homestead, dao, tangerineWhistle, spuriousDragon, byzantium, ' +
        'constantinople, petersburg, istanbul, muirGlacier, berlin, london, arrowGlacier, grayGlacier, paris, ' +
        'mergeNetsplitBlock, shanghai, cancun, prague, osaka, bpo1, bpo2, amsterdam, got "constructor"',
    ],
    [
      { ...block, number: '0x1d4c00' },
      { hardfork: 'dao' },
      'input: number: expected a block without an irregular state change, got the DAO fork block, which is not supported',
    ],
    [
      block,
      { blockHashes: { '19499999': `0x${'00'.repeat(32)}` } },
      `block hashes: 19499999: expected 0x${'aa'.repeat(32)}, the block's parent, got "0x${'0'.repeat(40)}…" (66 characters)`,
    ],
  ])('options %#', (json, options, message) => {
    expect(messageOf(() => readInput(json, options))).toBe(message);
  });

  test('has the parts of the message as fields, and a code', () => {
    const problem = { source: 'a.json', path: 'gas', expected: QUANTITY_64, got: '"lots"' };
    expect(() => readInput({ ...tx, gas: 'lots' }, { source: 'a.json' })).toThrow(
      expect.objectContaining({ code: 'invalid-input', problem }),
    );
    expect(() => readInput({ a: 1 })).toThrow(expect.objectContaining({ code: 'unknown-shape' }));
  });
});

describe('readBlockHashes', () => {
  const HASH = `0x${'00'.repeat(32)}`;
  test.each<[unknown, string]>([
    [null, 'block hashes: expected an object of block numbers and hashes, got null'],
    [[HASH], 'block hashes: expected an object of block numbers and hashes, got an array of 1'],
    [{ latest: HASH }, 'block hashes: expected block numbers, decimal or hex, got "latest"'],
    [{ '-1': HASH }, 'block hashes: expected block numbers, decimal or hex, got "-1"'],
    [{ 7: '0x1' }, 'block hashes: 7: expected a hash (32 bytes of hex), got "0x1"'],
  ])('%#', (json, message) => {
    expect(messageOf(() => readBlockHashes(json))).toBe(message);
  });
});

describe('hostile input', () => {
  test('deep nesting is one error', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(messageOf(() => readInput(deep))).toBe('input: [0]: expected a transaction, got an array of 1');
    const list: unknown = JSON.parse(`${'{"accessList":['.repeat(50_000)}${']}'.repeat(50_000)}`);
    expect(messageOf(() => readInput({ ...tx, accessList: [list] }))).toMatch(
      /^input: accessList\[0\]\.address: /,
    );
  });

  test('bytes that nest lists are one error, without the memory that they ask for', () => {
    const nested = Uint8Array.from({ length: 2_000_000 }, (_, index) => (index % 4 === 0 ? 0xfa : 0xff));
    expect(messageOf(() => readInput(`0x${Buffer.from(nested).toString('hex')}`))).toMatch(/\(cut short\)/);
    // Each list holds all the rest of the bytes.
    const levels = 60_000;
    const lists = new Uint8Array(4 * levels);
    for (let level = 0; level < levels; level++) {
      const inner = lists.length - 4 * (level + 1);
      lists.set([0xfa, inner >> 16, (inner >> 8) & 0xff, inner & 0xff], 4 * level);
    }
    expect(messageOf(() => readInput(`0x${Buffer.from(lists).toString('hex')}`))).toMatch(/nested too deep/);
  });

  test('a long text is read and named briefly', () => {
    const long = `0x${'00'.repeat(5_000_000)}zz`;
    expect(messageOf(() => readInput(long))).toHaveLength(
      `input: expected a signed transaction in hex, or a transaction object, got "0x${'0'.repeat(40)}…" (10000004 characters)`
        .length,
    );
  });

  test('a key of any length and kind stays on one line', () => {
    const message = messageOf(() => readInput({ ['k\n\u001b[31m'.repeat(1000)]: 1 }));
    expect(message).not.toContain('\n');
    expect(message).not.toContain('\u001b');
    expect(message.length).toBeLessThan(250);
  });

  test('values of no JSON are one error each', () => {
    for (const value of [Symbol('x'), () => 1, new Date(), new Map(), 5n, Number.NaN]) {
      expect(messageOf(() => readInput([{ ...tx, gas: value }]))).toMatch(/^input: \[0\]\.gas: expected /);
      expect(messageOf(() => readInput(value))).toMatch(/^input: expected /);
    }
  });
});
