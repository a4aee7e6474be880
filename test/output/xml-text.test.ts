import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { xmlText } from '../../src/output/xml-text.ts';
import { HOSTILE } from './findings.ts';
import { inXml, parseXml } from './xml.ts';

test('is what it was, once it is read', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const element = parseXml(`<a b="${xmlText(text)}">${xmlText(text)}</a>`);
      expect(element.textContent).toBe(inXml(text).replace(/\r\n?/g, '\n'));
    }),
  );
});

test.each(HOSTILE.map((text) => [text]))('%j stays text', (text) => {
  const element = parseXml(`<a b="${xmlText(text)}">${xmlText(text)}</a>`);
  expect(element.childNodes.length).toBe(1);
  expect(element.attributes.length).toBe(1);
});
