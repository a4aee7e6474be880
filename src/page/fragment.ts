/** The state of the page as the fragment of its address, so that a link leads to what somebody saw. */

import type { Change } from '../graph/scenario.ts';
import { type Filter, NO_FILTER, STATUSES } from './filter.ts';
import { initialState, type State } from './state.ts';

const INDEX = /^\d{1,9}$/;
const STATE_KEY = /^0x[0-9a-f]{40}:(balance|nonce|code|0x[0-9a-f]{64})$/;

/** E.g. `tx=12&status=bounded`; empty for the state that a page begins with. */
export function fragmentOf({ selected, filter, changes, shown, workers, theme }: State, own: number): string {
  const parts: [string, string][] = [];
  if (selected !== null) parts.push(['tx', String(selected)]);
  if (filter.query.trim() !== '') parts.push(['q', filter.query]);
  for (const status of filter.statuses) parts.push(['status', status]);
  if (filter.component !== null) parts.push(['component', String(filter.component)]);
  if (filter.key !== null) parts.push(['key', filter.key]);
  if (filter.critical === 'path') parts.push(['critical', '1']);
  for (const change of changes) parts.push(['change', changeText(change)]);
  if (shown === 'original' && changes.length > 0) parts.push(['shown', 'original']);
  if (workers !== own) parts.push(['workers', String(workers)]);
  if (theme !== 'system') parts.push(['theme', theme]);
  return new URLSearchParams(parts).toString();
}

function changeText(change: Change): string {
  switch (change.kind) {
    case 'drop':
      return `drop:${change.transaction}`;
    case 'move':
      return `move:${change.transaction}:${change.to}`;
    case 'commute':
      return `commute:${change.key}`;
    default:
      return change satisfies never;
  }
}

/**
 * The state that a fragment asks for. What it asks for and the block does not have is left out.
 *
 * @param own - Workers of the plan that the page came with.
 * @param count - Transactions of the block.
 * @returns `null` for a fragment of another kind, e.g. the place that a link on the page leads to.
 */
export function stateOf(fragment: string, own: number, count: number): State | null {
  if (fragment !== '' && !fragment.includes('=')) return null;
  const parts = new URLSearchParams(fragment);
  const index = (text: string | null | undefined): number | null =>
    text && INDEX.test(text) && Number(text) < count ? Number(text) : null;
  const component = parts.get('component');
  const filter: Filter = {
    ...NO_FILTER,
    query: parts.get('q') ?? '',
    statuses: STATUSES.filter((status) => parts.getAll('status').includes(status)),
    component: index(component),
    key: parts.get('key'),
    critical: parts.get('critical') === '1' ? 'path' : 'all',
  };
  const workers = Number(parts.get('workers'));
  const theme = parts.get('theme');
  return {
    ...initialState(Number.isInteger(workers) && workers >= 1 && workers <= 256 ? workers : own),
    selected: index(parts.get('tx')),
    filter,
    changes: parts.getAll('change').flatMap((text): Change[] => {
      const [kind, ...rest] = text.split(':');
      const key = rest.join(':');
      if (kind === 'commute') return STATE_KEY.test(key) ? [{ kind, key }] : [];
      const transaction = index(rest[0]);
      const to = index(rest[1]);
      if (kind === 'drop' && transaction !== null) return [{ kind, transaction }];
      return kind === 'move' && transaction !== null && to !== null ? [{ kind, transaction, to }] : [];
    }),
    shown: parts.get('shown') === 'original' ? 'original' : 'changed',
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
  };
}
