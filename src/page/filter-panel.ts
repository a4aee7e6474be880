/** One filter for timeline, graph and table. */
import { grouped } from '../report/text/layout.ts';
import { button, element } from './element.ts';
import { isFiltering, NO_FILTER, STATUSES } from './filter.ts';
import type { Page, Panel } from './panel.ts';
import { keyText } from './words.ts';

export function filterPanel({ block, store }: Page): Panel {
  const search = element('input', {
    type: 'search',
    id: 'search',
    class: 'search',
    placeholder: '#12, hash, address, name, key, status',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  search.addEventListener('input', () => store.filter({ query: search.value }));

  const present = new Set(block.data.transactions.map(({ status }) => status));
  const statuses = STATUSES.filter((status) => present.has(status)).map((status) => {
    const box = element('input', { type: 'checkbox', value: status });
    box.addEventListener('change', () => {
      const others = store.state.filter.statuses.filter((other) => other !== status);
      store.filter({ statuses: box.checked ? [...others, status] : others });
    });
    return [status, box] as const;
  });

  const component = element('input', { type: 'number', id: 'component', min: '0', placeholder: 'all' });
  component.addEventListener('input', () => {
    const id = component.value === '' ? null : Number(component.value);
    store.filter({ component: id !== null && Number.isInteger(id) && id >= 0 ? id : null });
  });

  const critical = element('input', { type: 'checkbox', id: 'critical' });
  critical.addEventListener('change', () => store.filter({ critical: critical.checked ? 'path' : 'all' }));

  const key = button('', () => store.filter({ key: null }), { class: 'chip', id: 'key-filter' });
  const clear = button('Clear', () => store.set({ filter: NO_FILTER }), { id: 'clear-filter' });
  const count = element('output', { id: 'match-count', 'aria-live': 'polite' });

  const root = element(
    'form',
    { id: 'filter', role: 'search', 'aria-label': 'Filter' },
    element('label', { class: 'wide' }, 'Search ', search),
    element(
      'fieldset',
      {},
      element('legend', {}, 'Status'),
      ...statuses.map(([status, box]) =>
        element('label', {}, box, element('span', { class: `status ${status}` }, status)),
      ),
    ),
    element('label', {}, 'Component ', component),
    element('label', {}, critical, ' Critical path only'),
    key,
    clear,
    count,
  );
  root.addEventListener('submit', (event) => event.preventDefault());

  return {
    root,
    show({ state: { filter }, passes }) {
      if (search.value !== filter.query) search.value = filter.query;
      for (const [status, box] of statuses) box.checked = filter.statuses.includes(status);
      const id = filter.component === null ? '' : String(filter.component);
      if (component.value !== id) component.value = id;
      critical.checked = filter.critical === 'path';
      key.hidden = filter.key === null;
      if (filter.key !== null) {
        key.textContent = `${keyText(block, filter.key)} ×`;
        key.setAttribute('aria-label', `Remove the filter by ${keyText(block, filter.key)}`);
        key.title = filter.key;
      }
      clear.disabled = !isFiltering(filter);
      const found = passes.reduce((sum, one) => sum + one, 0);
      count.textContent = `${grouped(found)} of ${grouped(passes.length)} shown`;
    },
  };
}
