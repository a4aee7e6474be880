/** The lanes: as planned, and as measured where the run was recorded. */
import { counted, grouped, percent, times } from '../report/text/layout.ts';
import type { PageMeasured } from './data.ts';
import { drawing } from './drawing.ts';
import { element, section } from './element.ts';
import type { Page, Panel } from './panel.ts';
import { timelineStep } from './steps.ts';
import { measuredScene, timelineScene } from './timeline-scene.ts';

/** Workers that a plan can be looked at for, besides those of the run. */
const WIDTHS = [1, 2, 4, 8, 16, 32];

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
  const measured = measuredPart(page, block.data.execution?.measured ?? null);
  return {
    root: section('timeline', 'Timeline', note, drawn.view.root, measured?.root ?? null),
    show(shown) {
      measured?.show(shown);
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

/** What ran where when, as it did, whatever is changed; `null` where it was not recorded. */
function measuredPart(page: Page, measured: PageMeasured | null): Panel | null {
  if (measured === null) return null;
  const scene = measuredScene(measured, page.block.data.transactions.length);
  const drawn = drawing(
    page,
    () => scene,
    (_, own, from, direction) => timelineStep(own, from, direction),
    {
      id: 'measured',
      label: 'Measured lanes: a row for each thread, runs of transactions as bars, time from left to right',
      links: 'selected',
      gutter: 40,
    },
  );
  const busy = measured.runs.reduce((sum, { start, end }) => sum + end - start, 0);
  const text =
    `${counted(measured.runs.length, 'run')} on ${counted(measured.lanes.length, 'thread')} within ` +
    `${grouped(Math.round(scene.width))} µs, ${percent(busy, scene.width * scene.rows)} busy; the block as it is.`;
  return {
    root: element(
      'div',
      { id: 'measured' },
      element('h3', {}, 'Measured'),
      element('p', { class: 'note' }, text),
      drawn.view.root,
    ),
    show: (shown) => drawn.show(shown),
  };
}
