import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { markdownTable, withSection } from '../../bench/table.ts';

test('cells are padded, all but the first column to the right', () => {
  expect(
    markdownTable(
      ['block', 'ms'],
      [
        ['7', '1.5'],
        ['swaps', '1234'],
      ],
    ),
  ).toBe(['| block |   ms |', '| ----- | ---: |', '| 7     |  1.5 |', '| swaps | 1234 |'].join('\n'));
});

test('a section gets another text, and the rest of the document stays', () => {
  const document = 'a\n<!-- x -->\nold\n<!-- end of x -->\nb\n';
  const once = withSection(document, 'x', 'new');
  expect(once).toBe('a\n<!-- x -->\n\nnew\n\n<!-- end of x -->\nb\n');
  expect(withSection(once, 'x', 'new')).toBe(once);
  expect(() => withSection(document, 'y', '')).toThrow(RangeError);
});

test('docs/performance.md has a section for each benchmark that writes there', () => {
  const document = readFileSync('docs/performance.md', 'utf8');
  for (const name of ['execution', 'replay']) expect(withSection(document, name, 'new')).toContain('\nnew\n');
});
