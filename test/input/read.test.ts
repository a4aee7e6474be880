import { describe, expect, test } from '@jest/globals';
import { Signature as EthersSignature } from 'ethers';
import fc from 'fast-check';
import type { Transaction } from '../../src/input/block.ts';
import { readInput } from '../../src/input/read.ts';
import { CURVE_ORDER } from '../../src/input/signature.ts';
import { mainnetBlocks, readCorpusBlock } from '../corpus.ts';
import { describeCorpus } from '../corpus-suite.ts';
import { mainnetBlock } from './block-json.ts';
import { sign, signedTransaction, toRpc, walletOf } from './signed.ts';

const TO = `0x${'22'.repeat(20)}`;
const legacy = sign({ type: 0, chainId: 1n, to: TO, nonce: 7, gasLimit: 21_000n, gasPrice: 5n, value: 1n });
const unsigned = { from: walletOf(1).address, to: TO, data: '0xa9059cbb' };

function only(json: unknown, options = {}): Transaction {
  const { transactions } = readInput(json, options);
  expect(transactions).toHaveLength(1);
  return transactions[0] as Transaction;
}

describe('a signed transaction', () => {
  test('of any type reads the same from its bytes and from its JSON, and as ethers reads it', () => {
    fc.assert(
      fc.property(signedTransaction, (tx) => {
        const fromBytes = only(tx.serialized);
        const fromJson = only(toRpc(tx));
        expect(fromJson).toEqual(fromBytes);
        expect(fromBytes.hash).toBe(tx.hash);
        expect(fromBytes.from).toBe(tx.from?.toLowerCase());
        expect(fromBytes.to).toBe(tx.to?.toLowerCase() ?? null);
        expect(fromBytes).toMatchObject({
          type: tx.type,
          nonce: BigInt(tx.nonce),
          gasLimit: tx.gasLimit,
          value: tx.value,
          maxFeePerGas: (tx.type ?? 0) < 2 ? tx.gasPrice : tx.maxFeePerGas,
          maxPriorityFeePerGas: (tx.type ?? 0) < 2 ? tx.gasPrice : tx.maxPriorityFeePerGas,
          chainId: tx.chainId === 0n ? null : tx.chainId,
          blobVersionedHashes: tx.blobVersionedHashes ?? [],
        });
        expect(`0x${Buffer.from(fromBytes.data).toString('hex')}`).toBe(tx.data);
        expect(fromBytes.accessList).toEqual(
          tx.accessList?.map(({ address, storageKeys }) => ({
            address: address.toLowerCase(),
            storageKeys,
          })) ?? null,
        );
      }),
      { numRuns: 60 },
    );
  });

  test('recovers the authority of an EIP-7702 tuple', () => {
    const authorization = walletOf(9).authorizeSync({ address: TO, nonce: 3, chainId: 0n });
    const tx = sign({ ...typed(4), authorizationList: [authorization] });
    expect(only(tx.serialized).authorizationList).toMatchObject([
      { chainId: 0n, address: TO, nonce: 3n, authority: walletOf(9).address.toLowerCase() },
    ]);
  });

  test('has no authority for a tuple whose signature is invalid', () => {
    const { signature } = walletOf(9).authorizeSync({ address: TO, nonce: 3, chainId: 0n });
    const tuple = {
      address: TO,
      chainId: '0x0',
      nonce: '0x3',
      r: signature.r,
      s: signature.s,
      yParity: '0x0',
    };
    const highS = `0x${(CURVE_ORDER - BigInt(signature.s)).toString(16)}`;
    const tuples = [
      { ...tuple, s: highS },
      { ...tuple, yParity: '0x2' },
      { ...tuple, r: '0x0' },
      { ...tuple, r: `0x${CURVE_ORDER.toString(16)}` },
      // No point of the curve has this x.
      { ...tuple, r: '0x5' },
    ];
    const json = { ...unsigned, chainId: '0x1', authorizationList: tuples };
    expect(only(json).authorizationList.map(({ authority }) => authority)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  test('of type 3 may come with its blobs', () => {
    const tx = sign({ ...typed(3), maxFeePerBlobGas: 1n, blobVersionedHashes: [`0x01${'33'.repeat(31)}`] });
    // [body, blobs, commitments, proofs], and with a version (EIP-7594): lists of no blobs.
    const body = tx.serialized.slice(4);
    expect(only(`0x03${list(`${body}c0c0c0`)}`)).toEqual(only(tx.serialized));
    expect(only(`0x03${list(`${body}01c0c0c0`)}`)).toEqual(only(tx.serialized));
  });

  test('of type 0 has a chain or not, by its v (EIP-155)', () => {
    expect(only(legacy.serialized)).toMatchObject({ chainId: 1n });
    const old = sign({ type: 0, chainId: 0n, to: TO, nonce: 7, gasLimit: 21_000n, gasPrice: 5n });
    expect(only(old.serialized)).toMatchObject({ chainId: null });
    // Nodes differ in whether they name a chain for it.
    expect(only({ ...toRpc(old), chainId: '0x1' })).toEqual(only(old.serialized));
  });

  test('with a high s is one of Frontier only (EIP-2)', () => {
    const { r, s, yParity } = legacy.signature ?? EthersSignature.from();
    const high = CURVE_ORDER - BigInt(s);
    const flipped = {
      ...toRpc(legacy),
      r,
      s: `0x${high.toString(16)}`,
      v: `0x${(38 - yParity).toString(16)}`,
      hash: null,
    };
    expect(only(flipped, { hardfork: 'chainstart' }).from).toBe(legacy.from?.toLowerCase());
    expect(() => readInput(flipped)).toThrow(
      /^input: s: expected at most half the order of the curve \(EIP-2\)/,
    );
  });

  test('infers its type where none is given', () => {
    for (const type of [0, 1, 2, 3, 4] as const) {
      const extra =
        type === 3 ? { blobVersionedHashes: [`0x01${'33'.repeat(31)}`], maxFeePerBlobGas: 1n } : {};
      const tx = sign(type === 0 ? { ...typed(0) } : { ...typed(type), ...extra });
      const json = { ...toRpc(tx), type: undefined };
      expect(only(json).hash).toBe(tx.hash);
    }
  });

  test('leaves its input alone and shares no memory with it', () => {
    const json = Object.freeze(toRpc(legacy));
    const { data } = only(json);
    expect(data.buffer.byteLength).toBe(data.byteLength);
  });
});

/** Fields of the least transaction of a type. */
function typed(type: 0 | 1 | 2 | 3 | 4) {
  const base = { type, chainId: 1n, to: TO, nonce: 1, gasLimit: 100_000n };
  if (type < 2) return { ...base, gasPrice: 9n, ...(type === 1 && { accessList: [] }) };
  return {
    ...base,
    maxFeePerGas: 9n,
    maxPriorityFeePerGas: 1n,
    ...(type === 4 && { authorizationList: [] }),
  };
}

/** RLP of a list of 56 to 65,535 bytes. */
function list(payload: string): string {
  const length = (payload.length / 2).toString(16);
  const padded = length.length % 2 === 0 ? length : `0${length}`;
  return `${(0xf7 + padded.length / 2).toString(16)}${padded}${payload}`;
}

describe('a request without a signature', () => {
  test('needs a sender; what else is absent is empty or assumed', () => {
    expect(only(unsigned)).toEqual({
      type: 0,
      hash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      from: walletOf(1).address.toLowerCase(),
      to: TO,
      nonce: 0n,
      gasLimit: 2n ** 24n,
      value: 0n,
      data: Uint8Array.of(0xa9, 0x05, 0x9c, 0xbb),
      maxFeePerGas: 0n,
      maxPriorityFeePerGas: 0n,
      accessList: null,
      maxFeePerBlobGas: 0n,
      blobVersionedHashes: [],
      authorizationList: [],
      chainId: null,
      signature: null,
      assumed: ['nonce', 'gasLimit', 'maxFeePerGas'],
    });
  });

  test('that leaves nothing out assumes nothing', () => {
    const tx = only({ ...unsigned, nonce: '0x1', gas: '0x5208', gasPrice: '0x1' });
    expect(tx).not.toHaveProperty('assumed');
  });

  test('has the hash that it would sign', () => {
    const { from: _, signature: __, ...fields } = legacy.toJSON();
    const json = { ...toRpc(legacy), hash: null, r: null, s: null, v: null };
    expect(fields.type).toBe(0);
    expect(only(json).hash).toBe(legacy.unsignedHash);
  });

  test('keeps a hash that it was given', () => {
    expect(only({ ...unsigned, hash: `0x${'AB'.repeat(32)}` }).hash).toBe(`0x${'ab'.repeat(32)}`);
  });

  test.each([null, '0x', undefined])('creates a contract where to is %p', (to) => {
    expect(only({ ...unsigned, to }).to).toBeNull();
  });

  test('creates a contract where there is no to', () => {
    expect(only({ from: unsigned.from, data: '0x00' }).to).toBeNull();
  });

  test('takes data or input, gas or gasLimit, or both where they agree', () => {
    const both = only({ ...unsigned, input: '0xa9059cbb', gas: 21000, gasLimit: '0x5208' });
    expect(both).toEqual(only({ from: unsigned.from, to: TO, input: '0xA9059CBB', gas: '0x5208' }));
  });
});

describe('the shape of an input', () => {
  const raw = legacy.serialized;
  const json = toRpc(legacy);
  const response = (result: unknown) => ({ jsonrpc: '2.0', id: 1, result });
  const request = (method: string, ...params: unknown[]) => ({ jsonrpc: '2.0', id: 1, method, params });

  test.each<[string, unknown, number]>([
    ['an object', json, 1],
    ['bytes', raw, 1],
    ['an array', [json, raw], 2],
    ['an empty array', [], 0],
    ['a response with a transaction', response(json), 1],
    ['a response with an array', response([json, raw]), 2],
    ['a batch of responses', [response(json), response(raw)], 2],
    [
      'a batch of requests',
      [request('eth_sendRawTransaction', raw), request('eth_call', unsigned, 'latest')],
      2,
    ],
    ['eth_sendRawTransaction', request('eth_sendRawTransaction', raw), 1],
    ['eth_sendTransaction', request('eth_sendTransaction', unsigned), 1],
    ['eth_call', request('eth_call', unsigned, 'latest', {}), 1],
    ['eth_estimateGas', request('eth_estimateGas', unsigned), 1],
    ['eth_createAccessList', request('eth_createAccessList', unsigned), 1],
    ['a bundle', { txs: [raw, raw], blockNumber: '0x10' }, 2],
    ['eth_sendBundle', request('eth_sendBundle', { txs: [raw], blockNumber: '0x10' }), 1],
    ['a batch that starts with a bundle', [request('eth_sendBundle', { txs: [raw, raw] }), json], 3],
  ])('%s', (_, value, count) => {
    const input = readInput(value);
    expect(input.transactions).toHaveLength(count);
    expect(input).toMatchObject({ block: null, chainId: 1n, hardfork: 'osaka' });
    expect(input.blockHashes.size).toBe(0);
  });

  test.each<[string, (block: unknown) => unknown]>([
    ['a bare block', (block) => block],
    ['a block in a response', response],
    ['a block on one line', (block) => [block]],
    ['a batch of one', (block) => [response(block)]],
  ])('%s', (_, wrap) => {
    const input = readInput(wrap({ ...mainnetBlock('cancun'), transactions: [json] }));
    expect(input.block?.number).toBe(19_500_000n);
    expect(input.transactions).toHaveLength(1);
  });
});

describe('a block', () => {
  test('reads every field of its header', () => {
    const { block } = readInput({
      ...mainnetBlock('cancun'),
      withdrawals: [{ index: '0x1', validatorIndex: '0x2', address: TO, amount: '0x3' }],
    });
    expect(block).toEqual({
      number: 19_500_000n,
      timestamp: 1_711_300_000n,
      gasLimit: 30_000_000n,
      feeRecipient: `0x${'fe'.repeat(20)}`,
      parentHash: `0x${'aa'.repeat(32)}`,
      difficulty: 0n,
      prevRandao: `0x${'bb'.repeat(32)}`,
      extraData: '0x6869',
      baseFeePerGas: 7n,
      excessBlobGas: 131_072n,
      blobGasUsed: 0n,
      parentBeaconBlockRoot: `0x${'cc'.repeat(32)}`,
      withdrawals: [{ index: 1n, validatorIndex: 2n, address: TO, amount: 3_000_000_000n }],
      uncles: [],
      hash: null,
      gasUsed: null,
      receiptsRoot: null,
      logsBloom: null,
      stateRoot: null,
      requestsHash: null,
      blockAccessListHash: null,
    });
  });

  test('knows its parent hash, and those that it is told', () => {
    const told = { '19499998': `0x${'98'.repeat(32)}`, '0x10': `0x${'AB'.repeat(32)}` };
    expect([...readInput(mainnetBlock('cancun'), { blockHashes: told }).blockHashes]).toEqual([
      [19_499_998n, `0x${'98'.repeat(32)}`],
      [16n, `0x${'ab'.repeat(32)}`],
      [19_499_999n, `0x${'aa'.repeat(32)}`],
    ]);
    const again = readInput(mainnetBlock('cancun'), {
      blockHashes: new Map([[19_499_999n, `0x${'aa'.repeat(32)}` as const]]),
    });
    expect(again.blockHashes.size).toBe(1);
  });

  test('may lack what its hardfork has where the hardfork is an option', () => {
    const { block, hardfork } = readInput(mainnetBlock('byzantium'), { hardfork: 'London' });
    expect(hardfork).toBe('london');
    expect(block?.baseFeePerGas).toBeNull();
  });
});

describe('the chain', () => {
  const sepolia = sign({ ...typed(2), chainId: 11_155_111n });

  test('is the one that all transactions name', () => {
    expect(readInput([sepolia.serialized, unsigned])).toMatchObject({ chainId: 11_155_111n });
    expect(only([{ ...unsigned, chainId: '0x539', type: '0x2' }])).toMatchObject({ chainId: 1337n });
    expect(readInput([unsigned])).toMatchObject({ chainId: 1n });
  });

  test('of an unsigned typed transaction is that of the input', () => {
    expect(only({ ...unsigned, type: 2 }, { chain: 'hoodi' }).chainId).toBe(560_048n);
    expect(only({ ...unsigned, type: 0 }, { chain: 'hoodi' }).chainId).toBeNull();
  });
});

test('a property of Object.prototype is no field, and __proto__ no way in', () => {
  const json: unknown = JSON.parse(
    `{"from":"${unsigned.from}","to":"${TO}","__proto__":{"value":"0x1"},"constructor":{"prototype":{"gas":"0x1"}}}`,
  );
  expect(only(json)).toMatchObject({ value: 0n, gasLimit: 2n ** 24n });
  expect(({} as Record<string, unknown>).value).toBeUndefined();
});

test('whatever JSON it is given, it reads it or says in one line what is wrong', () => {
  const names = [
    'from',
    'to',
    'txs',
    'method',
    'params',
    'result',
    'error',
    'transactions',
    'type',
    'r',
    's',
    'v',
  ];
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.jsonValue(),
      fc.constantFrom('0x', '0x0', '0x1', TO, legacy.serialized, `0x${'f8'.repeat(40)}`),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...names), tie('any')),
    ),
  })).any;
  fc.assert(
    fc.property(value, (json) => {
      try {
        readInput(json);
      } catch (error) {
        expect(error).toMatchObject({ name: 'InputError', message: expect.not.stringContaining('\n') });
      }
    }),
    { numRuns: 500 },
  );
});

describeCorpus('real blocks', () => {
  test.each(mainnetBlocks())('%d: senders and hashes are those of the block', (number) => {
    const { block, accesses, blockHashes } = readCorpusBlock(number);
    const input = readInput(block, { blockHashes });
    expect(input.block?.number).toBe(BigInt(number));
    expect(input.transactions.map(({ from, hash }) => ({ from, hash }))).toEqual(
      accesses.map(({ from, hash }) => ({ from, hash })),
    );
  });
});
