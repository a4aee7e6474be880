/** Puts the page together: data in, parts of the page, and what happens when something changes. */
import { blockOf } from './block.ts';
import type { PageData } from './data.ts';
import { detailsPanel } from './details-panel.ts';
import { element } from './element.ts';
import { filterPanel } from './filter-panel.ts';
import { keepFocus } from './focus.ts';
import { fragmentOf, stateOf } from './fragment.ts';
import { graphPanel } from './graph-panel.ts';
import { blockTitle, headerPanel } from './header-panel.ts';
import { hotKeysPanel } from './hot-keys-panel.ts';
import { jumpPanel } from './jump-panel.ts';
import type { Page, Panel } from './panel.ts';
import { Deriver } from './shown.ts';
import { initialState, Store } from './state.ts';
import { summaryPanel } from './summary-panel.ts';
import { tablePanel } from './table-panel.ts';
import { timelinePanel } from './timeline-panel.ts';
import { whatIfPanel } from './what-if-panel.ts';
import { transactionText } from './words.ts';

function start(): void {
  const json = document.getElementById('data')?.textContent ?? '';
  if (json === '') {
    document.body.append(element('p', {}, 'There is no data in this page.'));
    return;
  }
  const data: PageData = JSON.parse(json);
  const count = data.transactions.length;
  const block = blockOf(data);
  const store = new Store(stateOf(location.hash.slice(1), data.workers, count) ?? initialState(data.workers));
  const page: Page = {
    block,
    store,
    open: (selected) => {
      store.set({ selected });
      document.getElementById('details')?.focus();
    },
  };
  const header = headerPanel(page);
  const main: readonly Panel[] = [
    summaryPanel(page),
    filterPanel(page),
    timelinePanel(page),
    graphPanel(page),
    whatIfPanel(page),
    hotKeysPanel(page),
    tablePanel(page),
  ];
  const details = detailsPanel(page);
  const jump = jumpPanel(page);
  const said = element('p', { class: 'hidden', 'aria-live': 'polite', id: 'said' });

  document.title = `${blockTitle(block)} – pevm-analyze`;
  document.body.append(
    element(
      'div',
      { class: 'skip' },
      ...[
        ['filter', 'Skip to the filter'],
        ['transactions', 'Skip to the transactions'],
        ['what-if', 'Skip to what if'],
      ].map(([id, text]) => element('a', { href: `#${id}` }, text ?? '')),
    ),
    header.root,
    element(
      'div',
      { class: 'layout' },
      element('main', {}, ...main.map(({ root }) => root)),
      element('aside', { 'aria-label': 'Selected transaction' }, details.root),
    ),
    jump.root,
    said,
  );

  const deriver = new Deriver(block);
  const draw = (): void => {
    const shown = deriver.derive(store.state);
    keepFocus(() => {
      for (const panel of [header, ...main, details, jump]) panel.show(shown);
    });
  };
  store.listen((state, previous) => {
    draw();
    const fragment = fragmentOf(state, data.workers);
    if (`#${fragment}` !== location.hash) history.replaceState(null, '', `#${fragment}`);
    if (state.selected !== null && state.selected !== previous.selected) {
      said.textContent = transactionText(block, deriver.derive(state).outcome, state.selected);
    }
  });
  window.addEventListener('hashchange', () => {
    const state = stateOf(location.hash.slice(1), data.workers, count);
    if (state !== null) store.set(state);
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  draw();
  document.documentElement.dataset.ready = 'true';
}

start();
