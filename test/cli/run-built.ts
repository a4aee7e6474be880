/** The built program as a process of its own, or as many runs in one process, which is many times as fast. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const inTurn = fileURLToPath(new URL('one-process.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function runBuilt(args: readonly string[], stdin?: string | Uint8Array): Promise<Finished> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [cli, ...args],
      { maxBuffer: 2 ** 28, env: { ...process.env, NODE_OPTIONS: '' } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
    child.stdin?.on('error', () => undefined).end(stdin);
  });
}

/** Runs one after the other, with no standard input; where and how the process is started, as `execFile` takes it. */
export function runBuiltInTurn(
  lists: readonly (readonly string[])[],
  { cwd, execArgv = [] }: { readonly cwd: string; readonly execArgv?: readonly string[] },
): Promise<readonly Finished[]> {
  return new Promise((resolve, reject) => {
    const options = { cwd, maxBuffer: 2 ** 28, env: { ...process.env, NODE_OPTIONS: '' } };
    const child = execFile(process.execPath, [...execArgv, inTurn], options, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(new Error(`the runs ended before the last one: ${stderr}`, { cause: error }));
    });
    child.stdin?.end(JSON.stringify(lists));
  });
}
