/** Files that `--out` writes, as a user gets them. */
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OUTPUT_KINDS } from '../../src/output/kinds.ts';
import { runBuilt } from './run-built.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = (name: string) => join(root, `examples/mixed-block/${name}.json`);
const BLOCK = [example('block'), '--state', example('prestate'), '--workers', '2', '--quiet'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pevm-out-'));
});
afterAll(() => rm(folder, { recursive: true }));

const into = (...names: readonly string[]) => names.flatMap((name) => ['--out', join(folder, name)]);
const text = (name: string) => readFile(join(folder, name), 'utf8');

test('execute writes every kind of file in one run, each compressed as well', async () => {
  const names = OUTPUT_KINDS.map(({ extension }) => `all${extension}`);
  const compressed = names.map((name) => `${name}.gz`);
  const { code, stderr } = await runBuilt(['execute', ...BLOCK, ...into(...names, ...compressed)]);
  expect([code, stderr]).toEqual([0, '']);
  for (const name of names) {
    const plain = await readFile(join(folder, name));
    expect([name, plain.length > 100]).toEqual([name, true]);
    const unpacked = gunzipSync(await readFile(join(folder, `${name}.gz`)));
    expect([name, unpacked.equals(plain)]).toEqual([name, true]);
  }
});

test('two runs write the same bytes', async () => {
  const kinds = OUTPUT_KINDS.filter(({ needs, isTimed }) => needs === 'analysis' && isTimed !== true);
  for (const run of ['first', 'second']) {
    const { code } = await runBuilt([
      ...BLOCK,
      ...into(...kinds.map(({ extension }) => `${run}${extension}`)),
    ]);
    expect(code).toBe(0);
  }
  for (const { extension } of kinds) {
    expect([extension, await text(`first${extension}`)]).toEqual([
      extension,
      await text(`second${extension}`),
    ]);
  }
});

test('analyze writes the plan as a trace, execute what ran as well', async () => {
  const pids = async (name: string): Promise<number[]> => {
    const { traceEvents }: { traceEvents: { pid: number; ph: string }[] } = JSON.parse(await text(name));
    return [...new Set(traceEvents.filter(({ ph }) => ph === 'X').map(({ pid }) => pid))];
  };
  expect((await runBuilt([...BLOCK, ...into('plan.trace.json')])).code).toBe(0);
  expect(await pids('plan.trace.json')).toEqual([1]);
  expect((await runBuilt(['execute', ...BLOCK, ...into('run.trace.json')])).code).toBe(0);
  expect(await pids('run.trace.json')).toEqual([1, 2]);
});

test('a block access list that was written is the one that execution expects', async () => {
  expect((await runBuilt(['execute', ...BLOCK, ...into('list.bal.json')])).code).toBe(0);
  const given = ['--block-access-list', join(folder, 'list.bal.json')];
  const { code, stdout } = await runBuilt(['execute', ...BLOCK, ...given, '--json']);
  expect([code, JSON.parse(stdout).execution.verified.accessList]).toEqual([0, true]);
});

describe('before any work', () => {
  // The input is not there: whoever reads it says so.
  test.each([
    [
      'an extension that there is not',
      ['analyze', 'none.json', ...['--out', 'x.jpg']],
      /^pevm-analyze: --out: expected a name that ends in \.json, .* or .*, got x\.jpg\n$/,
    ],
    [
      'no extension',
      ['analyze', 'none.json', '--out', 'x'],
      /^pevm-analyze: --out: expected a name that ends in /,
    ],
    [
      'what only an execution gives',
      ['analyze', 'none.json', '--out', 'x.bal.json'],
      /^pevm-analyze: --out: x\.bal\.json: expected the command execute: a \.bal\.json file says what came of an execution, got analyze\n$/,
    ],
  ])('%s is one line and exit code 2', async (_name, args, line) => {
    const { code, stdout, stderr } = await runBuilt(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(line);
    expect((await readdir(root)).filter((name) => name.startsWith('x.'))).toEqual([]);
  });
});

test('--help lists every kind', async () => {
  const { stdout } = await runBuilt(['help', 'execute']);
  for (const { extension, description } of OUTPUT_KINDS) {
    expect(stdout.replace(/\s+/g, ' ')).toContain(` ${extension} ${description}`);
  }
});

test('no file that is read is written over, by whatever name', async () => {
  const [input, link] = [join(folder, 'own.json'), join(folder, 'link.json')];
  const content = '[]';
  await writeFile(input, content);
  await symlink(input, link);
  for (const path of [input, join(folder, '.', 'own.json'), link]) {
    for (const args of [[path], [example('block'), '--state', path]]) {
      const { code, stderr } = await runBuilt([...args, '--out', input]);
      expect([code, stderr]).toEqual([
        2,
        `pevm-analyze: ${input}: expected another file to write than those that are read, got one of these\n`,
      ]);
    }
  }
  expect(await readFile(input, 'utf8')).toBe(content);
});
