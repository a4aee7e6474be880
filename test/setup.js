import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Compiles `dist` once before all suites: worker threads and the command line run from there. */
export default function setup() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc'], { cwd: root, stdio: 'inherit' });
}
