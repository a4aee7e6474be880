/** What a person should know beside the result of `lint`, and what makes it a failed one. */
import type { Verdict } from '../report/verdict.ts';
import type { LintResult } from './lint.ts';

/** By which measure to judge. */
export interface LintVerdictOptions {
  /** A declared list that costs more than it has to is a failure. */
  readonly isStrict: boolean;
  /** Some pre-state was given. */
  readonly hasState: boolean;
}

/** Judges by what was asked for. */
export function judgeLint(
  { findings, transactions, input }: LintResult,
  { isStrict, hasState }: LintVerdictOptions,
): Verdict {
  const notes: string[] = [];
  const unmeasured = transactions.filter(({ gas }) => gas === null).length;
  if (!hasState) {
    notes.push(
      'no pre-state given (--state, --rpc): nothing is measured, only what holds for every run is said',
    );
  } else if (unmeasured > 0) {
    notes.push(`${unmeasured} of ${transactions.length} transactions could not be run`);
  }
  if (input.block === null && hasState) {
    notes.push('no block: block values are zero, gas that depends on them may differ');
  }
  const lists = new Set(
    findings.filter(({ severity }) => severity === 'warning').map(({ transaction }) => transaction),
  );
  const [one, many] = ['declared access list costs', 'declared access lists cost'];
  const failures =
    isStrict && lists.size > 0 ? [`${lists.size} ${lists.size === 1 ? one : many} more than needed`] : [];
  return { notes, failures };
}
