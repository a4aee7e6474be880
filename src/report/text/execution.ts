/** The section on execution: what came out, whether it is right, and how long it took. */
import type { Execution } from '../../executor/outcome.ts';
import type { BlockHeader } from '../../input/block.ts';
import { clipped, counted, grouped, WIDTH, wrapped } from './layout.ts';
import { type Colors, more, type NamedFindings, title } from './style.ts';

const SHOWN_MISMATCHES = 5;
const SHOWN_ESCAPES = 5;
const NAME_COLUMNS = 12;

/** The section; nothing for a run that was analysed only. */
export function executionSection({ analysis, execution, names }: NamedFindings, colors: Colors): string[] {
  const header = analysis.input.block;
  if (execution === null) {
    return [];
  }
  const { receipts, skipped, timings, mode, modeReason, engineReason, workers, verified, escapes } =
    execution;
  const failed = receipts.filter(({ status }) => status === 0).length;
  const rows: [string, string][] = [
    [
      'gas used',
      `${grouped(execution.gasUsed)} by ${counted(receipts.length, 'transaction')}, ${grouped(failed)} of them failed`,
    ],
    ['receipts', execution.receiptsRoot ?? 'no root before Byzantium'],
    ['header', headerVerdict(execution, header, colors)],
    ['sequential', verdict(verified.sequential, 'equal', 'not asked for (--verify)', colors)],
    ...(verified.accessList === null
      ? []
      : ([['access list', verdict(verified.accessList, 'as given', '', colors)]] as [string, string][])),
    ['escapes', escapes.length === 0 ? colors.green('0') : colors.red(`${escapes.length}`)],
    ['state', `${counted(execution.stateDiff.size, 'account')} changed`],
    ...(skipped.length === 0
      ? []
      : ([['left out', `${counted(skipped.length, 'invalid transaction')}`]] as [string, string][])),
  ];
  const shown = verified.mismatches.slice(0, SHOWN_MISMATCHES);
  const shownEscapes = escapes.slice(0, SHOWN_ESCAPES);
  return [
    title('Execution', colors),
    row('ran', mode === 'parallel' ? `in parallel on ${counted(workers, 'worker')}` : 'sequentially'),
    ...(modeReason === null ? [] : wrapped(`(${modeReason})`, ' '.repeat(NAME_COLUMNS + 2))),
    ...(engineReason === null
      ? []
      : wrapped(`(not with the tuned EVM: ${engineReason})`, ' '.repeat(NAME_COLUMNS + 2))),
    ...rows.map(([name, value]) => row(name, value)),
    ...shownEscapes.map(({ transaction, key, mode }) =>
      colors.red(clipped(`  escape: transaction ${transaction}, ${mode} of ${names.meeting(key)}`, WIDTH)),
    ),
    ...more(escapes.length - shownEscapes.length, 'escape', colors),
    ...shown.map((text) => colors.red(clipped(`  ${text}`, WIDTH))),
    ...more(verified.mismatches.length - shown.length, 'difference', colors),
    '',
    ...timingRows(timings, colors),
  ];
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(NAME_COLUMNS)}${value}`;
}

function headerVerdict(
  { verified, receiptsRoot, requestsHash }: Execution,
  header: BlockHeader | null,
  colors: Colors,
): string {
  const compared = [
    ...(header?.gasUsed == null ? [] : ['gas used']),
    ...(header?.receiptsRoot == null || receiptsRoot === null ? [] : ['receipts root']),
    ...(header?.logsBloom == null ? [] : ['logs bloom']),
    ...(header?.requestsHash == null || requestsHash === null ? [] : ['requests']),
  ];
  return verdict(verified.header, `equal in ${compared.join(', ')}`, 'nothing to compare with', colors);
}

function verdict(isEqual: boolean | null, equal: string, unknown: string, colors: Colors): string {
  if (isEqual === null) {
    return colors.dim(unknown);
  }
  return isEqual ? colors.green(`✓ ${equal}`) : colors.red('✗ differs');
}

function timingRows(
  { analysis, graph, plan, execute, sequential, total }: Execution['timings'],
  colors: Colors,
) {
  const rows: [string, number][] = [
    ['analysis', analysis],
    ['graph', graph],
    ['plan', plan],
    ['execution', execute],
    ['total', total],
    ...(sequential === 0 ? [] : ([['sequential', sequential]] as [string, number][])),
  ];
  return rows.map(([name, elapsedMs]) => colors.dim(row(name, milliseconds(elapsedMs))));
}

function milliseconds(elapsedMs: number): string {
  return `${grouped(Math.round(elapsedMs)).padStart(8)} ms`;
}
