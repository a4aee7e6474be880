/**
 * How fast blocks are executed: `npm run bench [-- BLOCK…]`, on the corpus's real blocks.
 *
 * One row a block, in milliseconds: the whole job (decode, recover senders, analyse, execute, receipts root) by
 * `runBlock` of @ethereumjs/vm on a MerkleStateManager, as it comes (with a stand-in for KZG proofs, which it
 * needs and does not ship), and by this executor with one worker and with two; and how often as fast the two
 * are. Then transactions alone, one after the other on one thread: by the stock form of the EVM and by the
 * tuned one. Runs alternate, medians of `ROUNDS` after a first one that does not count; with `--quick`, blocks
 * with fewer than 100 transactions are left out and two rounds do.
 */
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { BlockRun, openBlock } from '../dist/executor/block-run.js';
import { TransactionRunner } from '../dist/executor/transaction-runner.js';
import { createExecutor, readInput, snapshotState } from '../dist/index.js';
import { CORPUS, median, readJson } from './corpus.js';
import { prepareRunBlock } from './run-block.js';

const MANY = 100;

/** @param {readonly number[]} values */
function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** The peer: from the block's JSON to its results. */
async function timePeer({ block: json, prestate }, blockHashes) {
  const { run } = await prepareRunBlock(json, prestate, blockHashes);
  const start = performance.now();
  const { gasUsed } = await run();
  const elapsed = performance.now() - start;
  if (gasUsed !== BigInt(json.gasUsed)) throw new Error(`runBlock: ${gasUsed} gas in block ${json.number}`);
  return elapsed;
}

async function timeOwn(executor, { block, prestate }, blockHashes) {
  const state = snapshotState(prestate);
  const start = performance.now();
  const input = readInput(block, { blockHashes });
  const { execution } = await executor.executeBlock(input, { state });
  const elapsed = performance.now() - start;
  if (execution.verified.header !== true || execution.escapes.length > 0) throw new Error('a wrong result');
  return { elapsed, timings: execution.timings, mode: execution.mode };
}

/** All transactions of a block by one form of the EVM. */
async function timeEngine(kind, { block, prestate }, blockHashes) {
  const input = readInput(block, { blockHashes });
  const runner = await runnerOf(kind, input);
  const run = new BlockRun(openBlock(input, snapshotState(prestate)), runner);
  const start = performance.now();
  for (const index of input.transactions.keys()) run.commit(await runner.run(index, run.current), null);
  return performance.now() - start;
}

const runners = new Map();

async function runnerOf(kind, input) {
  const name = `${kind} ${input.hardfork}`;
  const runner = runners.get(name) ?? (await TransactionRunner.create(input, kind));
  runners.set(name, runner);
  runner.setBlock(input);
  return runner;
}

function cells(values) {
  return values.map((value, index) => String(value).padStart(index === 0 ? 9 : 10)).join('');
}

async function main() {
  if (!existsSync(CORPUS)) {
    console.error(`there is no corpus at ${CORPUS}`);
    process.exitCode = 2;
    return;
  }
  const isQuick = process.argv.includes('--quick');
  const rounds = isQuick ? 2 : 5;
  const wanted = process.argv.slice(2).filter((argument) => /^[0-9]+$/.test(argument));
  const numbers = readdirSync(CORPUS)
    .filter((name) => /^[0-9]+$/.test(name) && (wanted.length === 0 || wanted.includes(name)))
    .sort((a, b) => Number(a) - Number(b));
  const blockHashes = readJson(`${CORPUS}/blockhashes.json`);
  console.log(
    `${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}, ${rounds} rounds`,
  );
  console.log(
    cells([
      'block',
      'txs',
      'runBlock',
      '1 worker',
      '2 workers',
      'analysis',
      'x 1',
      'x 2',
      'stock',
      'tuned',
      'x',
    ]),
  );
  const one = await createExecutor({ workers: 1, engine: 'tuned' });
  const two = await createExecutor({ workers: 2, engine: 'tuned' });
  const ratios = { one: [], two: [], forms: [], workers: [] };
  for (const number of numbers) {
    const block = readJson(`${CORPUS}/${number}/block.json.gz`);
    const isLarge = block.transactions.length >= MANY;
    if (isQuick && !isLarge) continue;
    const files = { block, prestate: readJson(`${CORPUS}/${number}/prestate.json.gz`) };
    const times = { peer: [], one: [], two: [], analysis: [], stock: [], tuned: [] };
    for (let round = -1; round < rounds; round++) {
      const peer = await timePeer(files, blockHashes);
      const alone = await timeOwn(one, files, blockHashes);
      const both = await timeOwn(two, files, blockHashes);
      const stock = await timeEngine('stock', files, blockHashes);
      const tuned = await timeEngine('tuned', files, blockHashes);
      if (round < 0) continue;
      times.peer.push(peer);
      times.one.push(alone.elapsed);
      times.two.push(both.elapsed);
      times.analysis.push(alone.timings.analysis);
      times.stock.push(stock);
      times.tuned.push(tuned);
    }
    const [peer, alone, both, analysis, stock, tuned] = Object.values(times).map(median);
    if (isLarge) {
      ratios.one.push(peer / alone);
      ratios.two.push(peer / both);
      ratios.workers.push(alone / both);
      ratios.forms.push(stock / tuned);
    }
    const rounded = [peer, alone, both, analysis].map((value) => value.toFixed(0));
    const factors = [peer / alone, peer / both].map((value) => value.toFixed(2));
    const forms = [stock.toFixed(0), tuned.toFixed(0), (stock / tuned).toFixed(2)];
    console.log(cells([number, block.transactions.length, ...rounded, ...factors, ...forms]));
  }
  await one.close();
  await two.close();
  if (ratios.one.length === 0) return;
  console.log(`blocks with at least ${MANY} transactions, geometric means (least):`);
  const lines = [
    ['whole job, one worker against runBlock', ratios.one],
    ['whole job, two workers against runBlock', ratios.two],
    ['whole job, two workers against one', ratios.workers],
    ['transactions alone, tuned form against stock form', ratios.forms],
  ];
  for (const [name, values] of lines) {
    console.log(`  ${name}: ${geometricMean(values).toFixed(2)} (${Math.min(...values).toFixed(2)})`);
  }
}

await main();
