/** The conflict graph as GEXF, which Gephi and graphology read. */
import gexf from 'graphology-gexf/node/index.js';
import { toGraphology } from '../../graph/graphology.ts';
import type { Findings } from '../../report/document.ts';
import { writable } from '../xml-text.ts';
import { STATUS_FILL } from './colors.ts';
import { viewGraph } from './graph-view.ts';

/** Nodes with hash, sender, receiver, status, gas, component and lane; edges with their keys. */
export function renderGexf(findings: Findings): string {
  const { title, nodes, edges } = viewGraph(findings);
  const graph = toGraphology(findings.graph);
  graph.replaceAttributes({ description: title });
  const keysOf = new Map(edges.map(({ from, to, keys }) => [`${from}-${to}`, keys]));
  return `${gexf.write(graph, {
    version: '1.2',
    pedantic: true,
    formatNode: (name, { gas, component, isCritical }) => {
      const node = nodes[Number(name)];
      return {
        label: writable(`#${name} ${node?.label ?? ''}`),
        viz: { color: STATUS_FILL[node?.status ?? 'exact'].light },
        attributes: {
          status: node?.status,
          gas,
          component,
          lane: node?.lane,
          critical: isCritical,
          hash: node?.hash,
          from: node?.from,
          to: node?.to,
        },
      };
    },
    formatEdge: (name, { keys, isCritical }) => ({
      label: writable(keysOf.get(name)?.[0] ?? ''),
      attributes: { keys: writable(keys.join(' ')), critical: isCritical },
    }),
  })}\n`;
}
