/** The command line over a real node: Hardhat's, started here, with a block of its own. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Finished, runCli } from './command-line.ts';
import { type HardhatNode, startHardhat } from './hardhat-node.ts';
import { type LiveScene, prepareScene, TRANSACTIONS } from './scene.ts';

let node: HardhatNode;
let scene: LiveScene;

beforeAll(async () => {
  node = await startHardhat();
  scene = await prepareScene(node.url);
  await scene.mineMixedBlock();
});
afterAll(async () => {
  scene?.close();
  await node?.stop();
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
