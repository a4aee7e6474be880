import { describe, expect, test } from '@jest/globals';
import { viewGraph } from '../../../src/output/graph/graph-view.ts';
import { analysed, handMade, shaped } from '../findings.ts';

describe('a view of the conflict graph', () => {
  const view = viewGraph(handMade);

  test('has a node for each transaction, with all that is known of it', () => {
    expect(
      view.nodes.map(({ index, status, lane, isCritical }) => [index, status, lane, isCritical]),
    ).toEqual([
      [0, 'exact', 0, true],
      [1, 'bounded', 0, true],
      [2, 'deferred', 0, true],
      [3, 'unbounded', 0, true],
      [4, 'exact', 0, true],
    ]);
    expect(view.nodes[3]?.title.split('\n')).toEqual([
      '#3 new contract',
      `hash 0x${'4'.padStart(64, '0')}`,
      `from 0x${'4'.padStart(40, '0')}`,
      'to a new contract',
      'unbounded: takes more steps than the analysis allows',
      '40,003 gas estimated',
      '21,000 gas used, failed',
      'component 0, worker 0, on the critical path',
    ]);
  });

  test('says nothing of an execution that there was not', () => {
    expect(viewGraph(analysed).nodes.filter(({ title }) => title.includes('used'))).toEqual([]);
  });

  test('has edges by target, and those of the critical path marked', () => {
    expect(view.edges.map(({ from, to, isCritical }) => [from, to, isCritical])).toEqual([
      [0, 1, true],
      [1, 2, true],
      [1, 3, false],
      [2, 3, true],
      [3, 4, true],
    ]);
    expect(view.edges[2]?.keys).toEqual([]);
  });

  test('counts what edges are due to', () => {
    expect(view.causes.map(({ edges }) => edges)).toEqual([2, 1]);
    expect(view.edges.map(({ cause }) => cause)).toEqual([0, 0, null, null, 1]);
  });

  test('tells components of several transactions from single ones', () => {
    const { clusters, singles } = viewGraph(
      shaped(6, [
        { from: 1, to: 4 },
        { from: 0, to: 3 },
        { from: 3, to: 5 },
      ]),
    );
    expect(clusters.map(({ transactions }) => transactions)).toEqual([
      [0, 3, 5],
      [1, 4],
    ]);
    expect(singles).toEqual([2]);
  });
});
