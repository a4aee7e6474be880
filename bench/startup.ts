/**
 * How long the command line takes from a cold start: `npm run bench:startup [-- --rounds N] [--write]`, in
 * milliseconds of whole processes, beside one that does nothing. All run in turn; `--rounds` of them count (20).
 * The one-transaction analyses are of the call with the longest data in `examples/mixed-block`.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { describeMachine, machineText } from './machine.ts';
import { median, spreadOf } from './statistics.ts';
import { markdownTable, writePerformance } from './table.ts';

const run = promisify(execFile);
const example = (name: string) => fileURLToPath(new URL(`../examples/mixed-block/${name}`, import.meta.url));
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, write: { type: 'boolean', default: false } },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--rounds: expected a number of rounds');

const folder = mkdtempSync(join(tmpdir(), 'pevm-analyze-'));
try {
  const transaction = join(folder, 'tx.json');
  writeFileSync(transaction, JSON.stringify(longestCall()));
  const state = ['--state', example('prestate.json')];
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['node, doing nothing', ['-e', '0']],
    ['`--version`', [cli, '--version']],
    ['`--help`', [cli, '--help']],
    ['one transaction, no state', [cli, transaction, '--quiet']],
    ['one transaction with the state of a block', [cli, transaction, ...state]],
    ['a block of 240 transactions, executed', [cli, 'execute', example('block.json'), ...state]],
  ];
  const times = cases.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [index, [, args]] of cases.entries()) {
      const start = performance.now();
      await run(process.execPath, args, { maxBuffer: 2 ** 26 });
      // The first round brings the files into memory.
      if (round >= 0) times[index]?.push(performance.now() - start);
    }
  }
  const rows = cases.map(([name], index) => {
    const own = times[index] ?? [];
    const { least, low, high } = spreadOf(own);
    return [name, ...[median(own), least, low, high].map((value) => value.toFixed(0))];
  });
  const table = markdownTable(['milliseconds', 'median', 'least', 'first quartile', 'third quartile'], rows);
  const text = `${table}\n\n${rounds} rounds, ${machineText(describeMachine())}.`;
  console.log(text);
  if (values.write) writePerformance('startup', text);
} finally {
  rmSync(folder, { recursive: true });
}

function longestCall(): unknown {
  const {
    transactions,
  }: { transactions: readonly { readonly input: string; readonly to: string | null }[] } = JSON.parse(
    readFileSync(example('block.json'), 'utf8'),
  );
  const calls = transactions.filter(({ to }) => to !== null);
  return calls.reduce((longest, call) => (call.input.length > longest.input.length ? call : longest));
}
