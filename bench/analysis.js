/**
 * What the analysis of a block costs beside its execution: `npm run bench:analysis [-- BLOCK…]`, on the corpus's
 * real blocks.
 *
 * One row a block: transactions, instructions that they execute (counted once, by @ethereumjs/evm), and in
 * milliseconds the analysis and the execution of the same transactions, one after the other on one thread, by
 * the executor with either form of the EVM; then what the analysis is of either, and the analysis in µs a
 * transaction and ns an instruction. None includes decoding. Runs alternate in one process, medians of `ROUNDS`
 * after two that do not count; what is kept from one analysis to the next is code, by its bytes, and hashes.
 * Says at the end for each form which blocks take longer to analyse than to execute.
 */
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { BlockRun, openBlock } from '../dist/executor/block-run.js';
import { TransactionRunner } from '../dist/executor/transaction-runner.js';
import { analyzeBlock, readInput, snapshotState } from '../dist/index.js';
import { CORPUS, readJson } from './corpus.js';
import { prepareRunBlock } from './run-block.ts';
import { median } from './statistics.ts';

const ROUNDS = 7;
const UNCOUNTED = 2;
const MANY = 100;

/** Instructions that a block executes. */
async function countInstructions(block, prestate, blockHashes) {
  const { evm, run } = await prepareRunBlock({ block, prestate, blockHashes });
  let count = 0;
  evm.events.on('step', (_, resume) => {
    count++;
    resume?.();
  });
  await run();
  return count;
}

const runners = new Map();

/** One runner for each hardfork and form, as an executor keeps it. */
async function runnerOf(input, engine) {
  const id = `${engine} ${input.hardfork}`;
  const runner = runners.get(id) ?? (await TransactionRunner.create(input, engine));
  runners.set(id, runner);
  runner.setBlock(input);
  return runner;
}

async function timeExecution(input, prestate, engine) {
  const runner = await runnerOf(input, engine);
  const run = new BlockRun(openBlock(input, snapshotState(prestate)), runner);
  const start = performance.now();
  for (const index of input.transactions.keys()) run.commit(await runner.run(index, run.current), null);
  return performance.now() - start;
}

function timeAnalysis(input, prestate) {
  const state = snapshotState(prestate);
  const start = performance.now();
  analyzeBlock(input, { state });
  return performance.now() - start;
}

const ENGINES = ['stock', 'tuned'];
const HEADS = [
  'block',
  'txs',
  'instructions',
  'analysis',
  'stock',
  'tuned',
  'of stock',
  'of tuned',
  'µs/tx',
  'ns/instr',
];

/** @param {readonly (string | number)[]} values */
function row(values) {
  return values.map((value, index) => String(value).padStart((HEADS[index] ?? '').length + 4)).join('');
}

/** @param {{ txs: number, instructions: number, analysis: number, stock: number, tuned: number }} one */
function numbersOf(one) {
  const { txs, instructions, analysis } = one;
  return [
    txs,
    instructions,
    analysis.toFixed(2),
    ...ENGINES.map((engine) => one[engine].toFixed(2)),
    ...ENGINES.map((engine) => (analysis / one[engine]).toFixed(3)),
    ((1e3 * analysis) / txs).toFixed(1),
    instructions === 0 ? '' : ((1e6 * analysis) / instructions).toFixed(0),
  ];
}

async function main() {
  if (!existsSync(CORPUS)) {
    console.error(`there is no corpus at ${CORPUS}`);
    process.exitCode = 2;
    return;
  }
  const wanted = process.argv.slice(2);
  const numbers = readdirSync(CORPUS)
    .filter((name) => /^[0-9]+$/.test(name) && (wanted.length === 0 || wanted.includes(name)))
    .sort((a, b) => Number(a) - Number(b));
  const blockHashes = readJson(`${CORPUS}/blockhashes.json`);
  const machine = `${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`;
  console.log(`${machine}, median of ${ROUNDS} rounds; milliseconds`);
  console.log(row(HEADS));
  const total = { txs: 0, instructions: 0, analysis: 0, stock: 0, tuned: 0 };
  const ratios = { stock: [], tuned: [] };
  const slower = { stock: [], tuned: [] };
  for (const number of numbers) {
    const json = readJson(`${CORPUS}/${number}/block.json.gz`);
    const prestate = readJson(`${CORPUS}/${number}/prestate.json.gz`);
    const input = readInput(json, { blockHashes });
    const instructions = await countInstructions(json, prestate, blockHashes);
    const times = { analysis: [], stock: [], tuned: [] };
    for (let round = -UNCOUNTED; round < ROUNDS; round++) {
      const one = { analysis: timeAnalysis(input, prestate), stock: 0, tuned: 0 };
      for (const engine of ENGINES) one[engine] = await timeExecution(input, prestate, engine);
      if (round >= 0) for (const key of Object.keys(times)) times[key].push(one[key]);
    }
    const one = {
      txs: input.transactions.length,
      instructions,
      analysis: median(times.analysis),
      stock: median(times.stock),
      tuned: median(times.tuned),
    };
    for (const key of Object.keys(total)) total[key] += one[key];
    for (const engine of ENGINES) {
      const ratio = one.analysis / one[engine];
      if (one.txs >= MANY) ratios[engine].push(ratio);
      if (ratio > 1) slower[engine].push(number);
    }
    console.log(row([number, ...numbersOf(one)]));
  }
  console.log(row(['all', ...numbersOf(total)]));
  for (const engine of ENGINES) {
    const share = ratios[engine].length === 0 ? '–' : median(ratios[engine]).toFixed(3);
    const blocks = slower[engine].length === 0 ? 'none' : slower[engine].join(', ');
    console.log(
      `of ${engine} execution: ${share} (median over ${ratios[engine].length} blocks with at least ${MANY} transactions); longer to analyse than to execute: ${blocks}`,
    );
  }
}

await main();
