/** All that is known of the selected transaction. */
import { counted, grouped } from '../report/text/layout.ts';
import { accessesOf, transactionAt } from './block.ts';
import type { PageReason } from './data.ts';
import { button, element, fill, section } from './element.ts';
import { modeText, neighboursOf } from './meetings.ts';
import type { Page, Panel } from './panel.ts';
import { accountButton, fact, keyButton, statusMark, transactionLink, transactionLinks } from './parts.ts';
import type { Shown } from './shown.ts';
import { accountText, ownText } from './words.ts';

/** Neighbours and keys that are shown at once. */
const SHOWN = 60;
const ADDRESS_LENGTH = 42;

export function detailsPanel(page: Page): Panel {
  const content = element('div');
  let drawn: {
    readonly selected: number | null;
    readonly outcome: unknown;
    readonly changes: unknown;
  } | null = null;
  return {
    root: section('details', 'Transaction', content),
    show(shown) {
      const { selected, changes } = shown.state;
      if (drawn?.selected === selected && drawn.outcome === shown.outcome && drawn.changes === changes)
        return;
      drawn = { selected, outcome: shown.outcome, changes };
      if (selected === null) {
        fill(
          content,
          element('p', { class: 'note' }, 'Select a transaction in the timeline, the graph or the table.'),
        );
      } else {
        fill(content, ...describe(page, shown, selected));
      }
    },
  };
}

function describe(page: Page, shown: Shown, index: number): HTMLElement[] {
  return [
    head(page, index),
    actions(page, shown, index),
    facts(page, shown, index),
    ...reasons(page, index),
    ...neighbours(page, shown, index),
    ...accesses(page, index),
  ];
}

function head({ block }: Page, index: number): HTMLElement {
  const { status } = transactionAt(block, index);
  return element('h3', { id: 'selected' }, `#${index} `, statusMark(status));
}

/** The same changes as under *What if*, at hand. */
function actions({ store, block }: Page, { changed, original }: Shown, index: number): HTMLElement {
  const place = changed.placeOf[index] as number;
  const last = block.data.transactions.length - 1;
  const move = (to: number): void => store.change({ kind: 'move', transaction: index, to });
  const drop = { kind: 'drop', transaction: index } as const;
  return element(
    'div',
    { class: 'row', role: 'group', 'aria-label': 'What if' },
    place === -1
      ? button('Bring back', () => store.takeBack(drop))
      : button('Drop', () => store.change(drop), { title: 'What if it were not there?' }),
    button('To the front', () => move(0), { title: 'What if it came first?' }),
    button('To the end', () => move(last), { title: 'What if it came last?' }),
    changed === original
      ? null
      : element('span', { class: 'note' }, place === -1 ? 'dropped' : `at position ${place}`),
  );
}

function facts(page: Page, { outcome }: Shown, index: number): HTMLElement {
  const { block } = page;
  const tx = transactionAt(block, index);
  const place = outcome.placeOf[index] as number;
  const used = tx.receipt === null ? '' : `, ${grouped(tx.receipt.gasUsed)} used`;
  const list: HTMLElement[] = [
    fact('Hash', element('code', { class: 'wrap' }, tx.hash)),
    fact('From', accountButton(page, tx.from)),
    fact(
      'To',
      tx.to === null ? 'creates a contract' : accountButton(page, tx.to),
      ` ${tx.to === null ? '' : tx.call}`,
    ),
    fact('Gas', `${grouped(tx.gasEstimate)} estimated of ${grouped(tx.gasLimit)}${used}`),
  ];
  if (tx.receipt?.success === false) list.push(fact('Result', 'failed'));
  if (place !== -1) {
    const { componentOf, components } = outcome.graph;
    const id = componentOf[place] as number;
    const only = button(`${id}`, () => page.store.filter({ component: id }), {
      title: 'Show this component only',
    });
    list.push(
      fact('Component', only, ` of ${counted(components[id]?.transactions.length ?? 0, 'transaction')}`),
      fact(
        'Earliest start',
        `${grouped(outcome.earliest[place] as number)} gas${outcome.isCritical[place] === 1 ? ', on the critical path' : ''}`,
      ),
    );
  }
  if (tx.resolveAfter.length > 0)
    list.push(fact('Derived again after', transactionLinks(page, tx.resolveAfter)));
  if (tx.heldBy.length > 0) list.push(fact('Held until derived again', transactionLinks(page, tx.heldBy)));
  list.push(fact('Access list', listText(tx.declaredEntries, tx.derivedEntries)));
  return element('dl', { class: 'facts' }, ...list);
}

