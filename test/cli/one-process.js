/**
 * Runs the built program once for each list of arguments, one after the other in this one process: its entry is
 * evaluated anew each time, and a run has ended when nothing is left to wait for. Takes the lists as JSON on standard
 * input, and prints what the runs came to as a JSON array of `{ code, stdout, stderr }`.
 */
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const cli = new URL('../../dist/cli.js', import.meta.url);
const entry = new URL('../../dist/cli/main.js', import.meta.url);
const print = process.stdout.write.bind(process.stdout);
// Each run listens for errors.
for (const emitter of [process, process.stdout, process.stderr]) emitter.setMaxListeners(0);

const lists = JSON.parse(await text(process.stdin));
const finished = [];
let printed = null;

function next() {
  if (printed !== null) finished.push({ code: process.exitCode ?? 0, ...printed });
  const args = lists[finished.length];
  process.exitCode = undefined;
  printed = null;
  if (args === undefined) {
    process.off('beforeExit', next);
    print(JSON.stringify(finished));
    return;
  }
  printed = { stdout: '', stderr: '' };
  process.stdout.write = written('stdout', printed);
  process.stderr.write = written('stderr', printed);
  process.argv = [process.execPath, fileURLToPath(cli), ...args];
  import(`${entry.href}?run=${finished.length}`);
}

function written(name, into) {
  return (chunk) => {
    into[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return true;
  };
}

process.on('beforeExit', next);
