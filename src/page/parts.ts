/** Small pieces that several parts of the page are made of. */

import type { PageStatus } from './data.ts';
import { button, element } from './element.ts';
import type { Page } from './panel.ts';
import { accountText, keyText } from './words.ts';

/** A status in words, with a mark that differs in shape as well as in colour. */
export function statusMark(status: PageStatus): HTMLElement {
  return element('span', { class: `status ${status}` }, status);
}

/** A transaction's number, which selects it. */
export function transactionLink({ open }: Page, index: number): HTMLElement {
  const link = element('a', { href: `#tx=${index}`, class: 'tx' }, `#${index}`);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    open(index);
  });
  return link;
}

/** Transactions by number, the first ones of many. */
export function transactionLinks(page: Page, indices: readonly number[], shown = 24): HTMLElement {
  const rest = indices.length - shown;
  return element(
    'span',
    { class: 'txs' },
    ...indices.slice(0, shown).flatMap((index) => [transactionLink(page, index), ' ']),
    rest > 0 ? `and ${rest} more` : null,
  );
}

/** A key or a region, which filters by it. */
export function keyButton({ block, store }: Page, key: string, text = keyText(block, key)): HTMLElement {
  return button(text, () => store.filter({ key }), {
    class: 'key',
    title: `${key}\nShow the transactions that access it`,
  });
}

/** An account, which is searched for. */
export function accountButton({ block, store }: Page, address: string): HTMLElement {
  return button(accountText(block, address), () => store.filter({ query: address }), {
    class: 'key',
    title: `${address}\nShow the transactions that touch it`,
  });
}

/** A term with what is said of it. */
export function fact(term: string, ...said: readonly (Node | string)[]): HTMLElement {
  return element('div', { class: 'fact' }, element('dt', {}, term), element('dd', {}, ...said));
}
