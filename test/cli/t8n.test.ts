/** A command line for `evm t8n`, given to this program. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ReportDocument } from '../../src/report/schema.ts';
import { walletOf } from '../input/signed.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const wallet = walletOf(0x45);
const RECEIVER = `0x${'22'.repeat(20)}`;

const txs = [
  {
    to: RECEIVER,
    nonce: '0x0',
    gas: '0x5208',
    gasPrice: '0xa',
    value: '0x64',
    input: '0x',
    v: '0x0',
    r: '0x0',
    s: '0x0',
    secretKey: wallet.privateKey,
  },
];
const env = {
  currentCoinbase: `0x${'ee'.repeat(20)}`,
  currentNumber: '0x1',
  currentTimestamp: '0x3e8',
  currentGasLimit: '0x1c9c380',
  currentDifficulty: '0x20000',
  parentBaseFee: '0x7',
  parentGasUsed: '0x0',
  parentGasLimit: '0x1c9c380',
};
const alloc = { [wallet.address]: { balance: '0xde0b6b3a7640000' } };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pevm-analyze-'));
  for (const [name, content] of Object.entries({ txs, env, alloc })) {
    await writeFile(join(folder, `${name}.json`), JSON.stringify(content));
  }
});
afterAll(() => rm(folder, { recursive: true }));

function run(args: readonly string[], stdin = '') {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(process.execPath, [cli, ...args], { cwd: folder }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
    child.stdin?.end(stdin);
  });
}

async function executed(args: readonly string[], stdin?: string): Promise<ReportDocument> {
  const { code, stdout, stderr } = await run(['execute', ...args, '--json'], stdin);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const document: ReportDocument = JSON.parse(stdout);
  return { ...document, execution: document.execution && { ...document.execution, timings: {} as never } };
}

test('files, flags and standard input come to the same', async () => {
  const rules = ['--hardfork', 'London'];
  const document = await executed(['txs.json', '--env', 'env.json', '--state', 'alloc.json', ...rules]);
  expect(document.block).toMatchObject({ number: '0x1', baseFeePerGas: '0x7', hardfork: 'london' });
  expect(document.transactions[0]).toMatchObject({ from: wallet.address.toLowerCase(), status: 'exact' });
  expect(document.execution?.stateDiff[RECEIVER]).toEqual({ balance: '0x64' });
  const flags = ['--input.txs=txs.json', '--input.env', 'env.json', '--input.alloc', 'alloc.json'];
  const state = ['--state.fork', 'London', '--state.chainid', '1', '--state.reward', '-1'];
  expect(await executed([...flags, ...state])).toEqual(document);
  const whole = JSON.stringify({ txs, env, alloc });
  expect(await executed(['-', ...rules], whole)).toEqual(document);
  const stdin = ['--input.txs=stdin', '--input.env=stdin', '--input.alloc=stdin', '--state.fork=London'];
  expect(await executed(stdin, whole)).toEqual(document);
});

test.each([
  [
    ['--state.reward', '2000'],
    '--state.reward: expected 0 or -1, as rewards of miners are not paid, got 2000',
  ],
  [['txs.json', '--state.fork'], '--state.fork: expected a value, got nothing'],
  [
    ['txs.json', '--env', 'env.json'],
    'env.json: withdrawals: expected a value, as blocks of osaka have one (--hardfork names another), got nothing',
  ],
  [
    ['txs.json', '--state.fork', 'Atlantis'],
    expect.stringMatching(/^hardfork: expected a hardfork: chainstart, /),
  ],
])('%j', async (args, message) => {
  const { code, stdout, stderr } = await run(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.replace(/^pevm-analyze: /, '').trimEnd()).toEqual(message);
});
