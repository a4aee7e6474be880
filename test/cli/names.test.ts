import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ReportDocument } from '../../src/report/schema.ts';
import { type Finished, runBuilt } from './run-built.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = (name: string) => join(root, `examples/mixed-block/${name}.json`);
const router = createRequire(import.meta.url).resolve('@uniswap/v2-periphery/build/UniswapV2Router02.json');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pevm-names-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

function analyze(...options: readonly string[]): Promise<Finished> {
  return runBuilt([example('block'), '--state', example('prestate'), '--workers', '2', ...options]);
}

describe('--names', () => {
  test('names calls and contracts in the report', async () => {
    const without = await analyze();
    expect(without.stdout).toMatch(/0x38ed1739 → 0x/);
    const { code, stdout, stderr } = await analyze('--abi', router);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/swapExactTokensForTokens → UniswapV2Router02/);
  });

  test('takes several files of several kinds, and an account before a file', async () => {
    const { stdout } = await analyze('--json');
    const before: ReportDocument = JSON.parse(stdout);
    const [hot] = before.graph.hotKeys;
    const address = hot?.key.slice(0, 42) ?? '';
    const list = await file(
      'signatures.txt.gz',
      gzipSync('0x38ed1739 swapExactTokensForTokens(uint256,uint256,address[],address,uint256)\n'),
    );
    const labels = await file('labels.json', JSON.stringify({ [address]: 'The \u001b[31mhot one' }));
    const layout = await file(
      'Layout.json',
      JSON.stringify({
        storage: [
          {
            label: 'ledger',
            offset: 0,
            slot: `${hot?.description?.place?.root && 'slot' in hot.description.place.root ? BigInt(hot.description.place.root.slot) : 0n}`,
            type: 'm',
          },
        ],
        types: {
          m: {
            encoding: 'mapping',
            label: 'mapping(address => uint256)',
            numberOfBytes: '32',
            key: 'a',
            value: 'u',
          },
          a: { encoding: 'inplace', label: 'address', numberOfBytes: '20' },
          u: { encoding: 'inplace', label: 'uint256', numberOfBytes: '32' },
        },
      }),
    );
    const after: ReportDocument = JSON.parse(
      (await analyze('--json', '--names', labels, '--names', list, '--abi', `${address}=${layout}`)).stdout,
    );
    const described = after.graph.hotKeys.find(({ key }) => key === hot?.key)?.description;
    expect(described).toMatchObject({ contract: 'The [31mhot one', variable: 'ledger' });
    expect(described?.text).toMatch(/^The \[31mhot one 0x.{4}….{4} ledger\[/);
    expect(after.graph.criticalPath.steps?.map(({ call }) => call.text)).toContain(
      'swapExactTokensForTokens',
    );
    expect({ ...after, graph: null }).toEqual({ ...before, graph: null });
  });

  test('says what is wrong with a file', async () => {
    const wrong = await file('wrong.txt', '0x00000000 transfer(address,uint256)\n');
    const { code, stdout, stderr } = await analyze('--names', wrong);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      `pevm-analyze: ${wrong}: line 1: expected 0x00000000 to be the selector of transfer(address,uint256), got 0xa9059cbb\n`,
    );
    const missing = await analyze('--names', join(folder, 'none.json'));
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('no such file')]);
  });
});
