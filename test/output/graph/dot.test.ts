import { expect, test } from '@jest/globals';
import { renderDot } from '../../../src/output/graph/dot.ts';
import { analysed, chain, fan, HOSTILE, handMade, named, shaped } from '../findings.ts';
import { describeGraphviz, dot } from '../graphviz.ts';
import { inXml, parseXml, textsOf } from '../xml.ts';

test('clusters components, and marks the critical path', () => {
  const lines = renderDot(shaped(4, [{ from: 0, to: 2 }])).split('\n');
  const inCluster = lines.slice(lines.indexOf('  subgraph cluster_0 {'), lines.indexOf('  }'));
  expect(inCluster.filter((line) => /^ {4}\d+ \[/.test(line)).map((line) => line.trim()[0])).toEqual([
    '0',
    '2',
  ]);
  expect(lines.filter((line) => /^ {2}\d+ \[/.test(line)).map((line) => line.trim()[0])).toEqual(['1', '3']);
  expect(
    lines.filter((line) => line.includes('penwidth=2')).map((line) => /[\d >-]+\[/.exec(line)?.[0].trim()),
  ).toEqual(['0 [', '2 [', '0 -> 2 [']);
});

describeGraphviz('Graphviz takes it', () => {
  test.each([
    ['one of each status', handMade],
    ['without an execution', analysed],
    ['nothing', shaped(0, [])],
    ['one transaction', shaped(1, [])],
    ['a chain of 60', chain(60)],
    ['all between two', fan(60)],
    ['1,414 without a conflict', shaped(1414, [])],
  ])('%s', (_name, findings) => {
    const svg = parseXml(dot(renderDot(findings), '-Tsvg'));
    const groups = Array.from(svg.getElementsByTagName('g'), (group) => group.getAttribute('class') ?? '');
    const count = (kind: string): number => groups.filter((name) => name.split(' ')[0] === kind).length;
    expect(count('node')).toBe(findings.analysis.transactions.length);
    expect(count('edge')).toBe(findings.graph.edges.length);
  });

  test.each(HOSTILE.map((text) => [text]))('named %j, which stays text', (text) => {
    const svg = parseXml(dot(renderDot(named(text)), '-Tsvg'));
    const lines = inXml(text).split(/\r\n|\n/);
    const labels = textsOf(svg, 'text').map((label) => label.replace(/\u00a0/g, ' '));
    for (const line of lines) expect(labels.map((label) => label.trim())).toContain(line.trim());
    expect(svg.getElementsByTagName('script').length).toBe(0);
  });
});
