/** What if: changes to the block, and what they do to the bound. */

import type { Change } from '../graph/scenario.ts';
import { grouped, times } from '../report/text/layout.ts';
import { button, element, fill, section } from './element.ts';
import type { Outcome } from './outcome.ts';
import type { Page, Panel } from './panel.ts';
import { transactionLinks } from './parts.ts';
import type { Shown } from './shown.ts';
import { keyText } from './words.ts';

const ROWS: readonly (readonly [string, (outcome: Outcome) => string])[] = [
  ['Bound', ({ plan }) => times(plan.speedup.bound)],
  ['2 workers', ({ plan }) => times(plan.speedup['2'])],
  ['4 workers', ({ plan }) => times(plan.speedup['4'])],
  ['8 workers', ({ plan }) => times(plan.speedup['8'])],
  ['16 workers', ({ plan }) => times(plan.speedup['16'])],
  ['Critical path, gas', ({ graph }) => grouped(graph.criticalPath.gas)],
  ['Critical path, transactions', ({ graph }) => grouped(graph.criticalPath.transactions.length)],
  ['Edges', ({ graph }) => grouped(graph.edges.length)],
  ['Components', ({ graph }) => grouped(graph.components.length)],
  ['Transactions', ({ order }) => grouped(order.length)],
  ['Gas', ({ totalGas }) => grouped(totalGas)],
];

const WARNING =
  'Dropping or moving a transaction may change what others read, and so what they touch: the sets are those derived for the block as it is, so the result is an estimate.';
const DELTAS =
  'A commutative key is one whose writes count as amounts added: the sets still hold, if the contract is changed to that effect. Regions that may contain the key stay as they are.';

export function whatIfPanel(page: Page): Panel {
  const { block, store } = page;
  const last = block.data.transactions.length - 1;
  const transaction = numberField('change-transaction', 'Transaction', last);
  const to = numberField('change-position', 'to position', last);
  const key = element('input', {
    id: 'change-key',
    list: 'key-list',
    placeholder: 'address:slot',
    spellcheck: 'false',
  });
  const keyList = element('datalist', { id: 'key-list' });
  const wrong = element('p', { class: 'wrong', role: 'alert' });

  function numbered(field: HTMLInputElement, act: (value: number) => void): void {
    const value = Number(field.value);
    const isRight = field.value !== '' && Number.isInteger(value) && value >= 0 && value <= last;
    wrong.textContent = isRight ? '' : `Expected a whole number from 0 to ${last}.`;
    if (isRight) act(value);
    else field.focus();
  }

  const drop = button(
    'Drop',
    () => numbered(transaction, (index) => store.change({ kind: 'drop', transaction: index })),
    {
      id: 'do-drop',
    },
  );
  const move = button(
    'Move',
    () =>
      numbered(transaction, (index) =>
        numbered(to, (position) => store.change({ kind: 'move', transaction: index, to: position })),
      ),
    { id: 'do-move' },
  );
  const commute = button(
    'Make commutative',
    () => {
      const isKnown = block.data.accesses.keys.includes(key.value);
      wrong.textContent = isKnown ? '' : 'Expected a state key that the block touches.';
      if (isKnown) store.change({ kind: 'commute', key: key.value });
      else key.focus();
    },
    { id: 'do-commute' },
  );
  const undo = button('Undo', () => store.undo(), { id: 'undo' });
  const redo = button('Redo', () => store.redo(), { id: 'redo' });
  const reset = button('Reset', () => store.reset(), { id: 'reset' });
  const which = element('input', { type: 'checkbox', id: 'show-original' });
  which.addEventListener('change', () => store.set({ shown: which.checked ? 'original' : 'changed' }));
  const changes = element('ul', { class: 'changes', 'aria-label': 'Changes' });
  const warning = element('p', { class: 'note' });
  const rows = element('tbody');
  const result = element('p', { class: 'result', 'aria-live': 'polite', id: 'what-if-result' });
  const paths = element('dl', { class: 'paths' });

  return {
    root: section(
      'what-if',
      'What if',
      element(
        'div',
        { class: 'columns' },
        element(
          'div',
          {},
          element(
            'div',
            { class: 'row' },
            labelled('Transaction ', transaction),
            drop,
            labelled('to position ', to),
            move,
          ),
          element('div', { class: 'row' }, labelled('Key ', key), keyList, commute),
          wrong,
          element(
            'div',
            { class: 'row' },
            undo,
            redo,
            reset,
            labelled('', which, ' show the block as it is'),
          ),
          changes,
          warning,
        ),
        element(
          'div',
          {},
          result,
          element(
            'table',
            { class: 'compare' },
            element('caption', { class: 'hidden' }, 'Before and after the changes'),
            element(
              'thead',
              {},
              element(
                'tr',
                {},
                ...['', 'As it is', 'What if'].map((text) => element('th', { scope: 'col' }, text)),
              ),
            ),
            rows,
          ),
        ),
      ),
      paths,
    ),
    show(shown) {
      const { original, changed, state } = shown;
      fill(
        keyList,
        ...original.graph.hotKeys.map((hot) =>
          element('option', { value: hot.key }, keyText(block, hot.key)),
        ),
      );
      fill(changes, ...state.changes.map((change) => changeItem(page, change)));
      undo.disabled = !store.canUndo;
      redo.disabled = !store.canRedo;
      reset.disabled = state.changes.length === 0;
      which.checked = state.shown === 'original';
      which.disabled = state.changes.length === 0;
      warning.textContent = warningFor(state.changes);
      fill(rows, ...ROWS.map(([title, value]) => compareRow(title, value(original), value(changed))));
      result.textContent = resultText(shown);
      fill(paths, ...pathFacts(page, shown));
    },
  };
}

