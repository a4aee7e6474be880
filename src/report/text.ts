/** The report that a person reads: 80 columns; first how much can run in parallel and what stops it, then why. */
import { createNames } from '../names/names.ts';
import type { Findings } from './document.ts';
import { accessSets } from './text/access-sets.ts';
import { conflicts, hotKeys } from './text/conflicts.ts';
import { executionSection } from './text/execution.ts';
import { lanes } from './text/lanes.ts';
import { counted, grouped, wrapped } from './text/layout.ts';
import { longestChain } from './text/longest-chain.ts';
import { parallelism } from './text/parallelism.ts';
import { type Colors, total } from './text/style.ts';

export type { Colors } from './text/style.ts';

/** The whole report, ending in a line break. `colors` comes from picocolors' `createColors`. */
export function formatReport(findings: Findings, colors: Colors): string {
  const named = { ...findings, names: findings.names ?? createNames(findings.analysis) };
  return [
    heading(findings, colors),
    parallelism(named, colors),
    accessSets(named, colors),
    conflicts(named, colors),
    hotKeys(named, colors),
    longestChain(named, colors),
    lanes(named, colors),
    executionSection(named, colors),
  ]
    .filter((section) => section.length > 0)
    .map((section) => `${section.join('\n')}\n`)
    .join('\n');
}

function heading({ analysis, graph }: Findings, colors: Colors): string[] {
  const { block, chainId, hardfork, transactions } = analysis.input;
  const subject = block === null ? 'Transactions' : `Block ${grouped(block.number)}`;
  const order = analysis.options.unordered ? ' in any order' : '';
  return [
    `${colors.bold(subject)}${colors.dim(` · chain ${chainId} · ${hardfork}`)}`,
    ...wrapped(
      `${counted(transactions.length, 'transaction')}${order}, ${grouped(total(graph.gas))} gas estimated` +
        statuses(analysis),
      '',
    ),
  ];
}

/** How many are how good, worst last. */
function statuses({ transactions }: Findings['analysis']): string {
  const counts = (['exact', 'bounded', 'deferred', 'unbounded', 'recorded'] as const).flatMap((status) => {
    const count = transactions.filter((one) => one.status === status).length;
    return count === 0 ? [] : [`${count === transactions.length ? 'all' : grouped(count)} ${status}`];
  });
  return counts.length === 0 ? '' : `; ${counts.join(', ')}`;
}
