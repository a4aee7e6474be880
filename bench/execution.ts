/**
 * How fast blocks are executed: `npm run bench [-- NAME… OPTIONS]`, on the corpus's real blocks, where it is
 * there, and on synthetic ones. Names are block numbers, kinds of synthetic blocks, `mainnet`, `synthetic`.
 *
 * The whole job is timed (decode, recover senders, analyse, execute, receipts root): by `runBlock` of
 * @ethereumjs/vm on a MerkleStateManager, as it comes, and helped by this executor's crypto and by caches; by
 * this executor with one worker and no analysis to do, with one, and with N, each in both forms of the EVM, and
 * with the state root; and synthetic blocks by EDR, where it is installed (`edr.ts`). All run in turn in one
 * process; medians of `--rounds` (5) after one round that does not count.
 *
 * Options: `--workers N` (2), `--rounds N`, `--size N` transactions of a synthetic block (200), `--mode parallel`
 * to use the workers even where they are not worth it, `--quick` for two rounds without small blocks, `--json`,
 * `--write` to put the tables into `docs/performance.md`.
 */
import { type BenchmarkBlock, selectBlocks } from './blocks.ts';
import { alternate, type Contender } from './contender.ts';
import { edrContender, INSTALL_EDR } from './edr.ts';
import { executionTables, type MeasuredBlock, meansOf } from './execution-tables.ts';
import { isQuickBlock } from './groups.ts';
import { describeMachine, machineText } from './machine.ts';
import { numberOf, readOptions } from './options.ts';
import { deriveBlock, startOwnContenders } from './own-contenders.ts';
import { runBlockContender } from './run-block.ts';
import { writePerformance } from './table.ts';

async function measureBlock(
  { name, origin, files: read }: BenchmarkBlock,
  contenders: readonly Contender[],
  {
    rounds,
    workers,
    isQuick,
  }: { readonly rounds: number; readonly workers: number; readonly isQuick: boolean },
): Promise<MeasuredBlock | null> {
  const files = await read();
  const transactions = files.block.transactions.length;
  if (isQuick && !isQuickBlock({ origin, transactions })) return null;
  const { plan, graph } = deriveBlock(files, workers);
  const results = await alternate(contenders, files, rounds);
  const total = graph.gas.reduce((sum, gas) => sum + gas, 0n);
  return {
    name,
    origin,
    transactions,
    gas: Number(files.block.gasUsed),
    bound: plan.speedup.bound,
    boundOnWorkers: total === 0n ? 1 : Number(total) / Number(plan.makespan),
    results,
  };
}

async function main(): Promise<void> {
  const options = readOptions({ rounds: 5, quickRounds: 2, own: { workers: '2', mode: 'auto' } });
  const { blocks, rounds, isQuick, format, isWritten, own } = options;
  const workers = numberOf('workers', own.workers);
  if (own.mode !== 'auto' && own.mode !== 'parallel') throw new RangeError('--mode is auto or parallel');
  const mine = await startOwnContenders(workers, own.mode);
  const contenders = [
    runBlockContender('runBlock', 'plain'),
    runBlockContender('runBlock, helped', 'helped'),
    ...mine.contenders,
  ];
  const edr = await edrContender();
  if (edr === null) process.stderr.write(`EDR is not installed, and left out: ${INSTALL_EDR}\n`);
  const measured: MeasuredBlock[] = [];
  try {
    // The first block measured would pay for compiling the code of all.
    for (const { files } of selectBlocks(['mixed'], 60)) await alternate(contenders, await files(), 2);
    for (const block of blocks) {
      const all = edr === null || block.origin === 'mainnet' ? contenders : [...contenders, edr];
      const one = await measureBlock(block, all, { rounds, workers, isQuick });
      if (one === null) continue;
      measured.push(one);
      process.stderr.write(`${one.name}: ${one.transactions} transactions measured\n`);
    }
  } finally {
    await mine.close();
  }
  const machine = describeMachine();
  const method = `median of ${rounds} alternating rounds after one that does not count (± half the distance of the quartiles), ${workers} workers, mode ${own.mode}`;
  const text = `${machineText(machine)}; ${method}.\n\n${executionTables(measured, workers)}`;
  const document = {
    machine,
    rounds,
    workers,
    mode: own.mode,
    method,
    blocks: measured,
    means: meansOf(measured),
  };
  console.log(format === 'json' ? JSON.stringify(document, null, 1) : text);
  if (isWritten) writePerformance('execution', text);
}

await main();
