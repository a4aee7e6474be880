/**
 * What `lint` says to a person: 80 columns; first what it comes to, then each list, then who could
 * have one, then what makes everybody wait.
 */
import { PATTERNS } from '../advice/patterns.ts';
import { adviceSentence, companionSentence } from '../advice/sentence.ts';
import type { Names } from '../names/names.ts';
import { createNames } from '../names/names.ts';
import { counted, grouped, wrapped } from '../report/text/layout.ts';
import { type Colors, more, title } from '../report/text/style.ts';
import type { Finding } from './finding.ts';
import type { LintResult } from './lint.ts';
import type { LintedTransaction } from './transaction.ts';

const SHOWN_LISTS = 20;
const SHOWN_FINDINGS = 12;
const SHOWN_WITHOUT = 8;
const SHOWN_UNMEASURED = 5;
const SHOWN_ADVICE = 5;

/** The whole report, ending in a line break. `colors` comes from picocolors' `createColors`. */
export function formatLint(result: LintResult, colors: Colors): string {
  const names = result.names ?? createNames(result.analysis);
  return [
    heading(result, colors),
    declaredLists(result, colors, names),
    withoutLists(result, colors, names),
    unmeasured(result, colors, names),
    adviceLines(result, colors, names),
  ]
    .filter((section) => section.length > 0)
    .map((section) => `${section.join('\n')}\n`)
    .join('\n');
}

function hasList({ declared }: LintedTransaction): boolean {
  return declared !== null && declared.length > 0;
}

function heading({ input, transactions }: LintResult, colors: Colors): string[] {
  const { block, chainId, hardfork } = input;
  const subject = block === null ? 'Transactions' : `Block ${grouped(block.number)}`;
  const lists = transactions.filter(hasList);
  const costly = lists.filter(({ gas }) => gas !== null && gas.best < gas.declared);
  const lost = costly.reduce((sum, { gas }) => sum + (gas === null ? 0n : gas.declared - gas.best), 0n);
  const verdict =
    costly.length === 0
      ? ''
      : `, ${grouped(costly.length)} of them ${costly.length === 1 ? 'costs' : 'cost'} ${grouped(lost)} gas more than the best`;
  return [
    `${colors.bold(subject)}${colors.dim(` · chain ${chainId} · ${hardfork}`)}`,
    ...wrapped(
      `${counted(transactions.length, 'transaction')}, ${counted(lists.length, 'declared access list')}${verdict}`,
      '',
    ),
  ];
}

function declaredLists({ transactions }: LintResult, colors: Colors, names: Names): string[] {
  const lists = transactions.filter(hasList);
  if (lists.length === 0) return [];
  // Those with something to do first.
  const sorted = [...lists].sort((a, b) => lossOf(b) - lossOf(a) || a.index - b.index);
  return [
    title('Declared access lists', colors),
    ...sorted.slice(0, SHOWN_LISTS).flatMap((one) => listLines(one, colors, names)),
    ...more(sorted.length - SHOWN_LISTS, 'list', colors),
  ];
}

function lossOf({ gas, findings }: LintedTransaction): number {
  return gas === null ? findings.length : Number(gas.declared - gas.best);
}

function listLines(one: LintedTransaction, colors: Colors, names: Names): string[] {
  const { index, gas, findings } = one;
  const shown = findings.slice(0, SHOWN_FINDINGS);
  return [
    ...wrapped(`#${index} ${gas === null ? 'not run' : gasLine(one)}`),
    ...shown.flatMap((finding) => findingLines(finding, colors, names)),
    ...more(findings.length - shown.length, 'finding', colors).map((line) => `    ${line}`),
  ];
}

function gasLine({ gas, needsList, best }: LintedTransaction): string {
  if (gas === null) return '';
  const { without, declared, best: least } = gas;
  const none = without === null ? 'not valid without' : `${grouped(without)} without`;
  const other = needsList && without !== null ? ', but does something else then' : '';
  const verdict =
    least < declared
      ? `${grouped(least)} with the best${best?.length === 0 ? ', which is none' : ''}`
      : 'no better one found';
  return `uses ${grouped(declared)} gas with its list, ${none}${other}; ${verdict}`;
}

function findingLines({ rule, severity, gas, message }: Finding, colors: Colors, names: Names): string[] {
  const paint = severity === 'warning' ? colors.yellow : colors.dim;
  const saves = gas === null ? '' : ` saves ${grouped(gas)}`;
  const lines = wrapped(names.meeting(message), '      ').map(colors.dim);
  return [`    ${paint(rule)}${saves}`, ...lines];
}

function withoutLists({ transactions, input }: LintResult, colors: Colors, names: Names): string[] {
  const able = transactions
    .filter((one) => !hasList(one) && lossOf(one) > 0 && one.gas !== null)
    .sort((a, b) => lossOf(b) - lossOf(a) || a.index - b.index);
  if (able.length === 0) return [];
  const total = able.reduce((sum, one) => sum + lossOf(one), 0);
  return [
    title('Without a list', colors),
    ...wrapped(
      `${counted(able.length, 'transaction')} would save ${grouped(total)} gas with the best lists.`,
    ),
    ...able.slice(0, SHOWN_WITHOUT).flatMap((one) => {
      const { best } = one;
      const transaction = input.transactions[one.index];
      const slots = (best ?? []).reduce((sum, { storageKeys }) => sum + storageKeys.length, 0);
      const call =
        transaction === undefined || transaction.to === null
          ? 'new contract'
          : `${names.account(transaction.to)} ${names.call(transaction).text}`;
      return wrapped(
        `#${one.index} ${call}: ${grouped(lossOf(one))} gas by ${counted(best?.length ?? 0, 'account')} and ${counted(slots, 'slot')}`,
        '    ',
      );
    }),
    ...more(able.length - SHOWN_WITHOUT, 'transaction', colors),
  ];
}

/** Transactions without a list that nothing is known of. */
function unmeasured({ transactions }: LintResult, colors: Colors, names: Names): string[] {
  const unknown = transactions.filter((one) => !hasList(one) && one.gas === null);
  if (unknown.length === 0) return [];
  return [
    title('Not run', colors),
    ...unknown
      .slice(0, SHOWN_UNMEASURED)
      .flatMap(({ index, findings }) =>
        wrapped(`#${index} ${names.meeting(findings[0]?.message ?? '')}`).map(colors.dim),
      ),
    ...more(unknown.length - SHOWN_UNMEASURED, 'transaction', colors),
  ];
}

function adviceLines({ advice }: LintResult, colors: Colors, names: Names): string[] {
  if (advice.length === 0) return [];
  return [
    title('What makes transactions wait for each other', colors),
    ...advice
      .slice(0, SHOWN_ADVICE)
      .flatMap((one) => [
        ...wrapped(adviceSentence(one, names)),
        ...[companionSentence(one, names), PATTERNS[one.pattern].remedy]
          .filter((text) => text !== '')
          .flatMap((text) => wrapped(text, '      ').map(colors.dim)),
      ]),
    ...more(advice.length - SHOWN_ADVICE, 'pattern', colors),
  ];
}
