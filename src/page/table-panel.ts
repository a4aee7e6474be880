/** All transactions that the filter lets through, sorted, a page at a time. */
import { shortHex } from '../names/place-text.ts';
import { grouped } from '../report/text/layout.ts';
import { transactionAt } from './block.ts';
import { button, element, fill, section } from './element.ts';
import type { Outcome } from './outcome.ts';
import type { Page, Panel } from './panel.ts';
import { statusMark, transactionLink } from './parts.ts';
import { COLUMNS, type ColumnId, cellValue, type Order, sortedRows } from './rows.ts';
import type { Shown } from './shown.ts';
import { accountText } from './words.ts';

const ROWS = 50;

export function tablePanel(page: Page): Panel {
  const { block, store } = page;
  let order: Order = { column: 'index', direction: 'ascending' };
  let first = 0;
  let rows: readonly number[] = [];
  let shown: Shown | null = null;

  const headers = COLUMNS.map(({ id, title, isNumber }) => {
    const sort = button(title, () => sortBy(id), { class: 'sort' });
    return [id, element('th', { scope: 'col', class: isNumber ? 'number' : null }, sort)] as const;
  });
  const body = element('tbody');
  const range = element('span', { 'aria-live': 'polite' });
  const toFirst = button('First', () => turnTo(0));
  const back = button('Previous', () => turnTo(first - ROWS));
  const forth = button('Next', () => turnTo(first + ROWS));
  const toLast = button('Last', () => turnTo(Math.floor((rows.length - 1) / ROWS) * ROWS));

  function sortBy(column: ColumnId): void {
    const isSame = order.column === column;
    order = { column, direction: isSame && order.direction === 'ascending' ? 'descending' : 'ascending' };
    first = 0;
    if (shown !== null) draw(shown);
  }

  function turnTo(row: number): void {
    first = Math.max(0, Math.min(row, Math.floor((rows.length - 1) / ROWS) * ROWS));
    if (shown !== null) draw(shown);
  }

  function draw({ outcome, passes, state }: Shown): void {
    rows = sortedRows(block, outcome, passes, order);
    if (first >= rows.length) first = 0;
    for (const [id, header] of headers) {
      if (id === order.column) header.setAttribute('aria-sort', order.direction);
      else header.removeAttribute('aria-sort');
    }
    const end = Math.min(rows.length, first + ROWS);
    range.textContent =
      rows.length === 0
        ? 'No transaction passes the filter'
        : `${grouped(first + 1)} to ${grouped(end)} of ${grouped(rows.length)}`;
    toFirst.disabled = first === 0;
    back.disabled = first === 0;
    forth.disabled = end === rows.length;
    toLast.disabled = end === rows.length;
    fill(body, ...rows.slice(first, end).map((index) => row(page, outcome, index, state.selected === index)));
  }

  body.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element) || target.closest('a, button') !== null) return;
    const index = target.closest('tr')?.dataset.transaction;
    if (index !== undefined) store.set({ selected: Number(index) });
  });
  body.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const links = [...body.querySelectorAll<HTMLElement>('a.tx')];
    const at = links.indexOf(document.activeElement as HTMLElement);
    if (step === 0 || at === -1) return;
    event.preventDefault();
    const next = rows[first + at + step];
    if (next === undefined) return;
    if (links[at + step] === undefined) turnTo(first + step * ROWS);
    store.set({ selected: next });
    body.querySelector<HTMLElement>(`tr[data-transaction="${next}"] a.tx`)?.focus();
  });

  return {
    root: section(
      'transactions',
      'Transactions',
      element(
        'div',
        { class: 'scroll', role: 'region', tabindex: '0', 'aria-labelledby': 'transactions-title' },
        element(
          'table',
          {},
          element('thead', {}, element('tr', {}, ...headers.map(([, header]) => header))),
          body,
        ),
      ),
      element(
        'div',
        { class: 'row pager', role: 'group', 'aria-label': 'Pages of the table' },
        toFirst,
        back,
        range,
        forth,
        toLast,
      ),
    ),
    show(next) {
      // A transaction that was selected elsewhere is turned to.
      if (shown !== null && next.state.selected !== shown.state.selected && next.state.selected !== null) {
        const at = sortedRows(block, next.outcome, next.passes, order).indexOf(next.state.selected);
        if (at !== -1) first = Math.floor(at / ROWS) * ROWS;
      }
      shown = next;
      draw(next);
    },
  };
}

function row(page: Page, outcome: Outcome, index: number, isSelected: boolean): HTMLElement {
  const { block } = page;
  const { hash, from, to, call, status } = transactionAt(block, index);
  const number = (column: ColumnId): HTMLElement => {
    const value = cellValue(block, outcome, index, column);
    return element('td', { class: 'number' }, value === -1 ? '–' : grouped(Number(value)));
  };
  const isDropped = outcome.placeOf[index] === -1;
  return element(
    'tr',
    {
      'data-transaction': index,
      'aria-current': isSelected ? 'true' : null,
      class: isDropped ? 'dropped' : null,
    },
    element('td', { class: 'number' }, transactionLink(page, index)),
    element('td', {}, statusMark(status)),
    element('td', { class: 'hex', title: hash }, shortHex(hash)),
    element('td', { class: 'hex', title: from }, accountText(block, from)),
    element('td', { class: 'hex', title: to ?? '' }, to === null ? '–' : accountText(block, to)),
    element('td', {}, call),
    ...(['gas', 'keys', 'waits', 'awaited', 'start', 'component'] as const).map(number),
  );
}
