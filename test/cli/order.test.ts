import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { OrderDocument } from '../../src/ordering/schema.ts';
import { orderJsonSchema } from '../../src/ordering/schema.ts';
import { ORDER_KINDS } from '../../src/output/order-kinds.ts';
import type { ReportDocument } from '../../src/report/schema.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { mainnetBlock } from '../input/block-json.ts';
import { sign, walletOf } from '../input/signed.ts';
import { startNode } from '../state/rpc/node.ts';
import { type Finished, runBuilt } from './run-built.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const published: Record<string, unknown> = JSON.parse(
  await readFile(join(root, 'schema/pevm-analyze-order-1.schema.json'), 'utf8'),
);
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(published);
const example = (name: string) => join(root, `examples/mixed-block/${name}.json`);
const BLOCK = [example('block'), '--state', example('prestate')];

const RICH = walletOf(0x11).address.toLowerCase();
const OTHER = walletOf(0x22).address.toLowerCase();
const PRESTATE = { [RICH]: { balance: '0xde0b6b3a7640000' }, [OTHER]: { balance: '0xde0b6b3a7640000' } };
const TO = `0x${'22'.repeat(20)}`;

function transfer(key: number, nonce: number, gasPrice: bigint, gasLimit = 21_000n): string {
  const fields = { type: 0, chainId: 1n, to: TO, nonce, gasLimit, gasPrice, value: 1n };
  return sign(fields, walletOf(key).signingKey).serialized;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pevm-order-'));
  await write('state.json', PRESTATE);
});
afterAll(() => rm(folder, { recursive: true }));

const write = (name: string, value: unknown) => writeFile(join(folder, name), JSON.stringify(value));
const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'));

async function order(pool: unknown, ...options: readonly string[]): Promise<Finished> {
  await write('pool.json', pool);
  return runBuilt(['order', join(folder, 'pool.json'), '--state', join(folder, 'state.json'), ...options]);
}

async function document(pool: unknown, ...options: readonly string[]): Promise<OrderDocument> {
  const { code, stdout, stderr } = await order(pool, '--json', '--quiet', ...options);
  expect([code, stderr]).toEqual([0, '']);
  const found: OrderDocument = JSON.parse(stdout);
  validate(found);
  expect(validate.errors).toBeNull();
  return found;
}

test('the published schema is up to date (npm run schema)', () => {
  expect(published).toEqual(JSON.parse(JSON.stringify(orderJsonSchema())));
});

describe('a block as a pool', () => {
  test('says at a glance what it comes to, in 80 columns', async () => {
    const { code, stdout, stderr } = await runBuilt(['order', ...BLOCK, '--lanes', '8']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^Block 22,711,001, ordered: parallel · chain 1 · prague\n2\d\d of 240 orders with /,
    );
    expect(stdout).toContain('Time on 8 lanes');
    const [, total] = /^ {2}([\d,]+) gas until the last lane is done: /m.exec(stdout) ?? [];
    expect(stdout.replace(/\s+/g, ' ')).toContain('by fees planned anew.');
    for (const name of ['fees', 'parallel', 'as it was'])
      expect(stdout).toMatch(new RegExp(`^  ${name} +([\\d,]+ +){4}0`, 'm'));
    expect(stdout).toMatch(new RegExp(`^  parallel +${total} `, 'm'));
    for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
  });

  test('what it hands over runs, and is what the document says', async () => {
    const names = ORDER_KINDS.map(({ extension }) => join(folder, `all${extension}`));
    const { code, stderr } = await runBuilt(['order', ...BLOCK, ...names.flatMap((name) => ['--out', name])]);
    expect([code, stderr]).toEqual([0, '']);
    const found = (await read('all.json')) as OrderDocument;
    const hashes = found.transactions.map(({ hash }) => hash);
    expect(found.sequences.find(({ name }) => name === found.objective)?.makespan).toBe(found.makespan);
    const state = ['--state', example('prestate'), '--workers', '4'];
    const executed = await runBuilt([
      'execute',
      join(folder, 'all.block.json'),
      ...state,
      '--verify',
      '--strict',
      '--json',
    ]);
    expect([executed.code, executed.stderr]).toEqual([0, '']);
    const run: ReportDocument = JSON.parse(executed.stdout);
    expect(run.transactions.map(({ hash }) => hash)).toEqual(hashes);
    expect(run.execution?.escapes).toBe(0);
    const bundle = await runBuilt([join(folder, 'all.bundle.json'), ...state, '--json', '--quiet']);
    const again: ReportDocument = JSON.parse(bundle.stdout);
    expect(again.transactions.map(({ hash }) => hash)).toEqual(hashes);
    expect(again.bundles).toHaveLength(1);
  });

  test('the same input gives the same bytes', async () => {
    const [first, second] = [
      await runBuilt(['order', ...BLOCK, '--json']),
      await runBuilt(['order', ...BLOCK, '--json']),
    ];
    expect(first.stdout).toBe(second.stdout);
  });
});

