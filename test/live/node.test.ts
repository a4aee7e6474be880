/** The command line over a real node: Hardhat's, started here, with a block of its own. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Finished, runCli } from './command-line.ts';
import { type HardhatNode, startHardhat } from './hardhat-node.ts';
import { type LiveScene, prepareScene, TRANSACTIONS } from './scene.ts';

/** Each test runs several commands, one after the other. */
jest.setTimeout(300_000);

let node: HardhatNode;
let scene: LiveScene;
let folder: string;

beforeAll(async () => {
  node = await startHardhat();
  scene = await prepareScene(node.url);
  await scene.mineMixedBlock();
  folder = await mkdtemp(join(tmpdir(), 'pevm-analyze-live-'));
});
afterAll(async () => {
  scene?.close();
  await node?.stop();
  await rm(folder, { recursive: true, force: true });
});

function execute(...args: readonly string[]): Promise<Finished> {
  return runCli(['execute', '--rpc', node.url, ...args]);
}

test('the block is what it should be: all of its kinds, some of which fail', async () => {
  const block = await scene.provider.getBlock('latest', true);
  const receipts = await Promise.all(
    (block?.transactions ?? []).map((hash) => scene.provider.getTransactionReceipt(hash)),
  );
  expect(receipts).toHaveLength(TRANSACTIONS);
  const count = (status: number) => receipts.filter((receipt) => receipt?.status === status).length;
  expect([count(1) > 70, count(0) >= 10]).toEqual([true, true]);
  expect(new Set(block?.prefetchedTransactions.map(({ type }) => type))).toEqual(new Set([0, 1, 2, 4]));
});

test.each(['1', '2', '4'])('--verify --strict succeeds with %s workers', async (workers) => {
  const { code, stdout, stderr } = await execute(
    '--block',
    'latest',
    '--verify',
    '--strict',
    '--workers',
    workers,
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`${TRANSACTIONS} transactions`);
});

describe('snapshot', () => {
  /** Everything of a document but how long it took and by how many workers. */
  function comparable({ stdout }: Finished): unknown {
    const { plan, execution, ...rest } = JSON.parse(stdout);
    return { ...rest, execution: { ...execution, timings: null } };
  }

  test('its files give what the node gives, with any number of workers', async () => {
    const out = join(folder, 'latest');
    const taken = await runCli(['snapshot', '--rpc', node.url, '--out', out]);
    expect([taken.code, taken.stderr]).toEqual([0, '']);
    expect((await readdir(out)).sort()).toEqual(['block.json', 'blockhashes.json', 'prestate.json']);
    const online = comparable(await execute('--block', 'latest', '--json'));
    const next = taken.stdout.split('\n').find((line) => line.startsWith('next: ')) ?? '';
    const [, ...command] = next.slice('next: '.length).split(' ');
    expect(command).toEqual([
      'execute',
      join(out, 'block.json'),
      '--state',
      join(out, 'prestate.json'),
      '--verify',
      '--strict',
    ]);
    for (const workers of ['1', '2', '4']) {
      const offline = await runCli([...command, '--json', '--workers', workers]);
      expect([offline.code, offline.stderr]).toEqual([0, '']);
      const { verified, ...execution } = JSON.parse(offline.stdout).execution;
      expect(verified).toMatchObject({ sequential: true, header: true });
      const whole = comparable(offline) as { execution: object };
      expect({ ...whole, execution: { ...execution, timings: null, verified: null } }).toEqual({
        ...(online as object),
        execution: { ...(online as { execution: object }).execution, verified: null },
      });
    }
  });

  test('is not written over another one, unless that is asked for; compressed on request', async () => {
    const out = join(folder, 'again');
    const take = (...args: string[]) => runCli(['snapshot', '--rpc', node.url, '--out', out, ...args]);
    expect((await take('--block', '1')).code).toBe(0);
    const refused = await take('--block', '1');
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(
      /^pevm-analyze: --out: expected a folder without a snapshot, or --force [^\n]+\n$/,
    );
    expect((await take('--block', 'latest', '--gzip', '--force')).code).toBe(0);
    expect((await readdir(out)).sort()).toEqual(['block.json.gz', 'blockhashes.json', 'prestate.json.gz']);
  });

  test('of a block that is not there is one line, and nothing is left behind', async () => {
    const out = join(folder, 'none');
    const none = await runCli(['snapshot', '--rpc', node.url, '--block', '123456', '--out', out]);
    expect(none).toEqual({
      code: 2,
      stdout: '',
      stderr: 'pevm-analyze: --block: expected a block that the node has, got 123456\n',
    });
    expect(await readdir(out)).toEqual([]);
  });

  test('of pending transactions: as the node shows them, and of a file of them', async () => {
    await scene.sendMixed();
    const out = join(folder, 'pending');
    const taken = await runCli(['snapshot', '--rpc', node.url, '--block', 'pending', '--out', out]);
    expect([taken.code, taken.stderr]).toEqual([0, '']);
    // Hardhat's pending block does not say what PREVRANDAO will be.
    const transactions = JSON.parse(await readFile(join(out, 'transactions.json'), 'utf8'));
    expect(transactions).toHaveLength(TRANSACTIONS);
    const input = join(folder, 'txs.json');
    await writeFile(input, JSON.stringify(transactions.slice(0, 30)));
    const of = join(folder, 'of-file');
    expect((await runCli(['snapshot', input, '--rpc', node.url, '--out', of])).code).toBe(0);
    const state = ['--state', join(of, 'prestate.json'), '--workers', '2', '--json'];
    for (const order of [[], ['--unordered']]) {
      const offline = await runCli(['analyze', join(of, 'transactions.json'), ...state, ...order]);
      const online = await runCli([
        'analyze',
        input,
        '--rpc',
        node.url,
        '--workers',
        '2',
        '--json',
        ...order,
      ]);
      expect([offline.code, JSON.parse(offline.stdout)]).toEqual([0, JSON.parse(online.stdout)]);
    }
  });
});
