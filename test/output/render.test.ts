import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { OUTPUT_KINDS } from '../../src/output/kinds.ts';
import { renderOutput } from '../../src/output/render.ts';
import { buildDocument } from '../../src/report/document.ts';
import { analysis, execution, graph, plan } from '../report/hand-made.ts';

const findings = { analysis, graph, plan, execution };

test('a .json file is the document', async () => {
  const text = new TextDecoder().decode(await renderOutput('x.json', findings));
  expect(JSON.parse(text)).toEqual(buildDocument(findings));
  expect(text.endsWith('}\n')).toBe(true);
});

test.each(OUTPUT_KINDS.map(({ extension }) => extension))(
  '%s: twice the same bytes, also in .gz',
  async (extension) => {
    const first = await renderOutput(`x${extension}`, findings);
    expect(first.length).toBeGreaterThan(0);
    expect(await renderOutput(`y${extension}`, findings)).toEqual(first);
    expect(new Uint8Array(gunzipSync(await renderOutput(`x${extension}.gz`, findings)))).toEqual(
      new Uint8Array(first),
    );
  },
);
