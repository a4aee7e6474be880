/**
 * The pictures of the README: `npm run docs:pictures`, from `examples/mixed-block`, by the command that stands
 * beside each. The page is taken as a browser shows it, light and dark.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PageOpener } from '../test/page/browser.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = new URL('pictures/', import.meta.url);
const BLOCK = ['examples/mixed-block/block.json', '--state', 'examples/mixed-block/prestate.json'];
/** What the page shows: a transaction of the longest chain, and the chain with one transaction less. */
const SHOWN = 'tx=80&change=drop:79';
const VIEWPORT = { width: 1360, height: 1150 };

const work = mkdtempSync(join(tmpdir(), 'pevm-pictures-'));
const opener = new PageOpener();
try {
  const html = join(work, 'block.html');
  execFileSync(process.execPath, ['dist/cli.js', ...BLOCK, '--workers', '4', '--quiet', '--out', html], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, colorScheme] of [
    ['page', 'light'],
    ['page-dark', 'dark'],
  ] as const) {
    const options = { colorScheme, viewport: VIEWPORT };
    const { page, errors } = await opener.open(readFileSync(html, 'utf8'), SHOWN, options);
    if (errors.length > 0) throw new Error(errors.join('\n'));
    writeFileSync(new URL(`${name}.png`, FOLDER), await page.screenshot());
  }
} finally {
  await opener.close();
  rmSync(work, { recursive: true });
}
