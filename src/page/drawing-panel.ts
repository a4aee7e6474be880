/** Timeline and graph: two scenes of the same transactions. */
import { counted, grouped, percent, times } from '../report/text/layout.ts';
import { transactionAt } from './block.ts';
import { readColors } from './colors.ts';
import { element, section } from './element.ts';
import { graphScene } from './graph-scene.ts';
import type { Outcome } from './outcome.ts';
import type { Page, Panel } from './panel.ts';
import type { Scene } from './scene.ts';
import { SceneView, type SceneViewOptions } from './scene-view.ts';
import type { Shown } from './shown.ts';
import { graphStep, timelineStep } from './steps.ts';
import { timelineScene } from './timeline-scene.ts';
import { callText, transactionText } from './words.ts';

/** Workers that a plan can be looked at for, besides those of the run. */
const WIDTHS = [1, 2, 4, 8, 16, 32];

interface Drawing {
  readonly view: SceneView;
  readonly show: (shown: Shown) => Scene;
}

/** A view of a scene that is made anew for each outcome. */
function drawing(
  page: Page,
  sceneFor: (outcome: Outcome) => Scene,
  step: (outcome: Outcome, scene: Scene, ...how: Parameters<SceneViewOptions['step']>) => number | null,
  options: Pick<SceneViewOptions, 'id' | 'label' | 'links' | 'gutter' | 'tools'>,
): Drawing {
  const { block, store } = page;
  let current: { readonly outcome: Outcome; readonly scene: Scene } | null = null;
  const view = new SceneView({
    ...options,
    onSelect: (selected) => store.set({ selected }),
    onOpen: () => {
      const { selected } = store.state;
      if (selected !== null) page.open(selected);
    },
    step: (from, direction) =>
      current === null ? null : step(current.outcome, current.scene, from, direction),
    tooltip: (transaction) => (current === null ? '' : transactionText(block, current.outcome, transaction)),
  });
  return {
    view,
    show({ outcome, passes, state }) {
      const scene = current?.outcome === outcome ? current.scene : sceneFor(outcome);
      if (scene !== current?.scene) view.setRows(scene.rows);
      current = { outcome, scene };
      view.show({
        scene,
        colors: readColors(view.root),
        statusOf: (transaction) => transactionAt(block, transaction).status,
        labelOf: (transaction) => `#${transaction} ${callText(block, transaction)}`,
        isCritical: (transaction) => outcome.isCritical[outcome.placeOf[transaction] as number] === 1,
        passes,
        selected: state.selected,
      });
      return scene;
    },
  };
}

export function timelinePanel(page: Page): Panel {
  const { block, store } = page;
  const widths = [...new Set([...WIDTHS, block.data.workers])].sort((a, b) => a - b);
  const workers = element(
    'select',
    { id: 'workers' },
    ...widths.map((width) =>
      element(
        'option',
        { value: width },
        width === block.data.workers ? `${width} (as planned)` : `${width}`,
      ),
    ),
  );
  workers.addEventListener('change', () => store.set({ workers: Number(workers.value) }));
  const drawn = drawing(
    page,
    timelineScene,
    (_, scene, from, direction) => timelineStep(scene, from, direction),
    {
      id: 'timeline',
      label:
        'Timeline of the planned lanes: a row for each worker, transactions as bars, gas from left to right',
      links: 'selected',
      gutter: 26,
      tools: element('label', {}, 'Workers ', workers),
    },
  );
  const note = element('p', { class: 'note' });
  return {
    root: section('timeline', 'Timeline', note, drawn.view.root),
    show(shown) {
      const { plan, totalGas } = shown.outcome;
      const scene = drawn.show(shown);
      workers.value = String(shown.state.workers);
      const busy = percent(totalGas, scene.width * scene.rows);
      note.textContent =
        `${counted(plan.workers, 'worker')} by ${plan.granularity} finish after ${grouped(plan.makespan)} gas: ` +
        `${times(totalGas / scene.width)}, ${busy} busy. Times are estimated gas, not seconds.`;
    },
  };
}

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
