/** Where the details are far below: the selected transaction in a line, which leads to them. */
import { transactionAt } from './block.ts';
import { button } from './element.ts';
import type { Page, Panel } from './panel.ts';

export function jumpPanel({ block, store, open }: Page): Panel {
  const root = button(
    '',
    () => {
      const { selected } = store.state;
      if (selected !== null) open(selected);
    },
    { class: 'jump', id: 'jump' },
  );
  return {
    root,
    show({ state: { selected } }) {
      root.hidden = selected === null;
      if (selected !== null)
        root.textContent = `#${selected} ${transactionAt(block, selected).status}: details`;
    },
  };
}
