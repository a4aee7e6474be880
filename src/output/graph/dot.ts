/** The conflict graph in the DOT language of Graphviz. */
import type { Findings } from '../../report/document.ts';
import { writable } from '../xml-text.ts';
import { CAUSES, CRITICAL, OTHER_EDGE, STATUS_FILL } from './colors.ts';
import { type GraphEdge, type GraphNode, type GraphView, viewGraph } from './graph-view.ts';

/** Above this many edges their keys are in colours and tooltips only. */
const MAXIMUM_LABELS = 80;

type Attributes = Readonly<Record<string, string | number>>;

/**
 * Transactions as boxes, components of several as clusters, edges coloured by their first key. For `dot`, which
 * packs what is not connected.
 */
export function renderDot(findings: Findings): string {
  const view = viewGraph(findings);
  const lines = [
    'digraph conflicts {',
    `  graph ${attributes({
      label: view.title,
      labelloc: 't',
      rankdir: 'LR',
      pack: 12,
      packmode: 'array_t',
      fontname: FONT,
      tooltip: view.title,
    })}`,
    `  node ${attributes({ shape: 'box', style: 'rounded,filled', fontname: FONT, fontsize: 10, height: 0.3, color: '#808890' })}`,
    `  edge ${attributes({ fontname: FONT, fontsize: 8, arrowsize: 0.6, color: OTHER_EDGE.light })}`,
  ];
  for (const { component, transactions, title } of view.clusters) {
    lines.push(`  subgraph cluster_${component} {`);
    lines.push(`    graph ${attributes({ label: title, tooltip: title, fontsize: 10, color: '#b0b6be' })}`);
    for (const index of transactions) lines.push(`    ${nodeLine(view, index)}`);
    lines.push('  }');
  }
  for (const index of view.singles) lines.push(`  ${nodeLine(view, index)}`);
  for (const edge of view.edges) lines.push(`  ${edgeLine(view, edge)}`);
  return `${[...lines, '}'].join('\n')}\n`;
}

const FONT = 'Helvetica,Arial,sans-serif';

function nodeLine({ nodes }: GraphView, index: number): string {
  const node = nodes[index];
  return node === undefined ? `${index}` : `${index} ${attributes(nodeAttributes(node))}`;
}

function nodeAttributes({ index, label, title, status, isCritical }: GraphNode): Attributes {
  return {
    label: `#${index}\n${label}`,
    tooltip: title,
    class: status,
    fillcolor: STATUS_FILL[status].light,
    ...(isCritical && { color: CRITICAL.light, penwidth: 2 }),
  };
}

function edgeLine({ edges, causes }: GraphView, { from, to, keys, cause, isCritical }: GraphEdge): string {
  const [first] = keys;
  const hasCause = cause !== null && causes[cause] !== undefined;
  const tooltip = `#${from} → #${to}\n${keys.length === 0 ? 'until it is resolved' : keys.join('\n')}`;
  return `${from} -> ${to} ${attributes({
    ...(first !== undefined && edges.length <= MAXIMUM_LABELS && { label: first }),
    tooltip,
    ...(hasCause && { color: CAUSES[cause]?.light ?? OTHER_EDGE.light }),
    ...(keys.length === 0 && { style: 'dashed' }),
    ...(isCritical && { color: CRITICAL.light, penwidth: 2 }),
  })}`;
}

function attributes(values: Attributes): string {
  return `[${Object.entries(values)
    .map(([name, value]) => `${name}=${typeof value === 'number' ? value : quoted(value)}`)
    .join(', ')}];`;
}

/**
 * A string as Graphviz reads it: in labels a backslash begins an escape and an ampersand may begin an entity, so
 * both stand for themselves only when escaped.
 */
function quoted(text: string): string {
  return `"${writable(text).replace(/\\/g, '\\\\').replace(/&/g, '&amp;').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;
}
