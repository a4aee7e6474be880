/** What `evm t8n` takes: values of a block, transactions to be signed, lists in RLP. */
import { createBlockHeader, paramsBlock } from '@ethereumjs/block';
import { RLP } from '@ethereumjs/rlp';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { InputError } from '../../src/errors.ts';
import type { Address, BlockInput } from '../../src/input/block.ts';
import { createChain } from '../../src/input/chain.ts';
import { type ReadOptions, readInput } from '../../src/input/read.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { sign, walletOf } from './signed.ts';

const MINER = `0x${'ee'.repeat(20)}`;
const TO: Address = `0x${'22'.repeat(20)}`;
const HASH = `0x${'ab'.repeat(32)}`;

const env = {
  currentCoinbase: MINER,
  currentNumber: '0x2',
  currentTimestamp: '1000',
  currentGasLimit: '0x1c9c380',
  currentBaseFee: '0x7',
  currentRandom: '0x00',
  currentDifficulty: '0x20000',
  currentExcessBlobGas: '0x20000',
  parentBeaconBlockRoot: HASH,
  blockHashes: { '0x1': HASH, '0': `0x${'cd'.repeat(32)}` },
  withdrawals: [{ index: '0x0', validatorIndex: '0x5', address: TO, amount: '0x3' }],
};

function read(fields: Record<string, unknown>, hardfork = 'prague', txs: unknown = []): BlockInput {
  return readInput(txs, { hardfork, env: { value: fields, source: 'env.json' } });
}

function messageOf(json: unknown, options: ReadOptions): string {
  try {
    readInput(json, options);
  } catch (error) {
    return (error as InputError).message;
  }
  return 'no error';
}

