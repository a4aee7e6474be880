import { describe, expect, test } from '@jest/globals';
import { MultiGraph } from 'graphology';
import gexf from 'graphology-gexf/node/index.js';
import { renderGexf } from '../../../src/output/graph/gexf.ts';
import { account } from '../../report/hand-made.ts';
import { HOSTILE, handMade, named, shaped } from '../findings.ts';
import { inXml, parseXml } from '../xml.ts';

function read(text: string): MultiGraph {
  parseXml(text);
  return gexf.parse(MultiGraph, text) as unknown as MultiGraph;
}

describe('a GEXF file, as graphology reads it', () => {
  const graph = read(renderGexf(handMade));

  test('has all transactions with their attributes', () => {
    expect(graph.nodes()).toEqual(['0', '1', '2', '3', '4']);
    expect(graph.getNodeAttributes('0')).toMatchObject({
      status: 'exact',
      gas: 40_000,
      component: 0,
      lane: 0,
      critical: true,
      hash: handMade.analysis.input.transactions[0]?.hash,
      from: account(0),
      to: handMade.analysis.input.transactions[0]?.to,
    });
    expect(graph.getNodeAttribute('3', 'to')).toBeUndefined();
  });

  test('has all edges, named by their ends, with their keys', () => {
    expect(graph.edges().sort()).toEqual(['0-1', '1-2', '1-3', '2-3', '3-4']);
    expect(graph.getEdgeAttribute('0-1', 'keys')).toBe(handMade.graph.edges[1]?.keys.join(' '));
    expect(graph.extremities('1-3')).toEqual(['1', '3']);
  });

  test.each([0, 1, 1500])('of %d transactions', (count) => {
    expect(read(renderGexf(shaped(count, []))).order).toBe(count);
  });

  test.each(HOSTILE.map((text) => [text]))('named %j, which stays text', (text) => {
    const label: unknown = read(renderGexf(named(text))).getNodeAttribute('2', 'label');
    const expected = `#2 ${inXml(text)}`;
    expect(label).toBe(expected);
  });
});
