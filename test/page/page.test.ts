/** The page in a real browser. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { renderHtml } from '../../src/output/html.ts';
import { exampleFindings } from './block.ts';
import { hasBrowser, PageOpener } from './browser.ts';

if (!hasBrowser) console.warn('Left out: the page in a real browser, since there is no Chromium here.');
const inBrowser = hasBrowser ? describe : describe.skip;

inBrowser('the page of the example block', () => {
  const opener = new PageOpener();
  afterAll(() => opener.close());
  const html = hasBrowser ? renderHtml(exampleFindings()) : '';

  test('opens from disk: no request, no error, nothing wider than the screen', async () => {
    for (const width of [1400, 1000, 380]) {
      const { page, requests, errors } = await opener.open(html, '', { viewport: { width, height: 800 } });
      expect(await page.title()).toBe('Block 22,711,001 – pevm-analyze');
      expect(await page.locator('#matches').textContent()).toBe('240 of 240 shown');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect([requests, errors]).toEqual([[], []]);
    }
  });
});