describe('values of a block', () => {
  test('are its header, as far as the hardfork has them', () => {
    const { block, blockHashes } = read(env);
    expect(block).toMatchObject({
      number: 2n,
      timestamp: 1000n,
      gasLimit: 30_000_000n,
      feeRecipient: MINER,
      parentHash: HASH,
      difficulty: 0n,
      prevRandao: `0x${'0'.repeat(64)}`,
      baseFeePerGas: 7n,
      excessBlobGas: 131_072n,
      parentBeaconBlockRoot: HASH,
      withdrawals: [{ index: 0n, validatorIndex: 5n, address: TO, amount: 3_000_000_000n }],
      receiptsRoot: null,
    });
    expect(Object.fromEntries(blockHashes)).toEqual({ 0: `0x${'cd'.repeat(32)}`, 1: HASH });
    expect(read(env, 'Berlin').block).toMatchObject({
      difficulty: 0x20000n,
      baseFeePerGas: null,
      excessBlobGas: null,
      parentBeaconBlockRoot: null,
      withdrawals: null,
    });
  });

  test('come with the transactions, as on standard input', () => {
    const options = { hardfork: 'prague' };
    expect(readInput({ env, txs: [], alloc: {} }, options)).toEqual(read(env));
    expect(readInput({ env, txsRlp: '0xc0' }, options)).toEqual(read(env));
    expect(
      snapshotState({ env, txs: [], alloc: { [TO.slice(2)]: { balance: '0x5' } } }).account(TO),
    ).toMatchObject({
      balance: 5n,
    });
  });

  test("the base fee follows from the parent's", () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 10n ** 12n),
        fc.bigInt(5_000n, 60_000_000n),
        fc.nat({ max: 1000 }),
        (baseFeePerGas, gasLimit, permille) => {
          const gasUsed = (gasLimit * BigInt(permille)) / 1000n;
          const common = createChain({ chainId: 1n, hardfork: 'london' });
          const number = 13_000_000n;
          const parent = createBlockHeader({ number, baseFeePerGas, gasLimit, gasUsed }, { common });
          const { currentBaseFee: _, ...rest } = env;
          const given = {
            parentBaseFee: String(baseFeePerGas),
            parentGasLimit: `${gasLimit}`,
            parentGasUsed: `${gasUsed}`,
          };
          expect(read({ ...rest, ...given }, 'london').block?.baseFeePerGas).toBe(parent.calcNextBaseFee());
        },
      ),
    );
  });

  test.each(['cancun', 'prague', 'osaka'])("excess blob gas follows from the parent's (%s)", (hardfork) => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 200n),
        fc.bigInt(0n, 9n),
        fc.bigInt(1n, 10n ** 11n),
        (excess, used, baseFeePerGas) => {
          const common = createChain({ chainId: 1n, hardfork });
          common.updateParams(paramsBlock);
          const excessBlobGas = excess * 131_072n;
          const blobGasUsed = used * 131_072n;
          const fields = { number: 20_000_000n, baseFeePerGas, excessBlobGas, blobGasUsed };
          const parent = createBlockHeader(fields, { common });
          const { currentExcessBlobGas: _, ...rest } = env;
          const given = {
            parentBaseFee: `${baseFeePerGas}`,
            parentExcessBlobGas: `${excessBlobGas}`,
            parentBlobGasUsed: `${blobGasUsed}`,
          };
          const { block } = read({ ...rest, ...given }, hardfork);
          expect(block?.excessBlobGas).toBe(parent.calcNextExcessBlobGas(common));
        },
      ),
    );
  });

  test.each<[string, string, string, string]>([
    ['currentNumber', 'prague', 'a number, decimal or hex', 'nothing'],
    ['currentCoinbase', 'prague', 'an address (20 bytes of hex)', 'nothing'],
    ['currentDifficulty', 'berlin', lacking('berlin'), 'nothing'],
    ['currentRandom', 'paris', lacking('paris'), 'nothing'],
    ['currentBaseFee', 'london', lacking('london'), 'nothing'],
    ['withdrawals', 'shanghai', lacking('shanghai'), 'nothing'],
    ['currentExcessBlobGas', 'cancun', lacking('cancun'), 'nothing'],
    ['parentBeaconBlockRoot', 'osaka', lacking('osaka'), 'nothing'],
  ])('without %s under %s', (name, hardfork, expected, got) => {
    const value = Object.fromEntries(Object.entries(env).filter(([one]) => one !== name));
    expect(messageOf([], { hardfork, env: { value, source: 'env.json' } })).toBe(
      `env.json: ${name}: expected ${expected}, got ${got}`,
    );
  });

  test.each<[unknown, unknown, string]>([
    [[], 7, 'env.json: expected the values of a block (an object), as in env.json, got 7'],
    [
      [],
      { ...env, currentGasLimit: -5 },
      'env.json: currentGasLimit: expected a number, decimal or hex, got -5',
    ],
    [
      [],
      { ...env, currentCoinbase: [MINER.slice(2)] },
      'env.json: currentCoinbase: expected an address (20 bytes of hex), got an array of 1',
    ],
    [
      [],
      { ...env, blockHashes: { x: HASH } },
      'env.json: blockHashes: expected block numbers, decimal or hex, got "x"',
    ],
    [
      [],
      { ...env, withdrawals: [{}] },
      'env.json: withdrawals[0].index: expected a quantity of at most 64 bits, such as 0x5208, got nothing',
    ],
    [
      { number: '0x1', parentHash: HASH, transactions: [] },
      env,
      'input: expected transactions, beside the values of a block, got "a block"',
    ],
    [{ env, txs: [] }, env, 'input: env: expected transactions, beside the values of a block, got "others"'],
    [
      { env, txsRlp: '0x80' },
      undefined,
      'input: txsRlp: expected a list of signed transactions in RLP, as hex, got "0x80"',
    ],
    [{ env, txs: 5 }, undefined, 'input: txs: expected an array of transactions, got 5'],
  ])('%#', (json, value, message) => {
    const given = value === undefined ? {} : { env: { value, source: 'env.json' } };
    expect(messageOf(json, { hardfork: 'prague', ...given })).toBe(message);
  });
});

function lacking(hardfork: string): string {
  return `a value, as blocks of ${hardfork} have one (--hardfork names another)`;
}