test('--what-if: a sender without its first transaction', async () => {
  const pool = [transfer(0x11, 0, 9n), transfer(0x22, 0, 5n), transfer(0x11, 1, 7n)];
  const plain = await document(pool, '--objective', 'fees', '--lanes', '1');
  expect(plain.whatIf).toBeNull();
  expect(plain.costs.map(({ id }) => id)).toEqual(plain.orders.map(({ id }) => id));
  expect(plain.costs.map(({ time, takes }) => [Number(time), takes.length])).toEqual([
    [42_000, 1],
    [21_000, 0],
    [21_000, 0],
  ]);
  const [first, second, third] = plain.orders.map(({ id }) => id);
  const asked = `drop:${first?.slice(0, 12)}`;
  const { whatIf } = await document(pool, '--objective', 'fees', '--lanes', '1', '--what-if', asked);
  expect(whatIf).toMatchObject({ changes: [asked], orders: [third], outOfTurn: [second], basis: 'derived' });
  expect(Number(whatIf?.after.makespan)).toBe(21_000);
  const { stdout } = await order(pool, '--lanes', '1', '--what-if', 'move:2:0', '--what-if', 'drop:2');
  expect(stdout).toContain('What costs the block most time');
  expect(stdout.replace(/\s+/g, ' ')).toContain('move:2:0 drop:2 Makespan');
  const wrong = await order(pool, '--what-if', 'drop:0x');
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    'pevm-analyze: --what-if: expected an order of the pool, got 0x\n',
  ]);
});

test('--what-if: an order that is not in the pool', async () => {
  await write('more.json', [transfer(0x22, 1, 4n)]);
  const pool = [transfer(0x11, 0, 9n), transfer(0x22, 0, 5n)];
  const asked = `add:${join(folder, 'more.json')}`;
  const { whatIf, orders } = await document(pool, '--lanes', '1', '--what-if', asked);
  expect(orders).toHaveLength(2);
  expect(whatIf?.orders).toHaveLength(3);
  expect(Number(whatIf?.after.makespan)).toBe(63_000);
  expect(Number(whatIf?.after.value) - Number(whatIf?.before.value)).toBe(4 * 21_000);
});

test('--groups: what to simulate apart', async () => {
  const pool = [transfer(0x11, 0, 9n), transfer(0x22, 0, 5n), transfer(0x11, 1, 7n)];
  expect((await document(pool)).simulation).toBeNull();
  const { simulation, orders } = await document(pool, '--groups', '3');
  expect(simulation?.open).toEqual([]);
  expect(simulation?.groups.map(({ orders: own }) => own.length)).toEqual([2, 1]);
  expect(simulation?.groups.flatMap(({ orders: own }) => own).sort()).toEqual(
    orders.map(({ id }) => id).sort(),
  );
  const [first] = simulation?.groups ?? [];
  expect(first?.sequences.map(({ orders: own }) => own)).toEqual([first?.orders]);
  expect(first?.prefetch.accessList.map(({ address }) => address)).toContain(RICH);
  expect((await order(pool, '--groups')).stdout).toContain(
    '2 groups apart from each other, 2 sequences in all',
  );
});

