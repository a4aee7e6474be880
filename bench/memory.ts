/**
 * Whether a session's memory stays flat: `npm run bench:memory [-- OPTIONS]` executes many blocks, each with code
 * and accounts of its own, through one executor, and prints the heap in use (after a collection), the bytes of
 * array buffers, and the process's resident memory, workers included, as they are after each thousandth of it.
 *
 * Options: `--blocks N` (10,000), `--size N` transactions of a block (24), `--workers N` (2), `--json`.
 */

import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createExecutor, snapshotState } from '../dist/index.js';
import { describeMachine, machineText } from './machine.ts';
import { numberOf } from './options.ts';
import { markdownTable } from './table.ts';
import { createVariedBlocks } from './varied-blocks.ts';

interface Sample {
  readonly blocks: number;
  readonly heapMb: number;
  readonly buffersMb: number;
  readonly residentMb: number;
  readonly msPerBlock: number;
}

/** Samples of a run; the first one is after a tenth of the blocks, when everything is warm. */
const SAMPLES = 10;
const MB = 2 ** 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function measure(blocks: number, size: number, workers: number): Promise<Sample[]> {
  const blockAt = await createVariedBlocks(size);
  const executor = await createExecutor({ workers, engine: 'tuned' });
  const samples: Sample[] = [];
  let start = performance.now();
  for (let index = 1; index <= blocks; index++) {
    const { input, prestate } = blockAt(index);
    // Every other one on the workers, whether it is worth it or not.
    const mode = index % 2 === 0 ? 'parallel' : 'auto';
    const { execution } = await executor.executeBlock(input, { state: snapshotState(prestate), mode });
    if (execution.receipts.some(({ status }) => status !== 1)) throw new Error(`block ${index} failed`);
    if (index % Math.ceil(blocks / SAMPLES) !== 0 && index !== blocks) continue;
    const msPerBlock = (performance.now() - start) / Math.ceil(blocks / SAMPLES);
    collect();
    const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
    const sample = {
      blocks: index,
      heapMb: heapUsed / MB,
      buffersMb: arrayBuffers / MB,
      residentMb: rss / MB,
      msPerBlock,
    };
    samples.push(sample);
    process.stderr.write(`${rowOf(sample).join('  ')}\n`);
    start = performance.now();
  }
  await executor.close();
  return samples;
}

function rowOf({ blocks: done, heapMb, buffersMb, residentMb, msPerBlock }: Sample): string[] {
  return [
    String(done),
    heapMb.toFixed(1),
    buffersMb.toFixed(1),
    residentMb.toFixed(0),
    msPerBlock.toFixed(1),
  ];
}

const { values } = parseArgs({
  options: {
    blocks: { type: 'string', default: '10000' },
    size: { type: 'string', default: '24' },
    workers: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
  },
});
const [blocks, size, workers] = [
  numberOf('blocks', values.blocks),
  numberOf('size', values.size),
  numberOf('workers', values.workers),
];
const samples = await measure(blocks, size, workers);
if (values.json) {
  process.stdout.write(`${JSON.stringify({ machine: describeMachine(), blocks, size, workers, samples })}\n`);
} else {
  const rows = samples.map(rowOf);
  const heads = ['blocks', 'heap, MB', 'buffers, MB', 'resident, MB', 'ms a block'];
  process.stdout.write(
    `${machineText(describeMachine())}; ${size} transactions a block, ${workers} workers\n\n`,
  );
  process.stdout.write(`${markdownTable(heads, rows)}\n`);
}
