/**
 * What a transaction costs beside its analysis and its execution: `npm run bench:decode [-- NAME… OPTIONS]`, in
 * microseconds a transaction. Names are block numbers, kinds of synthetic blocks, `mainnet`, `synthetic`.
 *
 * Before: reading the pre-state; reading the block, as `decode` (checks, hashes), `recover` (signers) and both
 * as `read`, on one thread; the same by an executor with N workers; and by `createBlockFromRPC` of
 * @ethereumjs/block with the same crypto. After: the state difference, and the receipts with their root. All run
 * in turn; the least of `--rounds` (15) after two that do not count, as everything here is short and other work
 * of the machine only adds to it.
 *
 * Options: `--workers N` (2), `--rounds N`, `--size N` transactions of a synthetic block (200), `--quick`, `--json`.
 */
import { closeBlock } from '../dist/executor/block-end.js';
import { BlockRun, openBlock } from '../dist/executor/block-run.js';
import { blockResult } from '../dist/executor/outcome.js';
import { TransactionRunner } from '../dist/executor/transaction-runner.js';
import { createExecutor, type Executor, snapshotState } from '../dist/index.js';
import { completeInput, decodeInput } from '../dist/input/read.js';
import { recoverBatch } from '../dist/input/signature-batch.js';
import type { BlockFiles } from './blocks.ts';
import { describeMachine, machineText } from './machine.ts';
import { numberOf, readOptions } from './options.ts';
import { readFiles } from './own-contenders.ts';
import { readByPeer } from './run-block.ts';
import { markdownTable } from './table.ts';

const UNCOUNTED = 2;

const PARTS = ['state', 'decode', 'recover', 'read', 'read by N', 'peer', 'diff', 'receipts'] as const;

type Part = (typeof PARTS)[number];

/** Milliseconds of one round. */
type Times = Record<Part, number>;

/** A block that was executed, to be closed again and again. */
async function executed(files: BlockFiles): Promise<() => Promise<Pick<Times, 'diff' | 'receipts'>>> {
  const input = readFiles(files);
  const runner = await TransactionRunner.create(input, 'tuned');
  runner.setBlock(input);
  const block = openBlock(input, snapshotState(files.prestate));
  const run = new BlockRun(block, runner);
  for (const index of input.transactions.keys()) run.commit(await runner.run(index, run.current), null);
  const results = run.results.flatMap((result) => (result === undefined ? [] : [result]));
  return async () => {
    const again = run.prefix(new BlockRun(block, runner));
    const start = performance.now();
    const end = await closeBlock(block, again);
    const closed = performance.now();
    const { receiptsRoot } = blockResult(input, results, end);
    const receipts = performance.now() - closed;
    if ((input.block?.receiptsRoot ?? receiptsRoot) !== receiptsRoot && receiptsRoot !== null) {
      throw new Error('a wrong receipts root');
    }
    return { diff: closed - start, receipts };
  };
}

function timeReading({ block, blockHashes }: BlockFiles): Pick<Times, 'decode' | 'recover' | 'read'> {
  const start = performance.now();
  const batches: Uint8Array[] = [];
  const decoding = decodeInput(block, { blockHashes });
  let step = decoding.next();
  for (; step.done !== true; step = decoding.next()) batches.push(step.value);
  const decoded = performance.now();
  const answers = batches.map(recoverBatch);
  const recovered = performance.now();
  completeInput(step.value, answers);
  const read = performance.now() - start;
  const recover = recovered - decoded;
  return { decode: read - recover, recover, read };
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function measure(files: BlockFiles, executor: Executor, rounds: number): Promise<Times> {
  const close = await executed(files);
  const least = Object.fromEntries(PARTS.map((part) => [part, Infinity])) as Times;
  for (let round = -UNCOUNTED; round < rounds; round++) {
    const times: Times = {
      state: await timed(() => snapshotState(files.prestate)),
      ...timeReading(files),
      'read by N': await timed(() => executor.readInput(files.block, { blockHashes: files.blockHashes })),
      peer: await timed(() => readByPeer(files, 'helped')),
      ...(await close()),
    };
    if (round >= 0) for (const part of PARTS) least[part] = Math.min(least[part], times[part]);
  }
  return least;
}

async function main(): Promise<void> {
  const { blocks, rounds, format, own } = readOptions({ rounds: 15, quickRounds: 5, own: { workers: '2' } });
  const workers = numberOf('workers', own.workers);
  const executor = await createExecutor({ workers });
  const rows: { readonly block: string; readonly transactions: number; readonly us: Times }[] = [];
  try {
    for (const { name, files: read } of blocks) {
      const files = await read();
      const transactions = files.block.transactions.length;
      if (transactions === 0) continue;
      const times = await measure(files, executor, rounds);
      const us = Object.fromEntries(
        PARTS.map((part) => [part, (1000 * times[part]) / transactions]),
      ) as Times;
      rows.push({ block: name, transactions, us });
      process.stderr.write(`${name}: ${transactions} transactions measured\n`);
    }
  } finally {
    await executor.close();
  }
  const machine = describeMachine();
  const heads = [
    'block',
    'txs',
    ...PARTS.map((part) => (part === 'read by N' ? `read by ${workers}` : part)),
  ];
  const table = markdownTable(
    heads,
    rows.map(({ block, transactions, us }) => [
      block,
      String(transactions),
      ...PARTS.map((part) => us[part].toFixed(1)),
    ]),
  );
  const text = `${machineText(machine)}; microseconds a transaction, least of ${rounds} rounds.\n\n${table}`;
  console.log(format === 'json' ? JSON.stringify({ machine, rounds, workers, rows }, null, 1) : text);
}

await main();
