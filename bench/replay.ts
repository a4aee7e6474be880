/**
 * What wider machines would give: `npm run bench:replay [-- NAME… OPTIONS]`, on the blocks of `npm run bench`.
 *
 * The transactions of a block are timed one by one, on one thread, in the tuned form of the EVM (medians of
 * `--rounds`, 9); then the plan is replayed with these times for 1 to 32 workers. Speed-ups are over the same
 * transactions on one thread: analysis, decoding and commits are not in them. `--dispatch 0,5,30` says how long
 * the main thread is busy with each transaction, in microseconds. `--quick`, `--size`, `--json`, `--write` as in
 * `npm run bench`.
 */
import { bottomLevels } from '../dist/graph/list-schedule.js';
import { weigh } from '../dist/graph/weights.js';
import { planSchedule } from '../dist/index.js';
import type { BenchmarkBlock } from './blocks.ts';
import { isQuickBlock } from './groups.ts';
import { describeMachine, machineText } from './machine.ts';
import { readOptions } from './options.ts';
import { deriveBlock } from './own-contenders.ts';
import { measureTransactions } from './own-times.ts';
import { longestPath, replaySchedule } from './replay-schedule.ts';
import { type ReplayedBlock, replayMeans, replayTables, WIDTHS } from './replay-tables.ts';
import { writePerformance } from './table.ts';

interface ReplaySettings {
  readonly rounds: number;
  readonly isQuick: boolean;
  readonly dispatches: readonly number[];
}

async function replayBlock(
  { name, origin, files: read }: BenchmarkBlock,
  { rounds, isQuick, dispatches }: ReplaySettings,
): Promise<ReplayedBlock | null> {
  const files = await read();
  const transactions = files.block.transactions.length;
  if (isQuick && !isQuickBlock({ origin, transactions })) return null;
  const { graph, plan } = deriveBlock(files, 1);
  const costs = await measureTransactions(files, rounds);
  const { predecessors, successors } = graph;
  const urgency = bottomLevels(weigh(graph.gas).values, successors);
  const tasks = { urgency, costs, predecessors, successors };
  const totalMs = costs.reduce((sum, cost) => sum + cost, 0);
  const slowest = costs.reduce((worst, cost, index) => (cost > (costs[worst] ?? 0) ? index : worst), 0);
  const gas = graph.gas.reduce((sum, own) => sum + own, 0n);
  const speedup = (ms: number) => (ms === 0 ? 1 : totalMs / ms);
  return {
    name,
    origin,
    transactions,
    totalMs,
    slowest: { transaction: slowest, ms: costs[slowest] ?? 0 },
    bound: { gas: plan.speedup.bound, measured: speedup(longestPath(tasks)) },
    planned: WIDTHS.map((workers) => {
      const { makespan } = planSchedule(graph, { workers });
      return makespan === 0n ? 1 : Number(gas) / Number(makespan);
    }),
    variants: dispatches.map((dispatchUs) => ({
      dispatchUs,
      speedups: WIDTHS.map((workers) =>
        speedup(replaySchedule(tasks, { workers, dispatchCost: dispatchUs / 1e3 }).makespan),
      ),
    })),
  };
}

async function main(): Promise<void> {
  const options = readOptions({ rounds: 9, quickRounds: 3, own: { dispatch: '0,5,30' } });
  const { blocks, rounds, isQuick, format, isWritten, own } = options;
  const dispatches = (own.dispatch ?? '').split(',').map(Number);
  if (!dispatches.every((us) => us >= 0)) throw new RangeError('--dispatch is microseconds, one or several');
  const replayed: ReplayedBlock[] = [];
  for (const block of blocks) {
    const one = await replayBlock(block, { rounds, isQuick, dispatches });
    if (one === null) continue;
    replayed.push(one);
    process.stderr.write(`${one.name}: ${one.transactions} transactions replayed\n`);
  }
  const machine = describeMachine();
  const method = `each transaction's median of ${rounds} runs`;
  const text = `${machineText(machine)}; ${method}.\n\n${replayTables(replayed)}`;
  const document = {
    machine,
    rounds,
    method,
    widths: WIDTHS,
    blocks: replayed,
    means: replayMeans(replayed),
  };
  console.log(format === 'json' ? JSON.stringify(document, null, 1) : text);
  if (isWritten) writePerformance('replay', text);
}

await main();
