/** Which block this is, where to go on the page, and the colours that one likes. */
import { counted, grouped } from '../report/text/layout.ts';
import type { Block } from './block.ts';
import type { PageExecution } from './data.ts';
import { button, element } from './element.ts';
import type { Page, Panel } from './panel.ts';
import type { Theme } from './state.ts';

const PLACES: readonly (readonly [string, string])[] = [
  ['timeline', 'Timeline'],
  ['graph', 'Graph'],
  ['what-if', 'What if'],
  ['hot-keys', 'Hot keys'],
  ['transactions', 'Transactions'],
  ['details', 'Details'],
];

const NEXT_THEME: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };

export function blockTitle({ data: { block, transactions } }: Block): string {
  return block === null
    ? counted(transactions.length, 'transaction')
    : `Block ${grouped(BigInt(block.number))}`;
}

export function headerPanel({ block, store }: Page): Panel {
  const theme = button('', () => store.set({ theme: NEXT_THEME[store.state.theme] }), { class: 'theme' });
  const facts = blockFacts(block);
  const root = element(
    'header',
    {},
    element(
      'div',
      {},
      element('h1', {}, blockTitle(block)),
      element('p', { class: 'facts' }, facts.join(' · ')),
    ),
    element(
      'nav',
      { 'aria-label': 'Parts of the page' },
      ...PLACES.map(([id, title]) => element('a', { href: `#${id}` }, title)),
      theme,
    ),
  );
  return {
    root,
    show({ state }) {
      theme.textContent = `Colours: ${state.theme}`;
      theme.setAttribute('aria-label', `Colours: ${state.theme}. Change to ${NEXT_THEME[state.theme]}`);
      if (state.theme === 'system') delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = state.theme;
    },
  };
}

/** In seconds; beyond it there are no dates (ECMAScript, "Time Values and Time Range"). */
const LATEST_DATE = 8.64e12;

function blockFacts({ data }: Block): string[] {
  const { block, transactions, isUnordered, missing, execution } = data;
  const gas = transactions.reduce((sum, { gasEstimate }) => sum + gasEstimate, 0);
  const facts = [counted(transactions.length, 'transaction'), `${grouped(gas)} gas`];
  if (block !== null) {
    facts.push(`${block.hardfork}, chain ${block.chainId}`);
    if (block.timestamp > 0 && block.timestamp <= LATEST_DATE)
      facts.push(`${new Date(block.timestamp * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`);
  }
  if (isUnordered) facts.push('a mempool: sets hold in any order');
  if (missing > 0) facts.push(`the state lacks ${counted(missing, 'key')}`);
  facts.push(...(execution === null ? ['analysed, not executed'] : executionFacts(execution)));
  return facts;
}

function executionFacts(execution: PageExecution): string[] {
  const { mode, workers, modeReason, escapes, sequential, header, totalMs } = execution;
  const how =
    mode === 'parallel'
      ? `on ${counted(workers, 'worker')}`
      : `sequentially${modeReason === null ? '' : ` (${modeReason})`}`;
  const facts = [`executed ${how} in ${totalMs.toFixed(0)} ms`];
  if (escapes > 0) facts.push(counted(escapes, 'escape'));
  if (sequential !== null)
    facts.push(sequential ? 'equal to the sequential run' : 'NOT equal to the sequential run');
  if (header !== null) facts.push(header ? 'equal to the header' : 'NOT equal to the header');
  return facts;
}
