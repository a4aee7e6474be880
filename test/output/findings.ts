/** Findings to write files of: made by hand, with hostile names, and graphs of given shapes. */
import { buildConflictGraph } from '../../src/graph/build.ts';
import type { Edge } from '../../src/graph/conflict-graph.ts';
import { planSchedule } from '../../src/graph/plan.ts';
import type { Names } from '../../src/names/names.ts';
import { createNames } from '../../src/names/names.ts';
import type { Findings } from '../../src/report/document.ts';
import { storageKey } from '../../src/state/key.ts';
import { A, analysisOf, type Draft } from '../graph/random-block.ts';
import { account, analysis, execution, graph, plan } from '../report/hand-made.ts';

/** Five transactions, one of each status, executed. */
export const handMade: Findings = { analysis, graph, plan, execution };

/** The same, not executed. */
export const analysed: Findings = { ...handMade, execution: null };

/** What has a meaning in one format or another, and what breaks lines. */
export const HOSTILE = [
  '"quoted" \'single\' `back`',
  'back\\slash \\N \\" trailing\\',
  '</title><script>alert(1)</script>',
  '&amp; &#65; #65; &quot;',
  ']]> --> end %% {a} [b] (c) |d|',
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  'a,b;c\r\nd',
  'nul\u0000 bell\u0007 escape\u001b[31m lone\ud800',
  '日本語 🚀 العربية',
] as const;

/** The same as `handMade`, with everything named so. */
export function named(text: string): Findings {
  const plain = createNames(analysis);
  const names: Names = {
    ...plain,
    contract: () => text,
    function: () => text,
    call: () => ({ selector: null, signature: null, text }),
    account: () => text,
    key: (key) => ({ ...plain.key(key), text }),
    meeting: () => text,
    region: () => text,
  };
  return { ...handMade, names };
}

/** So many transactions with exactly these edges: each is on a key of its own. */
export function shaped(count: number, edges: readonly Pick<Edge, 'from' | 'to'>[]): Findings {
  const drafts = Array.from({ length: count }, (): Draft & { keys: Record<string, 'write'> } => ({
    gas: 21_000n,
    keys: {},
  }));
  for (const [at, { from, to }] of edges.entries()) {
    for (const end of [from, to]) {
      const keys = drafts[end]?.keys;
      if (keys !== undefined) keys[storageKey(A, BigInt(at))] = 'write';
    }
  }
  const plainAnalysis = analysisOf(drafts);
  const first = analysis.input.transactions[0];
  if (first === undefined) throw new Error('the block made by hand is empty');
  const transactions = drafts.map((_, index) => ({ ...first, from: account(index) }));
  const shapedAnalysis = { ...plainAnalysis, input: { ...plainAnalysis.input, transactions } };
  const shapedGraph = buildConflictGraph(shapedAnalysis);
  return {
    analysis: shapedAnalysis,
    graph: shapedGraph,
    plan: planSchedule(shapedGraph, { workers: 4 }),
    execution: null,
  };
}

/** One after the other. */
export function chain(count: number): Findings {
  return shaped(
    count,
    Array.from({ length: count - 1 }, (_, at) => ({ from: at, to: at + 1 })),
  );
}

/** All after the first one, and before the last. */
export function fan(count: number): Findings {
  const between = Array.from({ length: count - 2 }, (_, at) => at + 1);
  return shaped(count, [
    ...between.map((to) => ({ from: 0, to })),
    ...between.map((from) => ({ from, to: count - 1 })),
  ]);
}