function numberField(id: string, label: string, max: number): HTMLInputElement {
  return element('input', { id, type: 'number', min: '0', max, 'aria-label': label });
}

function labelled(before: string, field: HTMLElement, after = ''): HTMLElement {
  return element('label', {}, before, field, after);
}

function changeItem({ block, store }: Page, change: Change): HTMLElement {
  const text = changeText(change, (key) => keyText(block, key));
  return element(
    'li',
    {},
    element('span', {}, text),
    button('×', () => store.takeBack(change), { 'aria-label': `Take back: ${text}` }),
  );
}

function changeText(change: Change, named: (key: string) => string): string {
  switch (change.kind) {
    case 'drop':
      return `#${change.transaction} dropped`;
    case 'move':
      return `#${change.transaction} moved to position ${change.to}`;
    case 'commute':
      return `${named(change.key)} commutes`;
    default:
      return change satisfies never;
  }
}

function warningFor(changes: readonly Change[]): string {
  const isOrder = changes.some(({ kind }) => kind !== 'commute');
  const isKey = changes.some(({ kind }) => kind === 'commute');
  return [isOrder ? WARNING : '', isKey ? DELTAS : ''].filter(Boolean).join(' ');
}

function compareRow(title: string, before: string, after: string): HTMLElement {
  return element(
    'tr',
    { class: before === after ? null : 'differs' },
    element('th', { scope: 'row', class: 'wrapping' }, title),
    element('td', {}, before),
    element('td', {}, after),
  );
}

function resultText({ original, changed }: Shown): string {
  if (original === changed) return 'Nothing is changed yet.';
  const before = times(original.plan.speedup.bound);
  const after = times(changed.plan.speedup.bound);
  return before === after ? `The bound stays ${after}.` : `The bound changes from ${before} to ${after}.`;
}

function pathFacts(page: Page, { original, changed }: Shown): HTMLElement[] {
  const path = (title: string, { graph, order }: Outcome): HTMLElement =>
    element(
      'div',
      { class: 'fact' },
      element('dt', {}, title),
      element(
        'dd',
        {},
        transactionLinks(
          page,
          graph.criticalPath.transactions.map((place) => order[place] as number),
        ),
      ),
    );
  return original === changed
    ? [path('Critical path', original)]
    : [path('Critical path as it is', original), path('Critical path, what if', changed)];
}