describe('transactions with a secret key', () => {
  const wallet = walletOf(0x45);
  const secretKey = wallet.privateKey;
  const fields = {
    to: TO,
    nonce: '0x3',
    gas: '0x5208',
    value: '0x1',
    input: '0x',
    v: '0x0',
    r: '0x0',
    s: '0x0',
    secretKey,
  };
  const common = { to: TO, nonce: 3, gasLimit: 21_000n, value: 1n };

  test('are signed as ethers signs them', () => {
    const fees = { maxFeePerGas: 9n, maxPriorityFeePerGas: 2n };
    const { transactions } = readInput([
      { ...fields, gasPrice: '0x9' },
      { ...fields, gasPrice: '0x9', protected: false },
      {
        ...fields,
        type: '0x1',
        gasPrice: '0x9',
        chainId: '0x1',
        accessList: [{ address: TO, storageKeys: [HASH] }],
      },
      { ...fields, type: '0x2', maxFeePerGas: '0x9', maxPriorityFeePerGas: '0x2' },
    ]);
    const expected = [
      sign({ ...common, type: 0, chainId: 1n, gasPrice: 9n }, wallet.signingKey),
      sign({ ...common, type: 0, gasPrice: 9n }, wallet.signingKey),
      sign(
        { ...common, type: 1, chainId: 1n, gasPrice: 9n, accessList: [{ address: TO, storageKeys: [HASH] }] },
        wallet.signingKey,
      ),
      sign({ ...common, type: 2, chainId: 1n, ...fees }, wallet.signingKey),
    ];
    expect(transactions.map(({ hash, from }) => [hash, from])).toEqual(
      expected.map(({ hash }) => [hash, wallet.address.toLowerCase()]),
    );
  });

  test('for the chain that is asked for, and not again', () => {
    const own = sign({ ...common, type: 0, chainId: 5n, gasPrice: 9n }, wallet.signingKey);
    expect(readInput({ ...fields, gasPrice: '0x9' }, { chain: 5 }).transactions[0]?.hash).toBe(own.hash);
    const other = sign({ ...common, type: 0, chainId: 1n, gasPrice: 9n }, walletOf(0x46).signingKey);
    const { v, r, s } = {
      v: 37 + (other.signature?.yParity ?? 0),
      r: other.signature?.r,
      s: other.signature?.s,
    };
    expect(readInput({ ...fields, gasPrice: '0x9', v, r, s }).transactions[0]?.hash).toBe(other.hash);
  });

  test.each(['0x12', `0x${'00'.repeat(32)}`, `0x${'ff'.repeat(32)}`, 7])(
    'a key that is none is not repeated: %j',
    (key) => {
      const message = messageOf({ ...fields, gasPrice: '0x9', secretKey: key }, {});
      expect(message).toBe('input: secretKey: expected a secret key (32 bytes of hex), got another value');
    },
  );

  test('need all that is signed', () => {
    expect(messageOf({ ...fields }, {})).toBe(
      'input: gasPrice: expected a value, as there is a signature, got nothing',
    );
  });
});

describe('a list in RLP', () => {
  const signed = [0, 1, 2].map((type) =>
    sign({
      type,
      chainId: 1n,
      to: TO,
      nonce: 1,
      gasLimit: 21_000n,
      ...(type === 2 ? { maxFeePerGas: 2n, maxPriorityFeePerGas: 1n } : { gasPrice: 2n }),
    }),
  );
  const items = signed.map(({ type, serialized }) =>
    type === 0 ? RLP.decode(serialized as `0x${string}`) : serialized,
  );

  test.each([[[0, 1, 2]], [[2, 0]], [[1]]])('of types %j', (types) => {
    const list = RLP.encode(types.map((type) => items[type] ?? ''));
    const { transactions } = readInput(`0x${Buffer.from(list).toString('hex')}`);
    expect(transactions.map(({ hash }) => hash)).toEqual(types.map((type) => signed[type]?.hash));
  });

  test('a wrong one says which', () => {
    const list = RLP.encode([items[0] ?? '', `0x02c0${'00'.repeat(20)}`]);
    expect(messageOf(`0x${Buffer.from(list).toString('hex')}`, {})).toMatch(
      /^input: \[1\]: expected a signed transaction \(/,
    );
  });
});
