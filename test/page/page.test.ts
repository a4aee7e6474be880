/** The page in a real browser: opened from disk, every feature used, by mouse and by keyboard. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { renderHtml } from '../../src/output/html.ts';
import { accountKey } from '../../src/state/key.ts';
import { A, analysisOf, type Draft } from '../graph/random-block.ts';
import { account, analysis, execution } from '../report/hand-made.ts';
import { exampleFindings, findingsOf, pageBlock, withTransactions } from './blocks.ts';
import { hasBrowser, type OpenedPage, PageOpener } from './browser.ts';

if (!hasBrowser) console.warn('Left out: the page in a real browser, since there is no Chromium here.');
const inBrowser = hasBrowser ? describe : describe.skip;

const example = exampleFindings();
const { rowStart } = pageBlock(example).conflicts;
const hottest = example.graph.hotKeys[0]?.key ?? '';

inBrowser('the page', () => {
  const opener = new PageOpener();
  const opened: OpenedPage[] = [];
  afterAll(() => opener.close());
  /** Whatever was done: nothing was loaded, and nothing went wrong. */
  afterEach(async () => {
    for (const { page, requests, errors } of opened.splice(0)) {
      expect([requests, errors]).toEqual([[], []]);
      await page.close();
    }
  });

  async function open(html: string, fragment = '', options: BrowserContextOptions = {}): Promise<Page> {
    const one = await opener.open(html, fragment, options);
    opened.push(one);
    return one.page;
  }
  const html = renderHtml(example);
  const openExample = (fragment = '', options: BrowserContextOptions = {}) => open(html, fragment, options);

  const tile = (page: Page, title: string) =>
    page.locator(`[data-tile="${title}"] dd:not(.note)`).textContent();
  const matches = (page: Page) => page.locator('#match-count').textContent();
  const heading = (page: Page) => page.locator('#selected').textContent();
  const fragment = (page: Page) => decodeURIComponent(page.url().split('#')[1] ?? '');
  const isFocused = (page: Page, selector: string) =>
    page.evaluate(`document.querySelector(${JSON.stringify(selector)}).contains(document.activeElement)`);

  test('says what was found, on wide and on narrow screens', async () => {
    for (const width of [1400, 1000, 380]) {
      const page = await openExample('', { viewport: { width, height: 800 } });
      expect(await page.title()).toBe('Block 22,711,001 – pevm-analyze');
      expect(await matches(page)).toBe('240 of 240 shown');
      expect(await tile(page, 'Bound')).toBe(`${example.plan.speedup.bound.toFixed(2)}×`);
      expect(await tile(page, '4 workers')).toBe(`${example.plan.speedup['4'].toFixed(2)}×`);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    }
  });

  test('on narrow screens the selected transaction leads to its details', async () => {
    const page = await openExample('', { viewport: { width: 380, height: 800 } });
    const jump = page.locator('#jump');
    expect(await jump.isVisible()).toBe(false);
    await page.locator('#graph-canvas').focus();
    await page.keyboard.press('ArrowRight');
    expect(await jump.textContent()).toMatch(/^#\d+ exact: details$/);
    await jump.click();
    expect(await isFocused(page, '#details')).toBe(true);
    expect(await page.locator('#selected').isVisible()).toBe(true);
    expect(await (await openExample('tx=1')).locator('#jump').isVisible()).toBe(false);
  });

  test('a link leads to a transaction, with its access set and whom it waits for', async () => {
    const waiting = example.graph.predecessors.findIndex((list) => list.length > 0);
    const page = await openExample(`tx=${waiting}`);
    expect(await heading(page)).toContain(`#${waiting}`);
    const details = page.locator('#details');
    expect(await details.locator('.accesses li').count()).toBe(
      (rowStart[waiting + 1] ?? 0) - (rowStart[waiting] ?? 0),
    );
    const before = details.locator('.neighbours.predecessors a.tx').first();
    const text = await before.textContent();
    await before.click();
    expect(await heading(page)).toContain(text ?? '?');
    expect(fragment(page)).toBe(`tx=${text?.slice(1)}`);
  });

  test('the back button and a changed address lead elsewhere', async () => {
    const page = await openExample('tx=3');
    await page.evaluate('location.hash = "tx=5&status=exact"');
    await page.waitForFunction('document.querySelector("#selected").textContent.includes("#5")');
    expect(await page.locator('input[value=exact]').isChecked()).toBe(true);
    await page.goBack();
    await page.waitForFunction('document.querySelector("#selected").textContent.includes("#3")');
  });

  test('search, status, component, critical path and key filter all that is shown', async () => {
    const page = await openExample();
    const { criticalPath, components, hotKeys } = example.graph;
    await page.fill('#search', '#12');
    expect(await matches(page)).toBe('1 of 240 shown');
    expect(await page.locator('#transactions tbody tr').count()).toBe(1);
    await page.fill('#search', 'nobody has this');
    expect(await page.locator('.pager').textContent()).toContain('No transaction passes the filter');
    await page.click('#clear-filter');
    await page.check('#critical');
    expect(await matches(page)).toBe(`${criticalPath.transactions.length} of 240 shown`);
    await page.click('#clear-filter');
    await page.fill('#component', String(components.at(-1)?.id));
    expect(await matches(page)).toBe(`${components.at(-1)?.transactions.length} of 240 shown`);
    await page.click('#clear-filter');
    await page.locator('#hot-keys button.key').first().click();
    expect(await matches(page)).toBe(`${hotKeys[0]?.transactions} of 240 shown`);
    expect(fragment(page)).toBe(`key=${hottest}`);
    await page.click('#key-filter');
    expect(await matches(page)).toBe('240 of 240 shown');
  });

  test('the table sorts, turns pages and selects, by mouse and by keyboard', async () => {
    const page = await openExample();
    const first = () => page.locator('#transactions tbody tr').first().getAttribute('data-transaction');
    const gas = page.getByRole('button', { name: 'Gas', exact: true });
    await gas.click();
    await gas.click();
    const heaviest = example.graph.gas.indexOf(example.graph.gas.reduce((a, b) => (a > b ? a : b)));
    expect(await first()).toBe(String(heaviest));
    expect(await page.locator('th[aria-sort=descending]').textContent()).toContain('Gas');
    await page.getByRole('button', { name: '#', exact: true }).click();
    await page.getByRole('button', { name: 'Next' }).click();
    expect(await first()).toBe('50');
    await page.getByRole('button', { name: 'Last' }).click();
    expect(await first()).toBe('200');
    await page.getByRole('button', { name: 'First' }).click();
    await page.locator('tr[data-transaction="49"] .hex').first().click();
    expect(await heading(page)).toContain('#49');
    await page.locator('tr[data-transaction="49"] a.tx').focus();
    await page.keyboard.press('ArrowDown');
    expect(await heading(page)).toContain('#50');
    expect(await isFocused(page, 'tr[data-transaction="50"]')).toBe(true);
    await page.keyboard.press('Enter');
    expect(await isFocused(page, '#details')).toBe(true);
  });

  test('timeline and graph select by click and by arrow keys, and zoom', async () => {
    for (const view of ['timeline', 'graph']) {
      const page = await openExample();
      const canvas = page.locator(`#${view}-canvas`);
      const picture = async () =>
        createHash('sha256')
          .update(String(await page.evaluate(`document.getElementById('${view}-canvas').toDataURL()`)))
          .digest('hex');
      const whole = await picture();
      await canvas.focus();
      await page.keyboard.press('ArrowRight');
      const selected = Number(/tx=(\d+)/.exec(fragment(page))?.[1]);
      expect(await heading(page)).toContain(`#${selected}`);
      expect(await page.locator('#said').textContent()).toContain(`#${selected} · `);
      await page.keyboard.press('ArrowRight');
      expect(fragment(page)).not.toBe(`tx=${selected}`);
      await page.keyboard.press('Enter');
      expect(await isFocused(page, '#details')).toBe(true);
      await canvas.focus();
      await page.keyboard.press('Escape');
      expect(fragment(page)).toBe('');
      await nextFrame(page);
      expect(await picture()).toBe(whole);
      await page.keyboard.press('+');
      await nextFrame(page);
      const near = await picture();
      expect(near).not.toBe(whole);
      await page.keyboard.press('Shift+ArrowRight');
      await nextFrame(page);
      expect(await picture()).not.toBe(near);
      await page.keyboard.press('0');
      await nextFrame(page);
      expect(await picture()).toBe(whole);
      await page.locator(`#${view}`).getByRole('button', { name: 'Zoom in' }).click();
      await nextFrame(page);
      const closer = await picture();
      expect(closer).not.toBe(whole);
      const spot = async (x: number, y: number) => {
        const box = await canvas.boundingBox();
        return { x: (box?.x ?? 0) + x, y: (box?.y ?? 0) + y };
      };
      const at = await spot(200, 40);
      await page.mouse.move(at.x, at.y);
      await page.mouse.down();
      await page.mouse.move(at.x - 80, at.y);
      await page.mouse.up();
      await nextFrame(page);
      expect(await picture()).not.toBe(closer);
      expect(fragment(page)).toBe('');
      await page.locator(`#${view}`).getByRole('button', { name: 'Fit' }).click();
      await page.mouse.move(at.x, at.y);
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, -200);
      await page.keyboard.up('Control');
      await nextFrame(page);
      expect(await picture()).not.toBe(whole);
      await page.locator(`#${view}`).getByRole('button', { name: 'Fit' }).click();
      await nextFrame(page);
      const onBar = { x: 60, y: view === 'graph' ? 55 : 14 };
      const tip = page.locator(`#${view} .tip`);
      expect(await tip.isVisible()).toBe(false);
      await canvas.hover({ position: onBar });
      expect(await tip.textContent()).toMatch(/^#\d+ · .* gas · waits for /);
      await canvas.click({ position: onBar });
      expect(await heading(page)).toMatch(/^#\d+/);
    }
  });

  test('the timeline can be planned for other numbers of workers', async () => {
    const page = await openExample();
    const note = page.locator('#timeline .note');
    expect(await note.textContent()).toContain('4 workers by transaction');
    await page.selectOption('#workers', '16');
    expect(await note.textContent()).toContain('16 workers by transaction');
    expect(fragment(page)).toBe('workers=16');
  });

  test('what if: drop, move, make commutative; undo, redo, reset', async () => {
    const page = await openExample();
    const bound = () => tile(page, 'Bound');
    const before = await bound();
    const [, second = 0] = example.graph.criticalPath.transactions;
    await page.fill('#change-transaction', String(second));
    await page.click('#do-drop');
    const dropped = await bound();
    expect(dropped).toContain(before);
    expect(await page.locator('#what-if-result').textContent()).toMatch(/^The bound /);
    expect(await page.locator('.compare').textContent()).toContain('Transactions240239');
    expect(await page.locator('#what-if').textContent()).toContain('is an estimate');
    await page.fill('#change-position', '0');
    await page.fill('#change-transaction', '200');
    await page.click('#do-move');
    expect(await page.locator('.changes').textContent()).toContain('#200 moved to position 0');
    await page.fill('#change-key', hottest);
    await page.click('#do-commute');
    expect(fragment(page)).toBe(`change=drop:${second}&change=move:200:0&change=commute:${hottest}`);
    await page.check('#show-original');
    expect(await page.locator('#graph .note').textContent()).toContain(`${example.graph.edges.length} edges`);
    await page.uncheck('#show-original');
    await page.click('#undo');
    await page.click('#undo');
    expect(await bound()).toBe(dropped);
    await page.click('#redo');
    expect(await page.locator('.changes li').count()).toBe(2);
    await page.locator('.changes button').first().click();
    expect(await page.locator('.changes').textContent()).not.toContain('dropped');
    await page.click('#reset');
    expect(await bound()).toBe(before);
    expect(fragment(page)).toBe('');
  });

  test('hot keys: the first ones, all of them, and back', async () => {
    const page = await openExample();
    const rows = page.locator('#hot-keys tbody tr');
    const count = example.graph.hotKeys.length;
    expect(await rows.count()).toBe(10);
    await page.getByRole('button', { name: `Show all ${count}` }).press('Enter');
    expect(await rows.count()).toBe(count);
    await page.getByRole('button', { name: 'Show 10' }).press('Enter');
    expect(await rows.count()).toBe(10);
  });

  test('the links of the header lead to the parts of the page, and back to what was shown', async () => {
    const page = await openExample('tx=7');
    for (const part of ['timeline', 'graph', 'what-if', 'hot-keys', 'transactions', 'details']) {
      await page.locator(`nav a[href="#${part}"]`).click();
      expect(await isFocused(page, `#${part}`)).toBe(true);
      expect(await heading(page)).toContain('#7');
    }
  });

  test('what if: from the details and the hot keys, and from a link', async () => {
    const last = example.graph.criticalPath.transactions.at(-1) ?? 0;
    const page = await openExample(`tx=${last}`);
    await page.locator('#details').getByRole('button', { name: 'Drop' }).click();
    expect(await page.locator('#details').textContent()).toContain('dropped');
    expect(await isFocused(page, '#details')).toBe(true);
    await page.locator('#details').getByRole('button', { name: 'Bring back' }).click();
    await page.locator('#details').getByRole('button', { name: 'To the front' }).click();
    expect(await page.locator('#details').textContent()).toContain('at position 0');
    await page
      .locator('#hot-keys')
      .getByRole('button', { name: `Make ${hottest} commutative` })
      .click();
    const linked = await openExample(fragment(page).replaceAll(':', '%3A'));
    expect(await tile(linked, 'Bound')).toBe(await tile(page, 'Bound'));
    expect(await linked.locator('.changes li').count()).toBe(2);
  });

  test('what if: what cannot be is said', async () => {
    const page = await openExample();
    const wrong = page.locator('.wrong');
    for (const number of ['', '240', '-1', '1.5']) {
      await page.fill('#change-transaction', number);
      await page.click('#do-drop');
      expect(await wrong.textContent()).toBe('Expected a whole number from 0 to 239.');
    }
    await page.fill('#change-key', 'x');
    await page.click('#do-commute');
    expect(await wrong.textContent()).toBe('Expected a state key that the block touches.');
    expect(await page.locator('.changes li').count()).toBe(0);
  });

  test('colours follow the system, and can be chosen', async () => {
    const background = (page: Page) => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await openExample();
    const dark = await openExample('', { colorScheme: 'dark' });
    expect(await background(light)).not.toBe(await background(dark));
    const toggle = dark.getByRole('button', { name: /^Colours/ });
    await toggle.click();
    expect(await background(dark)).toBe(await background(light));
    expect(fragment(dark)).toBe('theme=light');
    await toggle.click();
    await toggle.click();
    expect(fragment(dark)).toBe('');
    expect(await background(await openExample('theme=dark'))).toBe(await background(dark));
  });

  test('everything is reached by Tab, with the skip links first', async () => {
    const page = await openExample();
    const names: string[] = [];
    for (let step = 0; step < 60; step++) {
      await page.keyboard.press('Tab');
      names.push(
        String(
          await page.evaluate(
            '(() => { const it = document.activeElement; return it.id || it.getAttribute("aria-label") || it.textContent; })()',
          ),
        ),
      );
    }
    expect(names.slice(0, 3)).toEqual(['Skip to the filter', 'Skip to the transactions', 'Skip to what if']);
    const wanted = [
      'search',
      'component',
      'critical',
      'workers',
      'timeline-canvas',
      'graph-canvas',
      'Zoom in',
      'change-transaction',
      'do-drop',
      'change-position',
      'do-move',
      'change-key',
      'do-commute',
    ];
    expect(wanted.filter((name) => !names.includes(name))).toEqual([]);
    await page.evaluate('window.scrollTo(0, 0); document.querySelector(".skip a:nth-child(2)").focus()');
    await page.keyboard.press('Enter');
    expect(await isFocused(page, '#transactions')).toBe(true);
  });

  test('all statuses, with reasons in words', async () => {
    const page = await open(renderHtml(findingsOf(analysis)), 'tx=1');
    const details = page.locator('#details');
    expect(await details.textContent()).toContain('Why bounded and not exact');
    expect(await details.textContent()).toContain(
      'unknown-branch: a branch depends on something that is not known',
    );
    expect(await details.textContent()).toMatch(/transfer.*pc 291/);
    expect(await details.textContent()).toContain('which may be written by #0');
    await page.evaluate('location.hash = "tx=2"');
    await page.waitForFunction('document.querySelector("#selected").textContent.includes("#2")');
    expect(await details.textContent()).toContain('Derived again after');
    expect(await page.locator('.statuses').textContent()).toBe('2 exact1 bounded1 deferred1 unbounded');
    await page.check('#filter input[value=deferred]');
    expect(await matches(page)).toBe('1 of 5 shown');
    await page.check('#filter input[value=exact]');
    expect(await matches(page)).toBe('3 of 5 shown');
    await page.locator('.statuses button', { hasText: 'unbounded' }).click();
    expect(await matches(page)).toBe('1 of 5 shown');
    expect(await page.locator('#filter input:checked').getAttribute('value')).toBe('unbounded');
  });

  test('measured lanes stand beside the planned ones, where the run was recorded', async () => {
    const runs = [0, 1, 2, 3, 4].map((transaction) => ({
      transaction,
      worker: transaction % 2,
      start: 10 * transaction,
      end: 10 * transaction + 8,
    }));
    const trace = { runs, spans: [], resolved: [] };
    const page = await open(renderHtml({ ...findingsOf(analysis), execution: { ...execution, trace } }));
    expect(await page.locator('#measured .note').textContent()).toContain('5 runs on 2 threads within 48 µs');
    await page.locator('#measured-canvas').focus();
    for (const expected of [0, 2, 4]) {
      await page.keyboard.press('ArrowRight');
      expect(await heading(page)).toContain(`#${expected}`);
    }
    expect(await (await openExample()).locator('#measured').count()).toBe(0);
  });

  test('blocks of one transaction and of none', async () => {
    const one = await open(renderHtml(findingsOf(withTransactions(analysisOf([{ gas: 21_000n }])))));
    expect(await one.title()).toBe('1 transaction – pevm-analyze');
    expect(await tile(one, 'Bound')).toBe('1.00×');
    await one.fill('#change-transaction', '0');
    await one.click('#do-drop');
    expect(await one.locator('.compare').textContent()).toContain('Transactions10');
    const none = await open(renderHtml(findingsOf(analysisOf([]))));
    expect(await matches(none)).toBe('0 of 0 shown');
  });

  test('1,500 transactions, a third of them one behind the other', async () => {
    const drafts = Array.from({ length: 1500 }, (_, index): Draft => {
      const shared: Draft['keys'] = index % 3 === 0 ? { [`${A}:balance`]: 'write' } : {};
      return { keys: { ...shared, [accountKey(account(index), 'nonce')]: 'delta' }, gas: 21_000n };
    });
    const page = await open(renderHtml(findingsOf(withTransactions(analysisOf(drafts)))));
    expect(await matches(page)).toBe('1,500 of 1,500 shown');
    expect(await tile(page, 'Bound')).toBe('3.00×');
    await page.getByRole('button', { name: 'Last' }).click();
    expect(await page.locator('#transactions tbody tr').last().getAttribute('data-transaction')).toBe('1499');
    await page.fill('#search', accountKey(account(1234), 'nonce'));
    expect(await matches(page)).toBe('1 of 1,500 shown');
    await page.fill('#change-key', `${A}:balance`);
    await page.click('#do-commute');
    expect(await tile(page, 'Bound')).toBe('3.00× 1500.00×');
  });

  test('names that were made to break out are text', async () => {
    const hostile =
      '</script><script>document.title = "broken"</script><!--<img src=x onerror=alert(1)>\u2028';
    const findings = findingsOf(analysis);
    const [first, ...others] = findings.analysis.transactions;
    if (first === undefined) throw new Error('the block is empty');
    const reasons = [
      {
        code: 'unknown-branch' as const,
        message: hostile,
        at: { address: analysis.input.transactions[0]?.from ?? '0x', selector: null, pc: 0 },
        dependsOn: [],
        writtenBy: new Map(),
      },
    ];
    const page = await open(
      renderHtml({
        ...findings,
        analysis: { ...analysis, transactions: [{ ...first, status: 'bounded', reasons }, ...others] },
      }),
      'tx=0',
    );
    expect(await page.title()).toBe('Block 19,000,000 – pevm-analyze');
    expect(await page.locator('#details li').first().textContent()).toContain(hostile);
    expect(await page.locator('img').count()).toBe(0);
  });

  test('the policy lets nothing else run, and nothing load', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const { page, errors } = await opener.open(html);
    await page.evaluate(`(async () => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "broken"';
      document.body.append(script);
      const image = new Image();
      const failed = new Promise((done) => { image.onerror = done; });
      image.src = 'http://127.0.0.1:${port}/image';
      await failed;
      await fetch('http://127.0.0.1:${port}/fetch').catch(() => {});
    })()`);
    expect(await page.title()).toBe('Block 22,711,001 – pevm-analyze');
    expect(errors.filter((error) => error.includes('Content Security Policy')).length).toBeGreaterThanOrEqual(
      3,
    );
    expect(asked).toEqual([]);
    await page.close();
    await new Promise((done) => server.close(done));
  });
});

/** Two frames: one is asked for after a change, and drawn in the next. */
async function nextFrame(page: Page): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}
