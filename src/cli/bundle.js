/**
 * Puts a bundle in the place of `dist/cli/`: the command line and the entry of its worker threads, with all that
 * they import. What is imported only when it is needed stays a file of its own. The library remains plain modules.
 *
 * The files lie as deep below the package as the modules that they are made of, in a folder of `dist`, since some
 * find others by their own address: `./worker.js`, `../../package.json`, `../../dist/page/page.html`.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { noticesOf } from './notices.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TARGET = join(ROOT, 'dist/cli');

await rm(TARGET, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: { main: 'src/cli/main.ts', worker: 'src/executor/worker.ts' },
  outdir: TARGET,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // ES modules first, of which only the parts that are used are taken.
  mainFields: ['module', 'main'],
  // CommonJS around WebAssembly, which looks for itself.
  external: ['mcl-wasm'],
  // CommonJS packages ask for modules of Node by `require`.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  // Not minified, so that whoever reports a defect reports names.
  sourcemap: true,
  metafile: true,
  logLevel: 'warning',
});
await writeFile(join(TARGET, 'LICENSES.txt'), noticesOf(ROOT, metafile));
