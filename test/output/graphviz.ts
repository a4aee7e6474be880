/** Graphviz as a judge of what is written; suites that need it say so where it is missing, and are left out. */
import { execFileSync } from 'node:child_process';
import { describe, test } from '@jest/globals';

function hasGraphviz(): boolean {
  try {
    execFileSync('dot', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A suite that runs `dot`. */
export function describeGraphviz(name: string, suite: () => void): void {
  if (hasGraphviz()) {
    describe(name, suite);
    return;
  }
  process.stdout.write(`${name}: left out, there is no Graphviz (dot)\n`);
  describe(name, () => {
    test.skip('left out: no Graphviz (dot)', () => {});
  });
}

/** What `dot` makes of a graph; throws, with what it says, when it warns or fails. */
export function dot(graph: string, ...args: readonly string[]): string {
  // Warnings go to standard error, which must stay empty.
  const shell = [
    '-c',
    'out=$(dot "$@" 2>&1 >&3) 3>&1; test -z "$out" || { echo "$out" >&2; exit 1; }',
    'dot',
  ];
  return execFileSync('sh', [...shell, ...args], { input: graph, encoding: 'utf8', maxBuffer: 2 ** 28 });
}
