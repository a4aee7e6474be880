/** The files that the command line is made of once it is built (`src/cli/bundle.js`). */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'dist/cli');

/** Writes the address of each module that is loaded to standard error, one a line. */
const LISTING_LOADER = `data:text/javascript,${encodeURIComponent(
  `import { writeSync } from 'node:fs';
  export async function load(url, context, next) { writeSync(2, url + '\\n'); return next(url, context); }`,
)}`;
const LISTING = `data:text/javascript,${encodeURIComponent(
  `import { register } from 'node:module'; register(${JSON.stringify(LISTING_LOADER)});`,
)}`;

/** The sources that a file of the bundle holds, as the bundler names them in comments. */
function sourcesIn(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^(?: {2})?\/\/ ((?:src|node_modules)\/\S+)$/gm)].map(([, path]) => path ?? '');
}

function loadedBy(args: readonly string[]): readonly string[] {
  const command = `"$0" "$@" 2>&1 >/dev/null`;
  const program = [process.execPath, '--import', LISTING, join(root, 'dist/cli.js'), ...args];
  const output = execFileSync('sh', ['-c', command, ...program], { cwd: root, encoding: 'utf8' });
  return [...output.matchAll(/^file:.*$/gm)].map(([url]) => fileURLToPath(url));
}

test('an analysis loads what it needs, and from the bundle alone', () => {
  const block = 'examples/mixed-block/block.json';
  const files = loadedBy([block, '--state', 'examples/mixed-block/prestate.json', '--quiet']);
  expect(files.filter((file) => file.includes('node_modules'))).toEqual([]);
  const sources = files.flatMap(sourcesIn);
  expect(sources).toContain('src/analysis/block.ts');
  const lazy = /^(node_modules\/(ethers|ws|csv-stringify)|src\/(executor\/(executor|tuned)|lint|snapshot))\b/;
  expect(sources.filter((path) => lazy.test(path))).toEqual([]);
});

test('help loads nothing of the library', () => {
  const sources = loadedBy(['--help']).flatMap(sourcesIn);
  expect(sources).toContain('src/cli/program.ts');
  expect(
    sources.filter((path) => /^(node_modules\/(zod|@ethereumjs)|src\/(analysis|graph|report))\//.test(path)),
  ).toEqual([]);
});

test('every package in the bundle is named with its licence', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.js'));
  const sources = files.flatMap((file) => sourcesIn(join(folder, file)));
  const packages = sources.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  expect(packages).toContain('@ethereumjs/evm');
  expect(packages).toContain('debug');
  const notices = readFileSync(join(folder, 'LICENSES.txt'), 'utf8');
  const named = new Set([...notices.matchAll(/^(\S+) \d\S*, \S+, \S+$/gm)].map(([, name]) => name));
  expect([...new Set(packages)].filter((name) => !named.has(name))).toEqual([]);
});
