import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { renderSvg } from '../../../../src/output/graph/svg/svg.ts';
import { analysed, chain, fan, HOSTILE, handMade, named, shaped } from '../../findings.ts';
import { describeGraphviz, dot } from '../../graphviz.ts';
import { inXml, parseXml, textsOf, type XmlElement } from '../../xml.ts';

function elements(root: XmlElement, name: string, className: string): XmlElement[] {
  return Array.from(root.getElementsByTagName(name)).filter((element) =>
    (element.getAttribute('class') ?? '').split(' ').includes(className),
  );
}

describe('a picture of the conflict graph', () => {
  test.each([
    ['one of each status', handMade],
    ['without an execution', analysed],
    ['nothing', shaped(0, [])],
    ['one transaction', shaped(1, [])],
    ['a chain of 1,500', chain(1500)],
    ['1,500 between two', fan(1500)],
    ['1,414 without a conflict', shaped(1414, [])],
  ])('%s: has every transaction and every edge, inside the page', (_name, findings) => {
    const text = renderSvg(findings);
    const root = parseXml(text);
    const [width, height] = ['width', 'height'].map((name) => Number(root.getAttribute(name)));
    expect(root.getAttribute('viewBox')).toBe(`0 0 ${width} ${height}`);
    const titles = textsOf(root, 'title').filter((title) => title.includes('\nhash '));
    const drawn = titles.map((title) => Number(/^#(\d+) /.exec(title)?.[1]));
    expect(drawn.sort((a, b) => a - b)).toEqual(findings.analysis.transactions.map(({ index }) => index));
    expect(elements(root, 'path', 'edge').length).toBe(findings.graph.edges.length);
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
    expect([(width ?? 0) > 0, (width ?? 0) < 4000, (height ?? 0) > 0]).toEqual([true, true, true]);
  });

  test('tells statuses, the critical path and waits apart by class', () => {
    const text = renderSvg(handMade);
    const root = parseXml(text);
    for (const status of ['exact', 'bounded', 'deferred', 'unbounded']) {
      expect(elements(root, 'rect', status).length).toBeGreaterThan(1);
    }
    expect(elements(root, 'path', 'critical').length).toBe(4);
    expect(elements(root, 'path', 'wait').length).toBe(2);
    expect(text).toContain('@media (prefers-color-scheme:dark)');
  });

  test.each(HOSTILE.map((text) => [text]))('named %j, which stays text', (text) => {
    const document = parseXml(renderSvg(named(text)));
    const readable = inXml(text).replace(/\r\n?/g, '\n');
    expect(textsOf(document, 'title').some((title) => title.includes(readable))).toBe(true);
    expect(document.getElementsByTagName('script').length).toBe(0);
  });
});

describeGraphviz('Graphviz takes the picture as the image of a node', () => {
  test('in its own size, and without a warning', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pevm-analyze-'));
    try {
      const svg = join(folder, 'graph.svg');
      writeFileSync(svg, renderSvg(handMade));
      const drawn = parseXml(dot(`digraph { a [shape=none, label="", image="${svg}"] }`, '-Tsvg'));
      const [image] = Array.from(drawn.getElementsByTagName('image'));
      expect(image?.getAttribute('xlink:href')).toBe(svg);
      const own = parseXml(renderSvg(handMade));
      const sizes = (element: XmlElement | undefined): number[] =>
        ['width', 'height'].map((name) => Number.parseFloat(element?.getAttribute(name) ?? ''));
      // Pixels become points.
      for (const [at, size] of sizes(own).entries()) expect(sizes(image)[at]).toBeCloseTo(size * 0.75, -1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
