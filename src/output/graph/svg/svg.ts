/** The conflict graph as a picture: components of several transactions first, all others in a grid below. */
import type { Status } from '../../../analysis/result.ts';
import type { Findings } from '../../../report/document.ts';
import { counted } from '../../../report/text/layout.ts';
import { xmlText } from '../../xml-text.ts';
import { type GraphEdge, type GraphNode, type GraphView, viewGraph } from '../graph-view.ts';
import { curve, number } from './curve.ts';
import { layOutLayers, type Point, type Stop } from './layers.ts';
import { type Corner, fittingText, packRows, type Size, textWidth } from './page.ts';
import { EDGE_CLASSES, STYLE } from './style.ts';

/** In pixels. */
const MARGIN = 24;
const GAP = 18;
const PAGE_WIDTH = 1_200;
const BOX: Size = { width: 78, height: 30 };
const SMALL_BOX: Size = { width: 42, height: 18 };
const COLUMN = BOX.width + 36;
const ROW = BOX.height + 12;
const PADDING = 14;
const HEADING = 18;
const LINE = 18;
/** Room that an edge to another band needs beside a box. */
const SIDE = 18;
/** Edges that go back between two bands do so side by side. */
const TURNS = 5;
const TURN_GAP = 6;
/** So many transactions without conflicts are drawn with their labels. */
const MAXIMUM_LABELLED = 160;

/** A part of the picture, at the origin. */
interface Part extends Size {
  readonly body: string;
}

/**
 * An SVG document, for light and dark ground. It tells more where the pointer rests: of a transaction its hash,
 * sender, receiver, status and gas, of an edge the keys that it is due to.
 */
