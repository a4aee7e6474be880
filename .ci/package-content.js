/** Checks what `npm pack` would publish: everything that `package.json` points at, and nothing else. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const [pack] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }),
);
const published = new Set(pack.files.map(({ path }) => path));
const { bin, exports: entries } = JSON.parse(readFileSync('package.json', 'utf8'));

const pointedAt = [
  ...Object.values(bin),
  ...Object.values(entries).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry))),
].map((path) => path.replace('./', ''));
const built = ['dist/page/page.html', 'dist/cli/main.js', 'dist/cli/worker.js', 'dist/cli/LICENSES.txt'];
const wanted = ['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json', ...built, ...pointedAt];
const missing = wanted.filter((path) => !published.has(path));
const surplus = [...published].filter(
  (path) => !/^(dist\/.*\.(js|d\.ts)|schema\/[^/]*\.json)$/.test(path) && !wanted.includes(path),
);

for (const path of missing) {
  console.error(`missing from the package: ${path}`);
}
for (const path of surplus) {
  console.error(`should not be in the package: ${path}`);
}
console.log(`${published.size} files, ${Math.round(pack.unpackedSize / 1024)} KiB unpacked`);
process.exitCode = missing.length + surplus.length === 0 ? 0 : 1;
