/**
 * What byte code made to exhaust the analyser costs: `npm run bench:hostile [-- NAME…]`, names in part.
 *
 * One row a program: status and reasons, how many keys and regions the answer holds, and milliseconds of
 * processor time and growth of the process's memory. Each program runs once in a process of its own, after the analysis of an
 * ordinary block has warmed the code up.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { analyzeBlock, analyzeTransaction, readInput, snapshotState } from '../dist/index.js';
import { inputOf, prestateOf, TARGET } from '../test/analysis/scene.ts';
import { HOSTILE_PROGRAMS, hostileScene } from '../test/generators/hostile.ts';

const EXAMPLE = new URL('../examples/mixed-block/', import.meta.url);
const LOADER = new URL('../examples/generator/typescript.js', import.meta.url).href;

/** @param {string} name */
function warmUp(name) {
  /** @param {string} file */
  const read = (file) => JSON.parse(readFileSync(new URL(file, EXAMPLE), 'utf8'));
  const input = readInput(read('block.json'));
  const state = snapshotState(read('prestate.json'));
  for (let round = 0; round < 2; round++) analyzeBlock(input, { state, unordered: round % 2 === 0 });
  return name;
}

/** @param {string} name */
function runOne(name) {
  const program = HOSTILE_PROGRAMS.find((one) => one.name === name);
  if (program === undefined) throw new Error(`no program is called ${name}`);
  const scene = hostileScene(program);
  const { block, chainId, hardfork, blockHashes, transactions } = inputOf(scene);
  const state = snapshotState(prestateOf(scene));
  /** @param {string} key */
  const isUnstable = (key) => program.isStorageUnknown && key.startsWith(TARGET) && key.length > 60;
  const before = process.resourceUsage().maxRSS;
  const start = process.cpuUsage();
  const derived = analyzeTransaction(transactions[0], {
    state,
    block,
    chainId,
    hardfork,
    blockHashes,
    isUnstable,
  });
  const used = process.cpuUsage(start);
  const elapsedMs = (used.user + used.system) / 1000;
  const grownMb = (process.resourceUsage().maxRSS - before) / 1024;
  const { keys, regions } = derived.accesses;
  const reasons = derived.reasons.map(({ code }) => code).join(' ');
  const answer = `${derived.status.padEnd(9)} ${reasons}`;
  const size = `${keys.size} keys ${regions.length} regions`;
  process.stdout.write(
    `${elapsedMs.toFixed(0).padStart(6)} ms ${grownMb.toFixed(0).padStart(5)} MB  ${name}: ${answer}, ${size}\n`,
  );
}

function main() {
  const [flag, ...names] = process.argv.slice(2);
  if (flag === '--one') {
    runOne(warmUp(names[0] ?? ''));
    return;
  }
  const wanted = process.argv.slice(2);
  for (const { name } of HOSTILE_PROGRAMS) {
    if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
    const args = ['--import', LOADER, fileURLToPath(import.meta.url), '--one', name];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    process.stdout.write(status === 0 ? stdout : `${name}: failed\n${stderr}`);
  }
}

main();
