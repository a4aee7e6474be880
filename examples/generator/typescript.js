/**
 * Lets Node run the TypeScript files of the examples without a build step:
 * `node --import ./examples/generator/typescript.js examples/mixed-block/generate.ts`.
 * Node from 22.18 on does this by itself.
 */
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { transform } from '@swc/core';

// Node evaluates this module twice: where it is imported, and in the thread that loads modules.
if (isMainThread) register(import.meta.url);

/** The module loading hook of Node. */
export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context);
  const { code } = await transform(await readFile(fileURLToPath(url), 'utf8'), {
    filename: fileURLToPath(url),
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  });
  return { format: 'module', source: code, shortCircuit: true };
}
