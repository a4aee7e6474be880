/** `TxDependency` of Polygon's bor (PIP-16), which stands, as RLP, in the extra data of a header. */
import type { Findings } from '../../report/document.ts';
import { delayedFeeDependencies } from './delayed-fees.ts';

/** The list of each transaction's dependencies; `null`, which bor writes as well, where fees cannot be delayed. */
export function txDependency(findings: Pick<Findings, 'analysis'>): number[][] | null {
  return delayedFeeDependencies(findings);
}

/** As JSON, a transaction a line. */
export function renderTxDependency(findings: Findings): string {
  const dependencies = txDependency(findings);
  if (dependencies === null) return 'null\n';
  return `[\n${dependencies.map((list) => `  ${JSON.stringify(list)}`).join(',\n')}\n]\n`;
}
