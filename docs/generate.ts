/** Writes the pages of the manual that are made from the program. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { apiReference } from './api-reference.ts';
import { commandPages } from './command-pages.ts';

const folder = new URL('commands/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) {
  rmSync(new URL(name, folder));
}
for (const [name, text] of commandPages()) {
  writeFileSync(new URL(name, folder), text);
}
writeFileSync(new URL('api.md', import.meta.url), apiReference());
