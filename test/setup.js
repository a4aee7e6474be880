import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Makes `dist` once before all suites: worker threads, command line and page are taken from there. */
export default function setup() {
  // What commands keep of the nodes of one test must not be found by another, nor in the user's folder.
  process.env.XDG_CACHE_HOME = '/dev/null';
  const root = fileURLToPath(new URL('..', import.meta.url));
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc'], { cwd: root, stdio: 'inherit' });
  for (const bundle of ['src/page/bundle.js', 'src/cli/bundle.js']) {
    execFileSync(process.execPath, [bundle], { cwd: root, stdio: 'inherit' });
  }
}
