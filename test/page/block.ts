/** The example block, as a page of it. */
import { readFileSync } from 'node:fs';
import { analyzeBlock } from '../../src/analysis/block.ts';
import { buildConflictGraph } from '../../src/graph/build.ts';
import { planSchedule } from '../../src/graph/plan.ts';
import { readInput } from '../../src/input/read.ts';
import type { Findings } from '../../src/report/document.ts';
import { snapshotState } from '../../src/state/prestate.ts';

const FOLDER = new URL('../../examples/mixed-block/', import.meta.url);

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
}

export function exampleFindings(): Findings {
  const input = readInput(read('block.json'));
  const analysis = analyzeBlock(input, { state: snapshotState(read('prestate.json')) });
  const graph = buildConflictGraph(analysis);
  return { analysis, graph, plan: planSchedule(graph, { workers: 4 }), execution: null };
}