function listText(declared: number | null, derived: number | null): string {
  const own =
    declared === null
      ? 'none declared'
      : `${counted(declared, 'entry').replace('entrys', 'entries')} declared`;
  return derived === null ? own : `${own}; the derived one has ${grouped(derived)}`;
}

function reasons(page: Page, index: number): HTMLElement[] {
  const { reasons: found, status } = transactionAt(page.block, index);
  if (found.length === 0) return [];
  return [
    element('h4', {}, `Why ${status} and not exact`),
    element('ul', { class: 'reasons' }, ...found.map((reason) => reasonItem(page, reason))),
  ];
}

function reasonItem(page: Page, reason: PageReason): HTMLElement {
  const { code, sentence, message, address, function: name, pc, dependsOn, writtenBy } = reason;
  const place = `${accountText(page.block, address)}${name === null ? '' : ` ${name}`}, pc ${pc}`;
  return element(
    'li',
    {},
    element('b', {}, code),
    `: ${message === sentence ? sentence : `${sentence}: ${message}`}`,
    element('div', { class: 'note' }, `in ${place}`),
    ...dependsOn.slice(0, SHOWN).map((key) => {
      const writers = writtenBy[key] ?? [];
      return element(
        'div',
        { class: 'note' },
        'depends on ',
        keyButton(page, key),
        writers.length > 0 ? ' which may be written by ' : null,
        writers.length > 0 ? transactionLinks(page, writers, 8) : null,
      );
    }),
  );
}

function neighbours(page: Page, { outcome }: Shown, index: number): HTMLElement[] {
  const sides = [
    ['predecessors', 'Waits for'],
    ['successors', 'Waited for by'],
  ] as const;
  return sides.flatMap(([side, title]) => {
    const found = neighboursOf(outcome, index, side);
    if (found.length === 0) return [];
    return [
      element('h4', {}, `${title} ${counted(found.length, 'transaction')}`),
      element(
        'ul',
        { class: `neighbours ${side}` },
        ...found
          .slice(0, SHOWN)
          .map(({ transaction, keys }) =>
            element(
              'li',
              {},
              transactionLink(page, transaction),
              keys.length === 0 ? ' to be derived again' : ' on ',
              ...keys.map((key) => keyButton(page, key)),
            ),
          ),
        more(found.length),
      ),
    ];
  });
}

function more(count: number): HTMLElement | null {
  return count > SHOWN ? element('li', { class: 'note' }, `and ${grouped(count - SHOWN)} more`) : null;
}

/** The access set, account by account. */
function accesses(page: Page, index: number): HTMLElement[] {
  const { block } = page;
  const found = accessesOf(block.conflicts, index);
  const { pending } = transactionAt(block, index);
  const byAccount = new Map<string, HTMLElement[]>();
  for (const { location, mode } of found.slice(0, 4 * SHOWN)) {
    const text = block.locationTexts[location] ?? '';
    const isKey = location < block.conflicts.keys.length;
    const address = text.startsWith('0x') ? text.slice(0, ADDRESS_LENGTH) : 'any account';
    const list = byAccount.get(address) ?? [];
    byAccount.set(address, list);
    list.push(
      element(
        'li',
        {},
        element('span', { class: `mode ${modeText(mode)}` }, modeText(mode)),
        keyButton(page, text, ownText(block, text)),
        isKey ? null : element('span', { class: 'note' }, ' region'),
      ),
    );
  }
  return [
    element('h4', {}, `Access set: ${counted(found.length, 'key')} and regions`),
    element(
      'div',
      { class: 'accesses' },
      ...[...byAccount].map(([address, list]) =>
        element(
          'details',
          { open: true },
          element(
            'summary',
            { title: address },
            address.startsWith('0x') ? accountText(block, address) : address,
          ),
          element('ul', {}, ...list),
        ),
      ),
    ),
    ...(found.length > 4 * SHOWN
      ? [element('p', { class: 'note' }, `and ${grouped(found.length - 4 * SHOWN)} more`)]
      : []),
    ...(pending.length > 0
      ? [
          element('h4', {}, 'Stays within'),
          element('ul', {}, ...pending.map((text) => element('li', {}, text))),
        ]
      : []),
  ];
}
