import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { nodeProgress, Progress, stageText } from '../../src/cli/progress.ts';

const ERASE = '\r\u001b[K';

function lineOn(terminal: { isTTY?: boolean; columns?: number }, quiet = false) {
  const written: string[] = [];
  let time = 0;
  const line = new Progress(
    { ...terminal, write: (text: string) => written.push(text) },
    { quiet, now: () => time },
  );
  lines.push(line);
  const at = (ms: number): void => {
    time = ms;
  };
  return { line, written, at };
}

const lines: Progress[] = [];
afterEach(() => {
  for (const line of lines.splice(0)) line.end();
  jest.useRealTimers();
});

describe('the line', () => {
  test('appears after a moment, is written over, and erased', () => {
    const { line, written, at } = lineOn({ isTTY: true });
    line.show('one');
    at(299);
    line.show('two');
    expect(written).toEqual([]);
    at(300);
    line.show('three');
    at(350);
    line.show('four');
    at(400);
    line.show('five');
    line.end();
    expect(written).toEqual([`${ERASE}three`, `${ERASE}five`, ERASE]);
    at(900);
    line.show('six');
    expect(written).toHaveLength(3);
  });

  test('appears while nothing happens, too', () => {
    jest.useFakeTimers();
    const { line, written, at } = lineOn({ isTTY: true });
    line.show('waiting');
    at(500);
    jest.advanceTimersByTime(500);
    expect(written).toEqual([`${ERASE}waiting`]);
  });

  test('of short work never appears', () => {
    const { line, written, at } = lineOn({ isTTY: true });
    line.show('quick');
    at(200);
    line.end();
    expect(written).toEqual([]);
  });

  test.each<[string, { isTTY?: boolean }, boolean]>([
    ['into a pipe', {}, false],
    ['with --quiet', { isTTY: true }, true],
  ])('is not written %s', (_, terminal, quiet) => {
    const { line, written, at } = lineOn(terminal, quiet);
    at(1000);
    line.show('text');
    line.end();
    expect(written).toEqual([]);
  });

  test('stays on one line of the terminal', () => {
    for (const [columns, width] of [
      [20, 19],
      [200, 79],
      [undefined, 79],
      [1, 1],
      [0, 79],
    ] as const) {
      const { line, written, at } = lineOn({ isTTY: true, ...(columns !== undefined && { columns }) });
      at(1000);
      line.show('x'.repeat(300));
      expect(written[0]?.length).toBe(ERASE.length + width);
    }
  });
});

describe('what it says', () => {
  test('of transactions', () => {
    expect(stageText({ stage: 'analysis', done: 512, total: 1414 })).toBe(
      'analysing: 512 of 1,414 transactions',
    );
    expect(stageText({ stage: 'execution', done: 1, total: 1 })).toBe('executing: 1 of 1 transaction');
  });

  test('of a node, whose words are cleaned', () => {
    const { line, written, at } = lineOn({ isTTY: true });
    const tell = nodeProgress(line);
    at(300);
    tell({ kind: 'request', calls: 9 });
    at(400);
    tell({ kind: 'loaded', accounts: 2, slots: 1200 });
    at(500);
    tell({ kind: 'retry', reason: 'busy\u001b[2J', waitMs: 1500 });
    expect(written).toEqual([
      `${ERASE}node: 1 request, 0 accounts, 0 slots`,
      `${ERASE}node: 1 request, 2 accounts, 1,200 slots`,
      `${ERASE}node: again in 2 seconds (busy[2J)`,
    ]);
  });
});

/** Runs the built program with a pseudo terminal for all streams; util-linux and BSD differ in its arguments. */
const SCRIPT = '/usr/bin/script';
const onTerminal = existsSync(SCRIPT) && process.platform === 'linux' ? test : test.skip;

onTerminal('nothing of it is left on a terminal, and colour is there', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const command = `node dist/cli.js examples/mixed-block/block.json --state examples/mixed-block/prestate.json`;
  const shown = execFileSync(SCRIPT, ['-qec', command, '/dev/null'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '', FORCE_COLOR: '', TERM: 'xterm' },
  });
  // What a terminal leaves of each line: what follows the last erasure.
  const left = shown.split('\n').map((one) => one.replace(/\r$/, '').split(ERASE).at(-1) ?? '');
  expect(left.filter((one) => /analysing|reading/.test(one))).toEqual([]);
  expect(shown).toContain('\u001b[1m');
});
