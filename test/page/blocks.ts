/** Blocks as a page has them. */
import { readFileSync } from 'node:fs';
import { analyzeBlock } from '../../src/analysis/block.ts';
import type { BlockAnalysis } from '../../src/analysis/result.ts';
import { buildConflictGraph } from '../../src/graph/build.ts';
import { planSchedule } from '../../src/graph/plan.ts';
import type { Transaction } from '../../src/input/block.ts';
import { readInput } from '../../src/input/read.ts';
import { pageData } from '../../src/output/page-data.ts';
import { type Block, blockOf } from '../../src/page/block.ts';
import { type Outcome, outcomeOf } from '../../src/page/outcome.ts';
import type { Findings } from '../../src/report/document.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { analysis as handMade } from '../report/hand-made.ts';

const FOLDER = new URL('../../examples/mixed-block/', import.meta.url);

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
}

export function findingsOf(analysis: BlockAnalysis, workers = 4): Findings {
  const graph = buildConflictGraph(analysis);
  return { analysis, graph, plan: planSchedule(graph, { workers }), execution: null };
}

/** The example block. */
export function exampleFindings(): Findings {
  const input = readInput(read('block.json'));
  return findingsOf(analyzeBlock(input, { state: snapshotState(read('prestate.json')) }));
}

/** An analysis whose input was left empty, with some transaction for each of its sets. */
export function withTransactions(analysis: BlockAnalysis): BlockAnalysis {
  const [some] = handMade.input.transactions;
  const transactions = analysis.transactions.map(() => some as Transaction);
  return { ...analysis, input: { ...analysis.input, transactions } };
}

/** As a page has it, once it has gone through JSON. */
export function pageBlock(findings: Findings): Block {
  return blockOf(JSON.parse(JSON.stringify(pageData(findings))));
}

export function originalOf(block: Block, workers = block.data.workers): Outcome {
  return outcomeOf(block.conflicts, [], { workers, granularity: block.data.granularity });
}
