/** The report that a person reads: 80 columns, what conflicts and why, and how much could run in parallel. */
import type { Findings } from './document.ts';
import { accessSets } from './text/access-sets.ts';
import { conflicts, hotKeys, longestChain } from './text/conflicts.ts';
import { executionSection } from './text/execution.ts';
import { lanes } from './text/lanes.ts';
import { counted, grouped, wrapped } from './text/layout.ts';
import { parallelism } from './text/parallelism.ts';
import { type Colors, total } from './text/style.ts';

export type { Colors } from './text/style.ts';

/** The whole report, ending in a line break. `colors` comes from picocolors' `createColors`. */
export function formatReport(findings: Findings, colors: Colors): string {
  const { analysis, plan, execution } = findings;
  return [
    heading(findings, colors),
    parallelism(findings, colors),
    accessSets(analysis, colors),
    conflicts(findings, colors),
    hotKeys(findings, colors),
    longestChain(findings, colors),
    lanes(plan, colors),
    executionSection(execution, analysis.input.block, colors),
  ]
    .filter((section) => section.length > 0)
    .map((section) => `${section.join('\n')}\n`)
    .join('\n');
}

function heading({ analysis, graph }: Findings, colors: Colors): string[] {
  const { block, chainId, hardfork, transactions } = analysis.input;
  const subject = block === null ? 'Transactions' : `Block ${grouped(block.number)}`;
  const facts = [
    `chain ${chainId}`,
    hardfork,
    counted(transactions.length, 'transaction'),
    `${grouped(total(graph.gas))} gas estimated`,
    ...(analysis.options.unordered ? ['in any order'] : []),
  ];
  return [colors.bold(subject), ...wrapped(facts.join(' · ')).map(colors.dim)];
}
