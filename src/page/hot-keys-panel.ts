/** The keys that transactions wait for each other on, with what would be if they did not. */
import { grouped, percent } from '../report/text/layout.ts';
import { button, element, fill, section } from './element.ts';
import type { Page, Panel } from './panel.ts';
import { keyButton } from './parts.ts';

const COLUMNS = ['Key', 'Transactions', 'Gas', 'Conflicts', 'What if'];
const SHOWN = 10;

export function hotKeysPanel(page: Page): Panel {
  const { store } = page;
  const rows = element('tbody');
  const note = element('p', { class: 'note' });
  let isAll = false;
  const more = button('', () => {
    isAll = !isAll;
    store.set({});
  });
  return {
    root: section(
      'hot-keys',
      'Hot keys',
      note,
      element(
        'div',
        { class: 'scroll', role: 'region', tabindex: '0', 'aria-labelledby': 'hot-keys-title' },
        element(
          'table',
          {},
          element(
            'thead',
            {},
            element('tr', {}, ...COLUMNS.map((title) => element('th', { scope: 'col' }, title))),
          ),
          rows,
        ),
      ),
      more,
    ),
    show({ outcome, state }) {
      const { hotKeys } = outcome.graph;
      note.textContent =
        hotKeys.length === 0
          ? 'No two transactions wait for each other on a key.'
          : 'Keys on which transactions wait for each other; most gas first.';
      more.hidden = hotKeys.length <= SHOWN;
      more.textContent = isAll ? `Show ${SHOWN}` : `Show all ${hotKeys.length}`;
      const commuting = new Set(
        state.changes.flatMap((change) => (change.kind === 'commute' ? [change.key] : [])),
      );
      fill(
        rows,
        ...hotKeys.slice(0, isAll ? hotKeys.length : SHOWN).map(({ key, transactions, gas, conflicts }) => {
          const share = Number(gas) / Math.max(1, outcome.totalGas);
          const bar = element('span', { class: 'bar' });
          bar.style.width = `${(100 * share).toFixed(1)}%`;
          const isCommuting = commuting.has(key);
          const change = { kind: 'commute', key } as const;
          return element(
            'tr',
            {},
            element('td', {}, keyButton(page, key)),
            element('td', { class: 'number' }, grouped(transactions)),
            element(
              'td',
              { class: 'number share' },
              bar,
              `${grouped(gas)} (${percent(gas, outcome.totalGas)})`,
            ),
            element('td', { class: 'number' }, grouped(conflicts)),
            element(
              'td',
              {},
              button(
                isCommuting ? 'commutes ×' : 'commutative',
                () => (isCommuting ? store.takeBack(change) : store.change(change)),
                { 'aria-pressed': String(isCommuting), 'aria-label': `Make ${key} commutative` },
              ),
            ),
          );
        }),
      );
    },
  };
}