export function renderSvg(findings: Findings): string {
  const view = viewGraph(findings);
  const clusters = view.clusters.map(({ transactions, title }) => drawCluster(view, transactions, title));
  const width = Math.max(PAGE_WIDTH, ...clusters.map((cluster) => cluster.width));
  const legend = drawLegend(view, width);
  const packing = packRows(clusters, width, GAP);
  const singles = drawSingles(view, width);
  const below = legend.height + (clusters.length > 0 ? packing.height + GAP : 0);
  const body = [
    legend.body,
    ...clusters.map(({ body: own }, at) => {
      const { left, top } = packing.corners[at] ?? { left: 0, top: 0 };
      return moved(own, { left, top: legend.height + top });
    }),
    moved(singles.body, { left: 0, top: below }),
  ];
  const size = { width: width + 2 * MARGIN, height: below + singles.height + 2 * MARGIN };
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<svg xmlns="http://www.w3.org/2000/svg" width="${number(size.width)}" height="${number(size.height)}" ` +
    `viewBox="0 0 ${number(size.width)} ${number(size.height)}" role="img">\n` +
    `<title>${xmlText(view.title)}</title>\n<style>${STYLE}</style>\n` +
    `<defs>${EDGE_CLASSES.map(marker).join('')}</defs>\n` +
    `<rect class="ground" width="100%" height="100%"/>\n` +
    `${moved(body.join('\n'), { left: MARGIN, top: MARGIN })}\n</svg>\n`
  );
}

function marker(name: string): string {
  return (
    `<marker id="m-${name}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" ` +
    `markerUnits="userSpaceOnUse" orient="auto"><path class="a-${name}" d="M0 .5 8 4 0 7.5z"/></marker>`
  );
}

function moved(body: string, { left, top }: Corner): string {
  return `<g transform="translate(${number(left)} ${number(top)})">\n${body}\n</g>`;
}

function drawLegend({ title, nodes, causes, edges }: GraphView, width: number): Part {
  const statuses = new Map<Status, number>();
  for (const { status } of nodes) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const entries = [
    ...[...statuses]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([status, count]) => ({ sample: `class="box ${status}"`, text: `${status}: ${count}` })),
    ...(edges.length > 0 ? [{ sample: 'class="box on-path" fill="none"', text: 'critical path' }] : []),
    ...causes.map(({ key, edges: count }, at) => ({
      sample: `class="a-c${at}"`,
      text: `${fittingText(key, 10, width / 2)} (${counted(count, 'edge')})`,
    })),
    ...(edges.some(({ cause, keys }) => cause === null && keys.length > 0)
      ? [{ sample: 'class="a-other"', text: 'other keys' }]
      : []),
    ...(edges.some(({ keys }) => keys.length === 0)
      ? [{ sample: 'class="box" fill="none" stroke-dasharray="4 3"', text: 'until it is resolved' }]
      : []),
  ];
  const { corners, height } = packRows(
    entries.map(({ text }) => ({ width: 20 + textWidth(text, 10), height: 8 })),
    width,
    10,
  );
  const top = LINE + 8;
  const drawn = entries.map(({ sample, text }, at) => {
    const { left, top: line } = corners[at] ?? { left: 0, top: 0 };
    const y = top + line;
    return (
      `<rect x="${number(left)}" y="${number(y + 3)}" width="14" height="10" rx="2" ${sample}/>` +
      `<text x="${number(left + 20)}" y="${number(y + 12)}">${xmlText(text)}</text>`
    );
  });
  const body = `<text class="title" y="14">${xmlText(title)}</text>\n${drawn.join('\n')}`;
  return { body, width, height: top + height + LINE + 4 };
}

function drawCluster(view: GraphView, transactions: readonly number[], title: string): Part {
  const own = new Set(transactions);
  const edges = view.edges.filter(({ to }) => own.has(to));
  const { columns, rows, places, stops } = layOutLayers(transactions, edges);
  const at = ({ x, y }: Point): Point => ({
    x: PADDING + SIDE + x * COLUMN + BOX.width / 2,
    y: PADDING + HEADING + y * ROW + BOX.height / 2,
  });
  const placeOf = (index: number): Point => at(places.get(index) ?? { x: 0, y: 0 });
  const size = {
    width: Math.max(
      columns * COLUMN - (COLUMN - BOX.width) + 2 * (PADDING + SIDE),
      textWidth(title, 10) + 2 * PADDING,
    ),
    height: rows * ROW - (ROW - BOX.height) + 2 * PADDING + HEADING,
  };
  const lines = edges
    .map((edge, place) => {
      const aside = ((place % TURNS) - (TURNS - 1) / 2) * TURN_GAP;
      const onPage = (stops[place] ?? []).map((stop, step, all) => {
        const { x, y } = at(stop);
        const isLast = step + 1 === all.length;
        // Between two bands there is room beside the boxes only.
        const side = stop.turn !== null || isLast ? -1 : all[step + 1]?.turn != null ? 1 : 0;
        const turn = stop.turn === null ? null : at({ x: 0, y: stop.turn }).y + aside;
        return { x: x + (side * BOX.width) / 2, y, turn };
      });
      return { edge, line: drawEdge(edge, placeOf(edge.from), onPage) };
    })
    // What is on the critical path is drawn over the others.
    .sort((a, b) => Number(a.edge.isCritical) - Number(b.edge.isCritical))
    .map(({ line }) => line);
  const boxes = transactions.map((index) => drawNode(view.nodes[index], placeOf(index), 'labelled'));
  const body = [
    `<rect class="frame" width="${number(size.width)}" height="${number(size.height)}" rx="6"/>`,
    `<text class="faint" x="${PADDING}" y="${PADDING + 4}">${xmlText(title)}</text>`,
    ...lines,
    ...boxes,
  ].join('\n');
  return { ...size, body };
}

function drawEdge(edge: GraphEdge, from: Point, stops: readonly Stop[]): string {
  const name = edge.isCritical ? 'critical' : edge.cause === null ? 'other' : `c${edge.cause}`;
  const line = curve({ x: from.x + BOX.width / 2, y: from.y }, stops);
  const why = edge.keys.length === 0 ? 'until it is resolved' : edge.keys.join('\n');
  const title = `<title>${xmlText(`#${edge.from} → #${edge.to}\n${why}`)}</title>`;
  const wait = edge.keys.length === 0 ? ' wait' : '';
  return `<path class="edge ${name}${wait}" marker-end="url(#m-${name})" d="${line}">${title}</path>`;
}

function drawNode(node: GraphNode | undefined, { x, y }: Point, form: 'labelled' | 'small'): string {
  if (node === undefined) return '';
  const { width, height } = form === 'labelled' ? BOX : SMALL_BOX;
  const { index, status, isCritical, label, title } = node;
  const texts =
    form === 'labelled'
      ? `<text class="middle" x="${number(x)}" y="${number(y - 2)}">#${index}</text>` +
        `<text class="middle small" x="${number(x)}" y="${number(y + 9)}">${xmlText(fittingText(label, 8, BOX.width - 4))}</text>`
      : `<text class="middle" x="${number(x)}" y="${number(y + 3.5)}">${index}</text>`;
  return (
    `<g><rect class="box ${status}${isCritical ? ' on-path' : ''}" x="${number(x - width / 2)}" ` +
    `y="${number(y - height / 2)}" width="${width}" height="${height}" rx="5"/>${texts}` +
    `<title>${xmlText(title)}</title></g>`
  );
}

function drawSingles({ nodes, singles }: GraphView, width: number): Part {
  if (singles.length === 0) return { width: 0, height: 0, body: '' };
  const form = singles.length <= MAXIMUM_LABELLED ? 'labelled' : 'small';
  const box = form === 'labelled' ? BOX : SMALL_BOX;
  const { corners, ...size } = packRows(
    singles.map(() => box),
    width,
    6,
  );
  const boxes = singles.map((index, at) => {
    const { left, top } = corners[at] ?? { left: 0, top: 0 };
    return drawNode(nodes[index], { x: left + box.width / 2, y: HEADING + top + box.height / 2 }, form);
  });
  const heading = `${counted(singles.length, 'transaction')} that conflict with none`;
  return {
    width: size.width,
    height: HEADING + size.height,
    body: `<text class="faint" y="8">${heading}</text>\n${boxes.join('\n')}`,
  };
}
