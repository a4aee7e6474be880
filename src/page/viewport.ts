/** Which part of a scene is seen: a scale and an offset for each axis. Pure numbers. */

export interface Viewport {
  /** Pixels for each gas, and for each row. */
  readonly scaleX: number;
  readonly scaleY: number;
  /** Where the scene's corner is, in pixels. */
  readonly left: number;
  readonly top: number;
}

/** In pixels, or in gas and rows. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

const MAX_ROW = 26;
const MIN_ROW = 1.5;
/** How many times as large as fitted. */
const MAX_ZOOM = 4_000;

/** All of the scene, in rows that are not higher than is pleasant. */
export function fitted(scene: Size, view: Size): Viewport {
  return {
    scaleX: view.width / scene.width,
    scaleY: Math.min(MAX_ROW, Math.max(MIN_ROW, view.height / Math.max(1, scene.height))),
    left: 0,
    top: 0,
  };
}

/** No further out than fitted, and with no empty space where there could be scene. */
function bounded(viewport: Viewport, scene: Size, view: Size): Viewport {
  const fit = fitted(scene, view);
  const scaleX = Math.min(fit.scaleX * MAX_ZOOM, Math.max(fit.scaleX, viewport.scaleX));
  const scaleY = Math.min(MAX_ROW, Math.max(fit.scaleY, viewport.scaleY));
  const least = (shown: number, whole: number): number => Math.min(0, shown - whole);
  return {
    scaleX,
    scaleY,
    left: Math.min(0, Math.max(least(view.width, scene.width * scaleX), viewport.left)),
    top: Math.min(0, Math.max(least(view.height, scene.height * scaleY), viewport.top)),
  };
}

/** Zooms in (`factor` over 1) or out, so that what is at a pixel stays there. */
export function zoomed(
  from: Viewport,
  factor: number,
  at: { readonly x: number; readonly y: number },
  scene: Size,
  view: Size,
): Viewport {
  const aimed = { ...from, scaleX: from.scaleX * factor, scaleY: from.scaleY * factor };
  const { scaleX, scaleY } = bounded(aimed, scene, view);
  return bounded(
    {
      scaleX,
      scaleY,
      left: at.x - ((at.x - from.left) * scaleX) / from.scaleX,
      top: at.y - ((at.y - from.top) * scaleY) / from.scaleY,
    },
    scene,
    view,
  );
}

export function panned(from: Viewport, dx: number, dy: number, scene: Size, view: Size): Viewport {
  return bounded({ ...from, left: from.left + dx, top: from.top + dy }, scene, view);
}

/** The same, moved as little as it takes to see a place in the scene. */
export function revealing(
  from: Viewport,
  bar: { readonly x: number; readonly width: number; readonly row: number },
  scene: Size,
  view: Size,
): Viewport {
  const left = bar.x * from.scaleX + from.left;
  const right = (bar.x + bar.width) * from.scaleX + from.left;
  const top = bar.row * from.scaleY + from.top;
  const bottom = top + from.scaleY;
  const dx = left < 0 ? -left : right > view.width ? Math.max(view.width - right, -left) : 0;
  const dy = top < 0 ? -top : bottom > view.height ? view.height - bottom : 0;
  return dx === 0 && dy === 0 ? from : panned(from, dx, dy, scene, view);
}
