import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPT = '/usr/bin/script';
const ESCAPE = '\u001b[';

const COMMAND = ['dist/cli.js', 'examples/mixed-block/block.json', '--quiet'];

function isColored(
  where: 'pipe' | 'terminal',
  environment: Record<string, string>,
  ...options: string[]
): boolean {
  const args = [...COMMAND, ...options];
  const [file, given] =
    where === 'pipe'
      ? [process.execPath, args]
      : [SCRIPT, ['-qec', [process.execPath, ...args].join(' '), '/dev/null']];
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...rest } = process.env;
  const env = { ...rest, NODE_OPTIONS: '', TERM: 'xterm', ...environment };
  return execFileSync(file, given, { cwd: root, encoding: 'utf8', env }).includes(ESCAPE);
}

describe('into a pipe', () => {
  test('there is no colour, not in a CI either, unless it is forced', () => {
    expect(isColored('pipe', {})).toBe(false);
    expect(isColored('pipe', { CI: 'true' })).toBe(false);
    expect(isColored('pipe', { FORCE_COLOR: '1' })).toBe(true);
    expect(isColored('pipe', { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
    expect(isColored('pipe', { FORCE_COLOR: '1' }, '--no-color')).toBe(false);
  });
});

/** The command `script` of util-linux makes a pseudo terminal. */
const onTerminal = existsSync(SCRIPT) && process.platform === 'linux' ? describe : describe.skip;

onTerminal('on a terminal', () => {
  test('there is colour, unless it is not wanted or not understood', () => {
    expect(isColored('terminal', {})).toBe(true);
    expect(isColored('terminal', { NO_COLOR: '1' })).toBe(false);
    expect(isColored('terminal', { TERM: 'dumb' })).toBe(false);
    expect(isColored('terminal', {}, '--no-color')).toBe(false);
  });
});
