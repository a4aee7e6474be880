import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { commandPages } from '../../docs/command-pages.ts';
import { commands } from '../../src/cli/program.ts';

const folder = new URL('../../docs/commands/', import.meta.url);
const pages = commandPages();

describe('the pages of the manual', () => {
  test('are up to date (npm run docs)', () => {
    const published = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]);
    expect(Object.fromEntries(published)).toEqual(Object.fromEntries(pages));
  });

  test.each(commands(new Command('pevm-analyze')).map(({ command }) => [command.name(), command] as const))(
    '%s: every option has its row, under a heading of its own kind',
    (name, command) => {
      const text = pages.get(`${name}.md`) ?? '';
      for (const { flags, description, helpGroupHeading } of command.options) {
        expect(text).toContain(`| \`${flags.replaceAll('|', '\\|')}\` | ${description}`);
        expect([flags, helpGroupHeading]).toEqual([flags, expect.stringMatching(/^[A-Z][a-z]+:$/)]);
      }
    },
  );
});
