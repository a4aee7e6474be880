/**
 * Makes `dist/page/page.html` out of this folder: script and style inside, and a policy under which a browser runs
 * exactly these two and loads nothing. What is missing is the data, which `src/output/html.ts` puts in.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const FOLDER = new URL('.', import.meta.url);
const TARGET = new URL('../../dist/page/', import.meta.url);

const { outputFiles } = await build({
  absWorkingDir: FOLDER.pathname,
  entryPoints: ['main.ts', 'page.css'],
  outdir: '.',
  bundle: true,
  minify: true,
  format: 'iife',
  platform: 'browser',
  // The first of each with `light-dark()`.
  target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
  legalComments: 'none',
  write: false,
});

/** The only file of this kind, as it will stand between its tags. */
function inlined(extension) {
  return outputFiles.find(({ path }) => path.endsWith(extension)).text.trim();
}

function hashSource(text) {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

const script = inlined('.js');
const style = inlined('.css');
if (/<\/(script|style)|<!--/i.test(script + style)) {
  throw new Error('script or style would end its own element');
}
const policy = [
  "default-src 'none'",
  `script-src ${hashSource(script)}`,
  `style-src ${hashSource(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
const template = await readFile(new URL('page.html', FOLDER), 'utf8');
const page = [
  ['content="default-src none"', `content="${policy}"`],
  ['<style></style>', `<style>${style}</style>`],
  ['<script></script>', `<script>${script}</script>`],
].reduce((text, [place, content]) => {
  if (!text.includes(place)) throw new Error(`page.html has no ${place}`);
  return text.replace(place, () => content);
}, template);
await mkdir(TARGET, { recursive: true });
await writeFile(new URL('page.html', TARGET), page);
