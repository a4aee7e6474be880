/** The conflict graph. */
import { counted } from '../report/text/layout.ts';
import { drawing } from './drawing.ts';
import { element, section } from './element.ts';
import { graphScene } from './graph-scene.ts';
import type { Page, Panel } from './panel.ts';
import { graphStep } from './steps.ts';

export function graphPanel(page: Page): Panel {
  const drawn = drawing(
    page,
    graphScene,
    (outcome, _, from, direction) => graphStep(outcome, from, direction),
    {
      id: 'graph',
      label:
        'Conflict graph: each transaction is a bar that begins at the gas before which it cannot start, lines lead to those that wait for it',
      links: 'all',
      gutter: 0,
    },
  );
  const note = element('p', { class: 'note' });
  const legend = element(
    'p',
    { class: 'legend' },
    element('span', { class: 'swatch critical' }, 'critical path'),
    element('span', { class: 'swatch before' }, 'waits for'),
    element('span', { class: 'swatch after' }, 'waited for by'),
  );
  return {
    root: section('graph', 'Conflict graph', note, legend, drawn.view.root),
    show(shown) {
      drawn.show(shown);
      const { graph } = shown.outcome;
      const alone = graph.components.filter(({ transactions }) => transactions.length === 1).length;
      note.textContent =
        `${counted(graph.edges.length, 'edge')}, ${counted(graph.components.length - alone, 'component')} of several transactions, ` +
        `${counted(alone, 'transaction')} in no conflict. A bar is as long as its gas and begins where it could start with any number of workers; every component begins at its own left edge.`;
    },
  };
}
