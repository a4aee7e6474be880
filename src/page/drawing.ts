/** A scene on the page: what timeline and graph have in common. */
import { transactionAt } from './block.ts';
import { readColors } from './colors.ts';
import type { Outcome } from './outcome.ts';
import type { Page } from './panel.ts';
import type { Scene } from './scene.ts';
import { SceneView, type SceneViewOptions } from './scene-view.ts';
import type { Shown } from './shown.ts';
import { callText, transactionText } from './words.ts';

export interface Drawing {
  readonly view: SceneView;
  readonly show: (shown: Shown) => Scene;
}

/** A view of a scene that is made anew for each outcome. */
export function drawing(
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
