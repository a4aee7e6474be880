/** The conflict graph as a Mermaid flowchart. What does not fit into the limits of Mermaid is said, not drawn. */
import type { Findings } from '../../report/document.ts';
import { counted } from '../../report/text/layout.ts';
import { CRITICAL, STATUS_FILL } from './colors.ts';
import {
  type GraphCluster,
  type GraphEdge,
  type GraphNode,
  type GraphView,
  viewGraph,
} from './graph-view.ts';

/** `maxEdges` and `maxTextSize` of Mermaid's configuration, as they are if nobody changes them. */
const MAXIMUM_EDGES = 500;
const MAXIMUM_TEXT = 50_000;
/** For the frame around nodes and edges, and what is said of those left out. */
const RESERVE = 2_000;
/** More transactions without conflicts than this are counted instead of drawn. */
const MAXIMUM_SINGLES = 60;

/** Components with most gas first, as long as they fit; then, if they are few, transactions without conflicts. */
export function renderMermaid(findings: Findings): string {
  const view = viewGraph(findings);
  const parts: string[] = [];
  const critical: number[] = [];
  let edges = 0;
  let room = MAXIMUM_TEXT - RESERVE;
  const isTaken = (text: string, own: number): boolean => {
    if (text.length + 1 > room || edges + own > MAXIMUM_EDGES) return false;
    parts.push(text);
    room -= text.length + 1;
    edges += own;
    return true;
  };
  const left = view.clusters.filter((cluster) => {
    const own = edgesOf(view, cluster);
    const marks = cluster.transactions.filter((index) => view.nodes[index]?.isCritical === true);
    const text = clusterText(view, cluster, own);
    if (!isTaken(text, own.length)) return true;
    critical.push(...marks);
    return false;
  });
  const singles = view.singles.map((index) => nodeText(view.nodes[index])).join('\n');
  const hasSingles = view.singles.length <= MAXIMUM_SINGLES && (singles === '' || isTaken(singles, 0));
  const notes = [
    ...(left.length === 0 ? [] : [leftOut(view, left)]),
    ...(hasSingles
      ? []
      : [`${counted(view.singles.length, 'transaction')} that conflict with none: not drawn`]),
  ];
  return `${[
    'flowchart LR',
    `  accTitle: ${commentText(view.title)}`,
    ...notes.map((note) => `  %% ${note}`),
    ...Object.entries(STATUS_FILL).map(
      ([status, { light }]) => `  classDef ${status} fill:${light},stroke:#808890,color:#1c2128`,
    ),
    `  classDef critical stroke:${CRITICAL.light},stroke-width:3px`,
    ...parts,
    ...notes.map((note, at) => `  note${at}["${escaped(note)}"]`),
    ...(critical.length === 0 ? [] : [`  class ${critical.map((index) => `t${index}`).join(',')} critical`]),
  ].join('\n')}\n`;
}

function edgesOf({ edges }: GraphView, { transactions }: GraphCluster): GraphEdge[] {
  const own = new Set(transactions);
  return edges.filter(({ to }) => own.has(to));
}

function leftOut(view: GraphView, clusters: readonly GraphCluster[]): string {
  const edges = clusters.reduce((sum, cluster) => sum + edgesOf(view, cluster).length, 0);
  const transactions = clusters.reduce((sum, cluster) => sum + cluster.transactions.length, 0);
  return (
    `${counted(clusters.length, 'component')} with ${counted(transactions, 'transaction')} and ` +
    `${counted(edges, 'edge')}: not drawn, Mermaid takes ${MAXIMUM_EDGES} edges and ${MAXIMUM_TEXT} characters`
  );
}

function clusterText(view: GraphView, cluster: GraphCluster, edges: readonly GraphEdge[]): string {
  return [
    `  subgraph component${cluster.component}["${escaped(cluster.title)}"]`,
    '    direction LR',
    ...cluster.transactions.map((index) => `  ${nodeText(view.nodes[index])}`),
    '  end',
    ...edges.map(edgeText),
  ].join('\n');
}

function nodeText(node: GraphNode | undefined): string {
  if (node === undefined) return '';
  return `  t${node.index}["${escaped(`#${node.index} ${node.label}`)}"]:::${node.status}`;
}

function edgeText({ from, to, keys, isCritical }: GraphEdge): string {
  const [first] = keys;
  const label = first === undefined ? '' : `|"${escaped(first)}"|`;
  const line = first === undefined ? '-.->' : isCritical ? '==>' : '-->';
  return `  t${from} ${line}${label} t${to}`;
}

/** Between double quotes: everything that could mean something there is written as its code point. */
function escaped(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,:_…×+-]/gu, (character) => `#${character.codePointAt(0)};`);
}

/** On a line of its own. */
function commentText(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,:_-]/gu, ' ');
}
