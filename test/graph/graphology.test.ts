import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { connectedComponents } from 'graphology-components';
import { buildConflictGraph } from '../../src/graph/build.ts';
import { toGraphology } from '../../src/graph/graphology.ts';
import { storageKey } from '../../src/state/key.ts';
import { A, analysisOf, randomAnalysis } from './random-block.ts';

test('carries gas, components, keys and the critical path', () => {
  const key = storageKey(A, 1n);
  const graph = toGraphology(
    buildConflictGraph(
      analysisOf([
        { gas: 5n, keys: { [key]: 'write' } },
        { gas: 7n, keys: { [key]: 'read' } },
        { gas: 6n, keys: { [key]: 'read' } },
        { gas: 1n },
      ]),
    ),
  );
  expect(graph.mapNodes((node, attributes) => [node, attributes])).toEqual([
    ['0', { gas: 5, component: 0, isCritical: true }],
    ['1', { gas: 7, component: 0, isCritical: true }],
    ['2', { gas: 6, component: 0, isCritical: false }],
    ['3', { gas: 1, component: 1, isCritical: false }],
  ]);
  expect(graph.mapEdges((_edge, attributes, from, to) => [from, to, attributes])).toEqual([
    ['0', '1', { keys: [key], isCritical: true }],
    ['0', '2', { keys: [key], isCritical: false }],
  ]);
});

test('its components are the components of the conflict graph', () => {
  fc.assert(
    fc.property(randomAnalysis, (analysis) => {
      const graph = buildConflictGraph(analysis);
      const found = connectedComponents(toGraphology(graph)).map((nodes) =>
        nodes.map(Number).sort((a, b) => a - b),
      );
      expect(found.sort(([a = 0], [b = 0]) => a - b)).toEqual(
        graph.components.map(({ transactions }) => transactions),
      );
    }),
  );
});
