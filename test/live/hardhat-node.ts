/** Hardhat's own node, as a process on a free port of this machine. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export interface HardhatNode {
  readonly url: string;
  stop(): Promise<void>;
}

/** @throws Error with what it printed, when it ends or has not started after a minute. */
export async function startHardhat(): Promise<HardhatNode> {
  const hardhat = createRequire(import.meta.url).resolve('hardhat/internal/cli/cli.js');
  const child = spawn(process.execPath, [hardhat, 'node', '--hostname', '127.0.0.1', '--port', '0'], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      HARDHAT_CONFIG: fileURLToPath(new URL('hardhat.config.cjs', import.meta.url)),
      HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`Hardhat's node ${why}: ${printed}`));
    const clock = setTimeout(() => fail('did not start'), 60_000);
    const look = (text: string) => {
      printed = `${printed}${text}`.slice(-10_000);
      const [, found] = /server at (http:\/\/127\.0\.0\.1:\d+)/.exec(printed) ?? [];
      if (found === undefined) return;
      clearTimeout(clock);
      resolve(found);
    };
    child.stdout.setEncoding('utf8').on('data', look);
    child.stderr.setEncoding('utf8').on('data', look);
    child.once('exit', () => {
      clearTimeout(clock);
      fail('ended');
    });
  });
  return {
    url,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
