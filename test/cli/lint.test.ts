import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LintDocument } from '../../src/lint/schema.ts';
import { slotHex } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { contract, OTHER, prestateOf, SENDER, TARGET, THIRD } from '../analysis/scene.ts';
import { OP, push } from '../generators/assembler.ts';
import { startNode } from '../state/rpc/node.ts';
import { type Finished, runBuilt } from './run-built.ts';

const CALL_OTHER = [
  ...[0n, 0n, 0n, 0n, 0n, BigInt(OTHER)].flatMap((word) => push(word)),
  OP.gas,
  OP.call,
  OP.pop,
];
const PRESTATE = prestateOf({
  prestate: {
    [TARGET]: contract(CALL_OTHER),
    [OTHER]: contract([...push(3n), OP.sload, OP.pop], { 3: 1n }),
  },
});
const TX = {
  type: '0x1',
  from: SENDER,
  to: TARGET,
  nonce: '0x0',
  gas: '0x30d40',
  gasPrice: '0x0',
  value: '0x0',
};
const BEST = [{ address: OTHER, storageKeys: [slotHex(3n)] }];
const COSTLY = [...BEST, { address: THIRD, storageKeys: [] }];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pevm-lint-'));
  await write('state.json', JSON.stringify(PRESTATE));
  await write('costly.json', JSON.stringify({ ...TX, accessList: COSTLY }, null, 2));
  await write('best.json', JSON.stringify({ ...TX, accessList: BEST }));
});
afterAll(() => rm(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): Promise<void> {
  return writeFile(join(folder, name), content);
}

async function read<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(join(folder, name), 'utf8'));
}

function lint(input: string, ...options: readonly string[]): Promise<Finished> {
  return runBuilt(['lint', join(folder, input), '--state', join(folder, 'state.json'), ...options]);
}

describe('lint', () => {
  test('prints a report, and says that the block is missing', async () => {
    const { code, stdout, stderr } = await lint('costly.json');
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain('1 of them costs 2,400 gas more than the best');
    expect(stdout).toContain('unused-address saves 2,400');
    expect(stderr).toBe(
      'pevm-analyze: no block: block values are zero, gas that depends on them may differ\n',
    );
  });

  test('--strict fails by a list that costs gas, and not by the best one', async () => {
    const failed = await lint('costly.json', '--strict', '--quiet');
    expect([failed.code, failed.stderr]).toEqual([
      1,
      'pevm-analyze: failed: 1 declared access list costs more than needed\n',
    ]);
    expect((await lint('best.json', '--strict', '--quiet')).code).toBe(0);
  });

  test('--json is the document, and --out writes each kind', async () => {
    const names = ['a.json', 'b.sarif', 'c.access-lists.json', 'd.sarif.gz'].map((name) =>
      join(folder, name),
    );
    const { stdout } = await lint(
      'costly.json',
      '--json',
      '--quiet',
      ...names.flatMap((name) => ['--out', name]),
    );
    const document: LintDocument = JSON.parse(stdout);
    expect(document.schema).toBe('pevm-analyze-lint/1');
    expect(document.transactions[0]?.best).toEqual(BEST);
    expect(await read('a.json')).toEqual(document);
    const sarif = await read<{ runs: { results: { locations: unknown[] }[] }[] }>('b.sarif');
    expect(sarif.runs[0]?.results[0]?.locations[0]).toMatchObject({
      physicalLocation: {
        artifactLocation: { uri: expect.stringMatching(/costly\.json$/) },
        region: { startLine: 1 },
      },
    });
    expect(await read('c.access-lists.json')).toEqual([
      { accessList: BEST, gasUsed: document.transactions[0]?.gas?.best },
    ]);
    expect(JSON.parse(gunzipSync(await readFile(join(folder, 'd.sarif.gz'))).toString())).toEqual(sarif);
  });

  test('--fix writes transactions that have nothing left to mend, and says that they are unsigned', async () => {
    const { stderr } = await lint('costly.json', '--fix', join(folder, 'fixed.json'));
    expect(stderr).toContain('unsigned');
    expect(await read('fixed.json')).toMatchObject([{ from: SENDER, nonce: '0x0', accessList: BEST }]);
    expect((await lint('fixed.json', '--strict')).code).toBe(0);
    const packed = join(folder, 'fixed.json.gz');
    const { stdout } = await lint('costly.json', '--fix', '-', '--quiet');
    expect(JSON.parse(stdout)).toEqual(await read('fixed.json'));
    await lint('costly.json', '--fix', packed, '--quiet');
    expect(gunzipSync(await readFile(packed)).toString()).toBe(stdout);
  });

  test('--fix does not overwrite the input', async () => {
    const { code, stderr } = await lint('costly.json', '--fix', join(folder, '.', 'costly.json'));
    expect(code).toBe(2);
    expect(stderr).toContain('expected another file to write than those that are read, got one of these');
  });

  test('a compressed input has no places, standard input no file', async () => {
    await write('packed.json.gz', gzipSync(JSON.stringify({ ...TX, accessList: COSTLY })));
    const out = join(folder, 'e.sarif');
    await lint('packed.json.gz', '--out', out, '--quiet');
    const [first] = (
      await read<{ runs: { results: { locations: Record<string, object>[] }[] }[] }>('e.sarif')
    ).runs;
    expect(Object.keys(first?.results[0]?.locations[0]?.physicalLocation ?? {})).toEqual([
      'artifactLocation',
    ]);
    const state = ['--state', join(folder, 'state.json')];
    const text = JSON.stringify({ ...TX, accessList: COSTLY });
    expect((await runBuilt(['lint', '-', ...state, '--out', out, '--quiet'], text)).code).toBe(0);
    const [second] = (await read<{ runs: { results: { locations: object[] }[] }[] }>('e.sarif')).runs;
    expect(Object.keys(second?.results[0]?.locations[0] ?? {})).toEqual(['logicalLocations']);
  });

  test('over a node, state is fetched as it is needed', async () => {
    const node = await startNode(snapshotState(PRESTATE));
    try {
      const { code, stdout } = await runBuilt([
        'lint',
        join(folder, 'costly.json'),
        '--rpc',
        node.url,
        '--json',
      ]);
      expect(code).toBe(0);
      const { transactions }: LintDocument = JSON.parse(stdout);
      expect(transactions[0]).toMatchObject({ best: BEST, status: 'exact' });
    } finally {
      await node.close();
    }
  });

  test('without state, what holds for every run is said', async () => {
    await write('twice.json', JSON.stringify({ ...TX, accessList: [...BEST, ...BEST] }));
    const { code, stdout, stderr } = await runBuilt(['lint', join(folder, 'twice.json')]);
    expect(code).toBe(0);
    expect(stdout).toContain('duplicate-address');
    expect(stdout).toContain('#0 not run');
    expect(stderr).toContain('no pre-state given');
  });

  test.each([
    [['--out', 'x.svg'], '.json, .sarif or .access-lists.json'],
    [['--fix', '-', '--json'], 'expected one result on standard output, got --json and --fix -'],
    [['--block', '1'], '--rpc with --block'],
    [['--workers', '2'], 'unknown option'],
  ])('%j is refused', async (options, expected) => {
    const { code, stderr } = await lint('costly.json', ...options);
    expect(code).toBe(2);
    expect(stderr).toContain(expected);
  });
});
