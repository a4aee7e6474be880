/** Reading with worker threads: the same as on one thread, whatever becomes of the workers. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { WorkerPool } from '../../src/executor/pool.ts';
import { readInputOnPool } from '../../src/executor/recovery.ts';
import { type ReadOptions, readInput } from '../../src/input/read.ts';
import { answerLength } from '../../src/input/signature-batch.ts';
import { mainnetBlock } from '../input/block-json.ts';
import { sign, toRpc, walletOf } from '../input/signed.ts';
import { WORKER_URL } from './small-blocks.ts';

const WITHOUT_NATIVE = new URL('./worker-without-native.js', import.meta.url);
const TO = `0x${'22'.repeat(20)}`;
const fees = { gasLimit: 90_000n, maxFeePerGas: 20n, maxPriorityFeePerGas: 1n };

/** Some are signed bytes, some objects, some with authorisations; enough for several batches. */
const transactions = Array.from({ length: 40 }, (_, index) => {
  const key = walletOf(1 + (index % 7));
  if (index % 3 === 0)
    return sign({ to: TO, nonce: index, ...fees, type: 2, chainId: 1n }, key.signingKey).serialized;
  if (index % 3 === 1) {
    const legacy = { type: 0, chainId: 1n, to: TO, nonce: index, gasLimit: 21_000n, gasPrice: 9n };
    return toRpc(sign(legacy, key.signingKey));
  }
  const authorizationList = [walletOf(99).authorizeSync({ address: TO, nonce: index, chainId: 1n })];
  return toRpc(
    sign({ to: TO, nonce: index, ...fees, type: 4, chainId: 1n, authorizationList }, key.signingKey),
  );
});
const block = { ...mainnetBlock('cancun'), transactions };

let pool: WorkerPool | null = null;
let faults = 0;
afterEach(async () => {
  await pool?.close();
  pool = null;
});

async function start(workerUrl = WORKER_URL): Promise<WorkerPool> {
  faults = 0;
  pool = await WorkerPool.start({ workers: 2, workerUrl });
  pool.onFault = () => faults++;
  return pool;
}

async function errorOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    return String(error);
  }
  return 'no error';
}

describe('reading with workers', () => {
  test.each([
    ['with whatever recovers signers fastest', WORKER_URL],
    ['without the native package', WITHOUT_NATIVE],
  ])('gives what one thread gives, %s', async (_name, url) => {
    const workers = await start(url);
    expect(await readInputOnPool(workers, block, {})).toEqual(readInput(block));
    expect(await readInputOnPool(workers, transactions[0], {})).toEqual(readInput(transactions[0]));
    expect(faults).toBe(0);
  });

  test('gives the errors that one thread gives', async () => {
    const workers = await start();
    const wrong = (index: number, fields: object) =>
      transactions.map((tx, at) => (at === index && typeof tx === 'object' ? { ...tx, ...fields } : tx));
    const cases: readonly (readonly [unknown, ReadOptions])[] = [
      [7, {}],
      [wrong(5, { gas: 'lots' }), {}],
      [wrong(5, { from: TO }), {}],
      [wrong(1, { r: '0x0' }), { chain: 'sepolia' }],
      [wrong(37, { hash: `0x${'00'.repeat(32)}` }), {}],
      [wrong(20, { r: '0x5' }), {}],
      [block, { blockHashes: { '19499999': `0x${'00'.repeat(32)}` } }],
    ];
    for (const [json, options] of cases) {
      const expected = await errorOf(() => readInput(json, options));
      expect(expected).toMatch(/^InputError: /);
      expect(await errorOf(() => readInputOnPool(workers, json, options))).toBe(expected);
    }
  });

  test('goes on when workers are lost or closed', async () => {
    const workers = await start();
    const reading = readInputOnPool(workers, block, {});
    await workers.kill(0);
    expect(await reading).toEqual(readInput(block));
    const last = readInputOnPool(workers, block, {});
    await workers.close();
    expect(await last).toEqual(readInput(block));
  });

  test('takes no answer that cannot be one', async () => {
    const refused: unknown[] = [];
    const pretender: Pick<WorkerPool, 'request'> = {
      request: async ({ body }, { accept }) => {
        for (const answer of [null, 'signers', new Uint8Array(3)]) {
          expect(() => accept(answer)).toThrow(TypeError);
          refused.push(answer);
        }
        const signers = new Uint8Array(answerLength(body as Uint8Array));
        return { kind: 'answer', value: accept(signers) };
      },
    };
    const none = 'a signature that a key can make, got "one that none can"';
    expect(await errorOf(() => readInputOnPool(pretender, transactions, {}))).toContain(none);
    expect(refused.length).toBeGreaterThan(0);
  });
});
