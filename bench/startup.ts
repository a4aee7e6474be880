/**
 * How long the command line takes from a cold start: `npm run bench:startup [-- --rounds N] [--against CLI]
 * [--write]`, in milliseconds of whole processes, beside one that does nothing. All run in turn; `--rounds` of
 * them count (20). The one-transaction analyses are of the call with the longest data in `examples/mixed-block`.
 * `--against` names the `dist/cli.js` of another build, whose runs alternate with those of this one.
 *
 * The exit code is 1 where a median misses its goal.
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
  options: {
    rounds: { type: 'string', default: '20' },
    against: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--rounds: expected a number of rounds');

interface Case {
  readonly name: string;
  /** What the median has to stay below, in milliseconds. */
  readonly goal: number | null;
  /** The program that is timed is put before them; `null`: Node alone. */
  readonly args: readonly string[] | null;
}

const folder = mkdtempSync(join(tmpdir(), 'pevm-analyze-'));
try {
  const transaction = join(folder, 'tx.json');
  writeFileSync(transaction, JSON.stringify(longestCall()));
  const state = ['--state', example('prestate.json')];
  const executed = ['execute', example('block.json'), ...state];
  const cases: readonly Case[] = [
    { name: 'node, doing nothing', goal: null, args: null },
    { name: '`--version`', goal: 150, args: ['--version'] },
    { name: '`--help`', goal: 150, args: ['--help'] },
    { name: 'one transaction, no state', goal: 500, args: [transaction, '--quiet'] },
    { name: 'one transaction with the state of a block', goal: 500, args: [transaction, ...state] },
    { name: 'a block of 240 transactions, executed', goal: null, args: executed },
  ];
  const times = cases.map((): number[] => []);
  const othersTimes = cases.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [index, { args }] of cases.entries()) {
      const own = await time(args, cli);
      const others = values.against === undefined ? null : await time(args, values.against);
      // The first round brings the files into memory.
      if (round < 0) continue;
      times[index]?.push(own);
      if (others !== null) othersTimes[index]?.push(others);
    }
  }
  const rows = cases.map(({ name, goal }, index) => {
    const own = times[index] ?? [];
    const others = othersTimes[index] ?? [];
    const { least, low, high } = spreadOf(own);
    const compared = others.length === 0 ? [] : [median(others).toFixed(0), ratioOf(own, others)];
    const spread = [median(own), least, low, high].map((value) => value.toFixed(0));
    return [name, goal === null ? '' : `< ${goal}`, ...spread, ...compared];
  });
  const heads = ['milliseconds', 'goal', 'median', 'least', 'first quartile', 'third quartile'];
  const table = markdownTable(values.against === undefined ? heads : [...heads, 'other', 'ratio'], rows);
  const text = `${table}\n\n${rounds} rounds, ${machineText(describeMachine())}.`;
  console.log(text);
  if (values.write) writePerformance('startup', text);
  const isMissed = cases.some(({ goal }, index) => goal !== null && median(times[index] ?? []) >= goal);
  process.exitCode = isMissed ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}

async function time(args: Case['args'], program: string): Promise<number> {
  const start = performance.now();
  await run(process.execPath, args === null ? ['-e', '0'] : [program, ...args], { maxBuffer: 2 ** 26 });
  return performance.now() - start;
}

/** Of the medians. */
function ratioOf(own: readonly number[], others: readonly number[]): string {
  return (median(own) / median(others)).toFixed(2);
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
