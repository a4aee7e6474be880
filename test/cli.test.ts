/** The command line as a user meets it: arguments, standard streams and exit codes of the built program. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ReportDocument } from '../src/report/schema.ts';
import { snapshotState } from '../src/state/prestate.ts';
import { runBuilt as run } from './cli/run-built.ts';
import { startNode } from './state/rpc/node.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = join(root, 'dist/cli.js');
const block = join(root, 'examples/mixed-block/block.json');
const prestate = join(root, 'examples/mixed-block/prestate.json');

async function documentOf(args: readonly string[]): Promise<ReportDocument> {
  const { code, stdout, stderr } = await run([...args, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pevm-analyze-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const transfer = {
  from: `0x${'aa'.repeat(20)}`,
  to: `0x${'bb'.repeat(20)}`,
  gas: '0x5208',
  value: '0x1',
  nonce: '0x0',
  gasPrice: '0x1',
};

describe('help and version', () => {
  test('--version prints the version of the package', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('--help lists the commands that exist, and each command its options', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/analyze[\s\S]*execute[\s\S]*lint[\s\S]*snapshot/);
    const help = (await run(['execute', '--help'])).stdout;
    for (const option of [
      '--state',
      '--rpc',
      '--block',
      '--verify',
      '--strict',
      '--workers',
      '--out',
      '--no-color',
    ]) {
      expect(help).toContain(option);
    }
    expect(help.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('wrong input (`cli/wrong-inputs.test.ts` has many more)', () => {
  test('an invalid block: the first invalid transaction, and no result', async () => {
    const poor = await file('poor.json', '{}');
    const { code, stdout, stderr } = await run(['execute', block, '--state', poor, '--workers', '1']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^pevm-analyze: transaction 0 is invalid: [^\n]+\n$/);
  });
});

describe('analyze', () => {
  test('is the default command, and takes a transaction without state', async () => {
    const path = await file('transfer.json', JSON.stringify(transfer));
    const { code, stdout } = await run([path]);
    expect(code).toBe(0);
    expect(stdout).toContain('1 transaction');
  });

  test('reads standard input, gzipped too', async () => {
    const packed = gzipSync(JSON.stringify([transfer, { ...transfer, from: transfer.to }]));
    const { code, stdout } = await run(['-', '--json', '--quiet'], packed);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'pevm-analyze/1', block: null, execution: null });
    expect(JSON.parse(stdout).transactions).toHaveLength(2);
  });

  test('prints a report of 80 columns without colour into a pipe', async () => {
    const { code, stdout, stderr } = await run([block, '--state', prestate, '--workers', '4']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('How much can run in parallel');
    expect(stdout).not.toContain('\u001b');
    expect(stdout.split('\n').filter((line) => [...line].length > 80)).toEqual([]);
  });

  test('writes the document to a file beside the report', async () => {
    const path = join(folder, 'out.json');
    const { code, stdout } = await run([block, '--state', prestate, '--out', path]);
    expect(code).toBe(0);
    expect(stdout).toContain('Hot keys');
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ schema: 'pevm-analyze/1' });
  });

  test('says where it cannot write', async () => {
    const { code, stderr } = await run([
      block,
      '--state',
      prestate,
      '--out',
      join(folder, 'none', 'out.json'),
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^pevm-analyze: [^\n]*out\.json: expected a file that can be written, got [^\n]+\n$/,
    );
  });

  test('--strict fails on a transaction that is not bounded', async () => {
    const call = await file('call.json', JSON.stringify({ ...transfer, data: '0xa9059cbb' }));
    const { code, stderr } = await run([call, '--strict']);
    expect(code).toBe(1);
    expect(stderr).toContain('unbounded');
  });

  const fullDevice = existsSync('/dev/full') ? test : test.skip;
  fullDevice('says that standard output takes nothing more', async () => {
    const full = await open('/dev/full', 'w');
    const child = spawn(process.execPath, [cli, block, '--quiet'], { stdio: ['ignore', full.fd, 'pipe'] });
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    await full.close();
    expect([code, stderr]).toEqual([
      2,
      'pevm-analyze: standard output: expected a file or a reader that takes the result, got no space left\n',
    ]);
  });

  test('a reader that stops early is no error', async () => {
    const child = spawn(process.execPath, [cli, block, '--state', prestate, '--json']);
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('without state', () => {
  const missingOf = async (input: unknown): Promise<ReportDocument> => {
    const path = await file('bare.json', JSON.stringify(input));
    const { code, stdout } = await run([path, '--json', '--quiet']);
    expect(code).toBe(0);
    return JSON.parse(stdout);
  };

  test('a transaction says what it would need, in the report and in the document', async () => {
    const path = await file('bare.json', JSON.stringify(transfer));
    const { code, stdout, stderr } = await run([path]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/#0 unbounded: runs the code of 0xbbbb…bbbb, which is not known/);
    expect(stdout).toMatch(
      /Missing from the given state, 2 keys:\n +0xaaaa…aaaa balance\n +0xbbbb…bbbb code\n/,
    );
    expect(stderr).toBe(
      'pevm-analyze: no pre-state given (--state, --rpc): what depends on code or state is not known\n',
    );
    const { missing, transactions } = await missingOf(transfer);
    expect(missing).toEqual([`${transfer.from}:balance`, `${transfer.to}:code`]);
    expect(transactions[0]?.reasons).toEqual([
      expect.objectContaining({
        code: 'unknown-code',
        at: { address: transfer.to, selector: null, pc: 0 },
        dependsOn: [`${transfer.to}:code`],
      }),
    ]);
  });

  const bundle = {
    jsonrpc: '2.0',
    id: 1,
    method: 'eth_sendBundle',
    params: [{ txs: [transfer], blockNumber: '0x1' }],
  };
  test.each<[string, unknown]>([
    ['an array', [transfer, { ...transfer, nonce: '0x1' }]],
    ['a response', { jsonrpc: '2.0', id: 1, result: transfer }],
    ['a bundle', bundle],
    ['a creation', { ...transfer, to: null, data: '0x600160005500' }],
    ['a call of a precompile', { ...transfer, to: `0x${'0'.repeat(39)}2` }],
  ])('%s is accepted, and every transaction that is not exact has its reason', async (_name, input) => {
    const { transactions } = await missingOf(input);
    expect(transactions.length).toBeGreaterThan(0);
    for (const { status, reasons } of transactions) expect(reasons.length > 0).toBe(status !== 'exact');
  });

  test('a block is accepted', async () => {
    const { code, stdout } = await run([block, '--json', '--quiet']);
    expect(code).toBe(0);
    const { transactions, missing }: ReportDocument = JSON.parse(stdout);
    expect(transactions.filter(({ status, reasons }) => status !== 'exact' && reasons.length === 0)).toEqual(
      [],
    );
    expect(missing.length).toBeGreaterThan(100);
  });

  test('execution names what it lacks, on one line', async () => {
    const { code, stdout, stderr } = await run(['execute', block, '--workers', '1']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^pevm-analyze: state is not known: [^\n]+\n$/);
  });
});

describe('over a node', () => {
  const state = async () => snapshotState(JSON.parse(await readFile(prestate, 'utf8')));

  test('the result is that over a file with the state', async () => {
    const node = await startNode(await state(), {});
    try {
      const args = ['execute', block, '--workers', '1'];
      const { execution, ...rest } = await documentOf([...args, '--rpc', node.url]);
      const whole = await documentOf([...args, '--state', prestate]);
      expect({ ...rest, execution: { ...execution, timings: null } }).toEqual({
        ...whole,
        execution: { ...whole.execution, timings: null },
      });
      // The state is that after the parent.
      const blocks = node.calls.flatMap(({ method, block: at }) => (method === 'eth_getCode' ? [at] : []));
      const { parentHash } = JSON.parse(await readFile(block, 'utf8'));
      const names = new Set(blocks.map((name) => JSON.stringify(name)));
      expect(names).toEqual(new Set([JSON.stringify({ blockHash: parentHash })]));
    } finally {
      await node.close();
    }
  });

  test('without an input the block comes from the node as well', async () => {
    const json = JSON.parse(await readFile(block, 'utf8'));
    const node = await startNode(await state(), { blocks: [json] });
    try {
      const whole = await documentOf([block, '--state', prestate, '--workers', '1']);
      for (const name of ['latest', json.hash, String(BigInt(json.number))]) {
        expect(await documentOf(['--rpc', node.url, '--block', name, '--workers', '1'])).toEqual(whole);
      }
      const none = await run(['--rpc', node.url, '--block', '1']);
      expect(none).toEqual({
        code: 2,
        stdout: '',
        stderr: 'pevm-analyze: --block: expected a block that the node has, got 1\n',
      });
    } finally {
      await node.close();
    }
  });

  test('a wrong chain, and a node that is away, are one line', async () => {
    const node = await startNode(await state(), { chainId: 10n });
    const wrong = await run([block, '--rpc', node.url]);
    await node.close();
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toMatch(
      /^pevm-analyze: --rpc: expected a node of chain \d+, got one of chain 10\n$/,
    );
    const away = await run([block, '--rpc', node.url]);
    expect([away.code, away.stdout]).toEqual([2, '']);
    expect(away.stderr).toMatch(/^pevm-analyze: 127\.0\.0\.1:\d+: eth_chainId: [^\n]+\n$/);
  });

  test('state comes from files or from a node', async () => {
    const { code, stderr } = await run([block, '--state', prestate, '--rpc', 'http://127.0.0.1:1']);
    expect(code).toBe(2);
    expect(stderr).toBe('pevm-analyze: arguments: expected pre-state from files or from a node, got both\n');
  });
});

describe('execute', () => {
  const args = ['execute', block, '--state', prestate, '--verify', '--strict'];

  test('reports gas, receipts root, verification and escapes', async () => {
    const { code, stdout, stderr } = await run([...args, '--workers', '2']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Execution/);
    expect(stdout).toMatch(/receipts +0x[0-9a-f]{64}/);
  });

  test('gives the same document for any number of workers, but for plan and timings', async () => {
    const schema = JSON.parse(await readFile(join(root, 'schema/pevm-analyze-1.schema.json'), 'utf8'));
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);
    const texts: string[] = [];
    for (const workers of ['1', '2', '3']) {
      const { plan, execution, ...rest } = await documentOf([...args, '--workers', workers]);
      validate({ ...rest, plan, execution });
      expect(validate.errors).toBeNull();
      expect(plan.workers).toBe(Number(workers));
      expect(execution).toMatchObject({ escapes: 0, verified: { sequential: true, header: true } });
      texts.push(JSON.stringify({ ...rest, execution: { ...execution, timings: null } }));
    }
    expect(new Set(texts).size).toBe(1);
  });

  test('derives the sets first, and compares, where the block runs in order', async () => {
    const { execution } = await documentOf(['execute', block, '--state', prestate, '--workers', '1']);
    expect(execution?.timings).toMatchObject({ mode: 'sequential', analysis: expect.any(Number) });
    expect(execution?.timings?.analysis).toBeGreaterThan(0);
  });

  test('takes a block access list, and fails with a wrong one', async () => {
    const { execution } = await documentOf(['execute', block, '--state', prestate, '--workers', '1']);
    const list = execution?.blockAccessList ?? [];
    const right = await file('list.json', JSON.stringify({ jsonrpc: '2.0', id: 1, result: list }));
    const wrong = await file('wrong-list.json', JSON.stringify(list.slice(1)));
    const execute = ['execute', block, '--state', prestate, '--workers', '1', '--block-access-list'];
    expect(await run([...execute, right])).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout, stderr } = await run([...execute, wrong]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/access list +✗ differs/);
    expect(stderr).toContain(`${list[0]?.address}: it was touched, and is not in the given list`);
    const broken = await run([...execute, await file('broken-list.json', '[{}]')]);
    expect(broken).toMatchObject({ code: 2, stdout: '' });
    expect(broken.stderr).toContain('[0].address: expected an address');
  });

  test('says which block hashes it lacked, and takes them from --block-hashes', async () => {
    const contract = `0x${'cc'.repeat(20)}`;
    const state = await file(
      'hashes-state.json',
      // PUSH1 5, NUMBER, SUB, BLOCKHASH, PUSH1 0, SSTORE
      JSON.stringify({
        [transfer.from]: { balance: '0xde0b6b3a7640000', nonce: 0 },
        [contract]: { balance: '0x0', nonce: 1, code: '0x600543034060005500' },
      }),
    );
    const zero = `0x${'00'.repeat(32)}`;
    const input = await file(
      'hashes-block.json',
      JSON.stringify({
        number: '0x64',
        timestamp: '0x64',
        gasLimit: '0x1c9c380',
        miner: `0x${'ee'.repeat(20)}`,
        parentHash: zero,
        difficulty: '0x1',
        mixHash: zero,
        extraData: '0x',
        uncles: [],
        transactions: [{ ...transfer, to: contract, gas: '0xffff', value: '0x0' }],
      }),
    );
    const args = ['execute', input, '--state', state, '--hardfork', 'berlin', '--json', '--workers', '1'];
    const slot = `0x${'00'.repeat(32)}`;

    const without = await run(args);
    expect(without).toMatchObject({
      code: 0,
      stderr: 'pevm-analyze: unknown block hashes taken as zero (--block-hashes): 95\n',
    });
    expect(JSON.parse(without.stdout).execution.missingBlockHashes).toEqual(['0x5f']);

    const hash = `0x${'95'.repeat(32)}`;
    const hashes = await file('hashes.json', JSON.stringify({ 95: hash }));
    const given = await run([...args, '--block-hashes', hashes]);
    expect(given).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(given.stdout).execution.stateDiff[contract]).toEqual({ storage: { [slot]: hash } });
  });

  test('--quiet keeps notes to itself', async () => {
    const path = await file('quiet.json', JSON.stringify(transfer));
    expect((await run([path])).stderr).toContain('no pre-state given');
    expect((await run([path, '--quiet'])).stderr).toBe('');
  });
});
