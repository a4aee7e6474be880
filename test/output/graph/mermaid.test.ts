import { describe, expect, test } from '@jest/globals';
import { renderMermaid } from '../../../src/output/graph/mermaid.ts';
import { chain, HOSTILE, handMade, named, shaped } from '../findings.ts';

const nodesOf = (text: string): string[] =>
  [...text.matchAll(/^ +t(\d+)\["/gm)].map(([, index = '']) => index);
const edgesOf = (text: string): string[] =>
  [...text.matchAll(/^ +t(\d+) (?:-->|==>|-\.->)(?:\|"[^"]*"\|)? t(\d+)$/gm)].map(
    ([, from, to]) => `${from}-${to}`,
  );

describe('a Mermaid flowchart', () => {
  test('draws a small block whole', () => {
    const text = renderMermaid(handMade);
    expect(nodesOf(text)).toEqual(['0', '1', '2', '3', '4']);
    expect(edgesOf(text)).toEqual(['0-1', '1-2', '1-3', '2-3', '3-4']);
    expect(text).toContain('  class t0,t1,t2,t3,t4 critical\n');
    expect(text).not.toContain('not drawn');
  });

  test('counts what would only fill the page', () => {
    const text = renderMermaid(shaped(1414, [{ from: 0, to: 1 }]));
    expect(nodesOf(text)).toEqual(['0', '1']);
    expect(text).toContain('  %% 1,412 transactions that conflict with none: not drawn\n');
    expect(text).toContain('  note0["1,412 transactions that conflict with none: not drawn"]\n');
  });

  test('leaves out components that are too large for Mermaid, and says so', () => {
    const long = Array.from({ length: 501 }, (_, at) => ({ from: at, to: at + 1 }));
    const text = renderMermaid(shaped(505, [...long, { from: 503, to: 504 }]));
    expect(edgesOf(text)).toEqual(['503-504']);
    expect(text).toContain('  %% 1 component with 502 transactions and 501 edges: not drawn, Mermaid takes');
  });

  test('stays within the limits of Mermaid', () => {
    for (const findings of [chain(500), shaped(1500, []), named('x'.repeat(48)), ...pairs()]) {
      const text = renderMermaid(findings);
      expect(text.length).toBeLessThanOrEqual(50_000);
      expect(edgesOf(text).length).toBeLessThanOrEqual(500);
    }
  });

  test.each(HOSTILE.map((text) => [text]))(
    'named %j, has nothing of it but letters, digits and harmless signs',
    (text) => {
      const written = renderMermaid(named(text));
      const texts = [...written.matchAll(/"([^"\n]*)"/g)].map(([, inner = '']) => inner);
      // The component, five transactions, and three edges that are due to something.
      expect(texts.length).toBe(9);
      for (const inner of texts) expect(inner).toMatch(/^(?:[\p{L}\p{N} .,:_…×+-]|#\d+;)*$/u);
      expect(edgesOf(written).length).toBe(5);
    },
  );
});

function pairs() {
  return [200, 700].map((count) =>
    shaped(
      2 * count,
      Array.from({ length: count }, (_, at) => ({ from: 2 * at, to: 2 * at + 1 })),
    ),
  );
}
