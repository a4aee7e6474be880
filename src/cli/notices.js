/** The packages that a bundle holds parts of, with their licences, as these ask for it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A module's package: what follows the last `node_modules/`, which may be a name with a scope. */
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;
const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i;

/**
 * @param {string} root - The folder that the paths in `metafile` begin at.
 * @param {import('esbuild').Metafile} metafile
 * @returns {string} For people, by the packages' names.
 * @throws if a package has no licence.
 */
export function noticesOf(root, { outputs }) {
  const modules = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(modules.flatMap((path) => path.match(PACKAGE) ?? []));
  const packages = [...folders].map((folder) => packageIn(join(root, folder)));
  const texts = new Set(packages.map(({ text }) => text));
  return [...texts]
    .map((text) => {
      const titles = packages.filter((one) => one.text === text).map(({ title }) => title);
      return [...new Set(titles)].sort().concat('', text, '').join('\n');
    })
    .sort()
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function packageIn(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { name, version, license, repository } = manifest;
  if (typeof license !== 'string') throw new Error(`${name} names no licence`);
  const source = typeof repository === 'string' ? repository : repository?.url;
  const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file));
  return {
    title: `${name} ${version}, ${license}, ${source}`,
    text: files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n'),
  };
}
