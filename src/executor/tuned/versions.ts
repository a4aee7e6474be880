/**
 * The versions of @ethereumjs that the tuned form was proved equal to; with others the stock form runs. The
 * command line's bundle holds those that it was built with (`cli/bundle.js`), and still goes by the installed ones.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const PROVED = '10.1.3';
const PACKAGES = ['@ethereumjs/common', '@ethereumjs/evm', '@ethereumjs/vm'] as const;

/** Why the tuned form must not be used with the installed packages, or `null`. */
export function reasonAgainstVersions(versionOf: (name: string) => string = installedVersion): string | null {
  const others = PACKAGES.filter((name) => versionOf(name) !== PROVED);
  if (others.length === 0) return null;
  const found = others.map((name) => `${name} is ${versionOf(name)}`).join(', ');
  return `it was proved equal to version ${PROVED} of @ethereumjs, but ${found}`;
}

/** From the package's own file, which its exports leave out. */
function installedVersion(name: string): string {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const path = join(folder, name, 'package.json');
    if (existsSync(path))
      return String((JSON.parse(readFileSync(path, 'utf8')) as { version?: unknown }).version);
  }
  return 'unknown';
}
