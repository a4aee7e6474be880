/** The picture as a browser draws it. Without one this is left out, and says so. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { renderSvg } from '../../../../src/output/graph/svg/svg.ts';
import { hasBrowser, PageOpener } from '../../../page/browser.ts';
import { chain, fan, handMade, named, shaped } from '../../findings.ts';

const suite = hasBrowser ? describe : describe.skip;
if (!hasBrowser)
  process.stdout.write('pictures of the conflict graph in a browser: left out, there is no Chromium\n');

/** Runs in the page. Bounding boxes are those of the window. */
const LOOK = `(() => {
  const root = document.querySelector('svg');
  const view = root.viewBox.baseVal;
  const origin = root.getBoundingClientRect();
  const isOutside = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const [x, y] = [origin.left - 0.5, origin.top - 0.5];
    return left < x || top < y || right > x + view.width + 1 || bottom > y + view.height + 1;
  };
  const groups = [...root.querySelectorAll('g')].filter((group) => group.firstElementChild?.matches('.box'));
  const boxes = groups.map((group) => group.firstElementChild.getBoundingClientRect());
  const sticksOut = (group, at) =>
    [...group.querySelectorAll('text')].some((text) => text.getBoundingClientRect().width > boxes[at].width);
  const covers = (one, other) =>
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
  const drawn = [...root.querySelectorAll('rect, path, text')].filter((one) => one.closest('defs') === null);
  return {
    boxes: boxes.length,
    outside: drawn.filter(isOutside).length,
    tooWide: groups.filter(sticksOut).length,
    covering: boxes.filter((one, at) => boxes.slice(at + 1).some((other) => covers(one, other))).length,
  };
})()`;

suite('a picture of the conflict graph in a browser', () => {
  const opener = new PageOpener();
  afterAll(() => opener.close());

  const inPage = (svg: string): string =>
    `<!doctype html><html data-ready="true"><meta charset="utf-8"><body>${svg.slice(svg.indexOf('<svg'))}`;

  test.each([
    ['one of each status', handMade],
    ['long names', named('WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW')],
    ['a chain of 200', chain(200)],
    ['100 between two', fan(100)],
    ['1,414 without a conflict', shaped(1414, [])],
  ])('%s: nothing sticks out, no box covers another', async (_name, findings) => {
    const { page, errors, requests } = await opener.open(inPage(renderSvg(findings)));
    const found = await page.evaluate(LOOK);
    const boxes = findings.analysis.transactions.length;
    expect(found).toEqual({ boxes, outside: 0, tooWide: 0, covering: 0 });
    expect([errors, requests]).toEqual([[], []]);
    await page.context().close();
  });

  test('is dark where the reader likes it dark, and the legend says the colours that are there', async () => {
    const { page } = await opener.open(inPage(renderSvg(handMade)));
    const fillOf = (name: string) =>
      page.evaluate(`getComputedStyle(document.querySelector('.${name}')).fill`);
    await page.emulateMedia({ colorScheme: 'light' });
    const light = [await fillOf('ground'), await fillOf('exact')];
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = [await fillOf('ground'), await fillOf('exact')];
    expect(light[0]).toBe('rgb(255, 255, 255)');
    for (const [at, one] of light.entries()) expect(dark[at]).not.toBe(one);
    await page.context().close();
  });

  test('is an image to others', async () => {
    const source = `data:image/svg+xml,${encodeURIComponent(renderSvg(handMade))}`;
    const { page } = await opener.open('<!doctype html><html data-ready="true"><body>');
    const width = await page.evaluate(`(async () => {
      const image = new Image();
      image.src = ${JSON.stringify(source)};
      await image.decode();
      return image.naturalWidth;
    })()`);
    expect(width).toBeGreaterThan(1000);
    await page.context().close();
  });
});