describe('transactions without a block', () => {
  test('who pays most comes first, and a sender in order of nonces', async () => {
    const pool = [transfer(0x11, 1, 9n), transfer(0x22, 0, 5n), transfer(0x11, 0, 7n)];
    const { orders, value, block, leftOut } = await document(pool, '--objective', 'fees');
    expect(orders.map(({ value: own }) => Number(own) / 21_000)).toEqual([7, 9, 5]);
    expect(Number(value)).toBe(21 * 21_000);
    expect(leftOut).toEqual([]);
    expect(block).toMatchObject({ origin: 'made-up', baseFeePerGas: '0x0' });
  });

  test('what is left out is said with its reason', async () => {
    const pool = [transfer(0x11, 0, 9n), transfer(0x22, 2, 9n), transfer(0x11, 1, 3n), transfer(0x11, 0, 8n)];
    const { leftOut } = await document(pool, '--base-fee', '5');
    expect(leftOut.map(({ code }) => code).sort()).toEqual(['fee-too-low', 'nonce-gap', 'replaced']);
    const { stdout } = await order(pool, '--base-fee', '5');
    expect(stdout).toContain('1 fee-too-low: it pays less than the base fee');
  });

  test('the block that is made up is as the options say, and it is said', async () => {
    const pool = [transfer(0x11, 0, 9n), transfer(0x22, 0, 9n)];
    const { block, orders } = await document(
      pool,
      '--gas-limit',
      '0x7530',
      '--fee-recipient',
      TO.toUpperCase().replace('X', 'x'),
    );
    expect(block).toMatchObject({ gasLimit: '0x7530', feeRecipient: TO });
    expect(orders).toHaveLength(1);
    const { stderr } = await order(pool);
    expect(stderr).toBe(
      'pevm-analyze: no block given (--env, --rpc): made up, with base fee 0 and gas limit 60000000\n',
    );
  });

  test('a bundle stays in one piece, for the block that it names', async () => {
    const bundle = {
      method: 'eth_sendBundle',
      params: [{ txs: [transfer(0x11, 0, 2n), transfer(0x22, 0, 9n)], blockNumber: '0x2a' }],
    };
    const { orders, block, transactions } = await document([transfer(0x11, 1, 8n), bundle]);
    expect(block.number).toBe('0x2a');
    expect(orders.map(({ transactions: places }) => places)).toEqual([[0, 1], [2]]);
    expect(transactions.map(({ from }) => from)).toEqual([RICH, OTHER, RICH]);
  });

  test('over a node they are for the block after the latest', async () => {
    const number = '0x1298be0';
    const latest = {
      ...mainnetBlock('cancun'),
      number,
      hash: `0x${'ee'.repeat(32)}`,
      gasLimit: '0x1c9c380',
      gasUsed: '0x1c9c380',
      baseFeePerGas: '0x320',
    };
    const node = await startNode(snapshotState(PRESTATE), { blocks: [latest] });
    try {
      await write('pool.json', [transfer(0x11, 0, 10n ** 12n)]);
      const { stdout, stderr, code } = await runBuilt([
        'order',
        join(folder, 'pool.json'),
        '--rpc',
        node.url,
        '--no-cache',
        '--json',
      ]);
      expect([code, stderr]).toEqual([0, '']);
      const { block, orders, hardfork }: OrderDocument = JSON.parse(stdout);
      expect(hardfork).toBe('cancun');
      expect(orders).toHaveLength(1);
      // Full: an eighth more.
      const expected = {
        origin: 'input',
        number: '0x1298be1',
        baseFeePerGas: '0x384',
        gasLimit: latest.gasLimit,
      };
      expect(block).toMatchObject(expected);
    } finally {
      await node.close();
    }
  });

  test('--strict fails where nothing is known of the state', async () => {
    await write('pool.json', [transfer(0x11, 0, 2n)]);
    const { code, stderr } = await runBuilt(['order', join(folder, 'pool.json'), '--strict', '--quiet']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/failed: 1 order may touch anything\n.*failed: \d+ state keys? missing\n$/);
  });
});
