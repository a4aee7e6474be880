/** What the run found at a glance: how much could run in parallel, before and with the changes. */
import { counted, grouped, percent, times } from '../report/text/layout.ts';
import { element, fill } from './element.ts';
import { STATUSES } from './filter.ts';
import type { Outcome } from './outcome.ts';
import type { Page, Panel } from './panel.ts';

interface Tile {
  readonly title: string;
  readonly value: (outcome: Outcome) => string;
  readonly note: (outcome: Outcome) => string;
}

const TILES: readonly Tile[] = [
  {
    title: 'Bound',
    value: ({ plan }) => times(plan.speedup.bound),
    note: () => 'any number of workers',
  },
  ...(['2', '4', '8', '16'] as const).map((workers) => ({
    title: `${workers} workers`,
    value: ({ plan }: Outcome) => times(plan.speedup[workers]),
    note: () => 'planned, in gas',
  })),
  {
    title: 'Critical path',
    value: ({ graph }) => grouped(graph.criticalPath.gas),
    note: ({ graph, totalGas }) =>
      `gas in ${counted(graph.criticalPath.transactions.length, 'transaction')}, ${percent(graph.criticalPath.gas, totalGas)} of all`,
  },
  {
    title: 'Components',
    value: ({ graph }) => grouped(graph.components.length),
    note: ({ graph }) =>
      `largest has ${counted(Math.max(0, ...graph.components.map(({ transactions }) => transactions.length)), 'transaction')}`,
  },
];

/** How many transactions are of each status, most exact first. */
function statusCounts({ block, store }: Page): HTMLElement {
  const counts = STATUSES.map(
    (status) =>
      [
        status,
        block.data.transactions.filter((transaction) => transaction.status === status).length,
      ] as const,
  ).filter(([, count]) => count > 0);
  return element(
    'ul',
    { class: 'statuses', 'aria-label': 'Statuses' },
    ...counts.map(([status, count]) => {
      const choose = element(
        'button',
        { type: 'button', class: `status ${status}`, title: `Show the ${status} ones` },
        `${grouped(count)} ${status}`,
      );
      choose.addEventListener('click', () => store.filter({ statuses: [status] }));
      return element('li', {}, choose);
    }),
  );
}

export function summaryPanel(page: Page): Panel {
  const tiles = element('dl', { class: 'tiles' });
  const root = element(
    'section',
    { id: 'summary', 'aria-label': 'Summary', tabindex: '-1' },
    tiles,
    statusCounts(page),
  );
  return {
    root,
    show({ original, changed }) {
      fill(
        tiles,
        ...TILES.map(({ title, value, note }) => {
          const before = value(original);
          const after = value(changed);
          const shown =
            changed === original || before === after
              ? [element('b', {}, after)]
              : [element('s', {}, before), ' ', element('b', { class: 'other' }, after)];
          return element(
            'div',
            { class: 'tile', 'data-tile': title },
            element('dt', {}, title),
            element('dd', {}, ...shown),
            element('dd', { class: 'note' }, note(changed)),
          );
        }),
      );
    },
  };
}
