/** The section on access sets: how many are how good, and why the others are not exact. */
import type { Status } from '../../analysis/result.ts';
import { explanations } from './explanations.ts';
import { clipped, counted, grouped, percent, WIDTH } from './layout.ts';
import { type Colors, more, type NamedFindings, statusColor, title } from './style.ts';

const SHOWN_REGIONS = 4;
const SHOWN_MISSING = 6;

const STATUSES: readonly { readonly status: Status; readonly meaning: string }[] = [
  { status: 'exact', meaning: 'every key known' },
  { status: 'bounded', meaning: 'contains regions, or keys that may not be touched' },
  { status: 'deferred', meaning: 'derived again once earlier transactions have run' },
  { status: 'unbounded', meaning: 'conflicts with everything' },
  { status: 'recorded', meaning: 'of one execution; not derived, and no guarantee' },
];

export function accessSets(findings: NamedFindings, colors: Colors): string[] {
  const { transactions } = findings.analysis;
  if (transactions.length === 0) return [];
  const counts = new Map<Status, number>();
  for (const { status } of transactions) {
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return [
    title('Access sets', colors),
    ...STATUSES.flatMap(({ status, meaning }) => {
      const count = counts.get(status) ?? 0;
      return count === 0
        ? []
        : [
            `  ${statusColor(status, colors)(status.padEnd(10))}${grouped(count).padStart(7)}` +
              `  ${percent(count, transactions.length).padStart(7)}  ${colors.dim(meaning)}`,
          ];
    }),
    ...explanations(findings, colors),
    ...regions(findings, colors),
    ...missingKeys(findings, colors),
  ];
}

/** What the result would be better with. */
function missingKeys({ analysis: { missing }, names }: NamedFindings, colors: Colors): string[] {
  if (missing.length === 0) return [];
  const shown = missing.slice(0, SHOWN_MISSING);
  return [
    '',
    colors.dim(`  Missing from the given state, ${counted(missing.length, 'key')}:`),
    ...shown.map((key) => clipped(`          ${names.key(key).text}`, WIDTH)),
    ...more(missing.length - shown.length, 'key', colors),
  ];
}

/** The regions that most transactions have in their sets. */
function regions({ analysis: { transactions }, names }: NamedFindings, colors: Colors): string[] {
  const counts = new Map<string, number>();
  for (const { accesses } of transactions) {
    const texts = accesses.regions.map((region) => names.region(region));
    for (const text of new Set(texts)) {
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, SHOWN_REGIONS);
  return [
    ...(shown.length === 0 ? [] : ['', colors.dim('  Regions, whose keys are not known one by one:')]),
    ...shown.map(([text, count]) => clipped(`  ${grouped(count).padStart(6)}  ${text}`, WIDTH)),
    ...more(sorted.length - shown.length, 'region', colors),
  ];
}
