/**
 * How long a page takes: `npm run bench:page [-- NAME… --rounds N --size N --write]`, in milliseconds, in the
 * Chromium of the machine without a graphics processor. Names are those of `npm run bench`.
 *
 * `written` is making the file from findings. `interactive` goes from asking the browser for the file to the answer
 * to a first key press: the transaction selected in graph, timeline, table and details. `search` and `what if` go
 * from an input to all that follows from it: `#1` looked for, the first transaction of the critical path dropped.
 * Each round opens the file in a new page of a running browser; the first one does not count.
 */
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import {
  analyzeBlock,
  buildConflictGraph,
  type Findings,
  planSchedule,
  snapshotState,
} from '../dist/index.js';
import { renderHtml } from '../dist/output/html.js';
import { hasBrowser, PageOpener } from '../test/page/browser.ts';
import { selectBlocks } from './blocks.ts';
import { describeMachine, machineText } from './machine.ts';
import { readFiles } from './own-contenders.ts';
import { median, spreadOf } from './statistics.ts';
import { markdownTable, writePerformance } from './table.ts';

const WORKERS = 8;
/** The largest blocks of the corpus by transactions and by component, and as large ones for everybody. */
const NAMES = ['13287210', '17666333', 'ether-transfers', 'token-transfers', 'one-slot'];
const LOOKED_AT = ['written', 'interactive', 'search', 'what if'] as const;

type Times = Record<(typeof LOOKED_AT)[number], number>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '7' },
    size: { type: 'string', default: '1500' },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--rounds: expected a number of rounds');
if (!hasBrowser) throw new Error('there is no Chromium here');

const all = selectBlocks([], Number(values.size));
const wanted = positionals.length > 0 ? positionals : NAMES;
const opener = new PageOpener();
try {
  const rows: string[][] = [];
  for (const block of all.filter(({ name }) => wanted.includes(name))) {
    const { block: json, prestate } = await block.files();
    const input = readFiles({ block: json, prestate, blockHashes: {} });
    const analysis = analyzeBlock(input, { state: snapshotState(prestate) });
    const graph = buildConflictGraph(analysis);
    const findings = { analysis, graph, plan: planSchedule(graph, { workers: WORKERS }), execution: null };
    const times: Times[] = [];
    for (let round = -1; round < rounds; round++) {
      const measured = await measure(findings);
      if (round >= 0) times.push(measured);
    }
    const size = Math.round(renderHtml(findings).length / 1024);
    rows.push([
      block.name,
      String(input.transactions.length),
      String(size),
      ...LOOKED_AT.map((name) => timeText(times.map((one) => one[name]))),
    ]);
  }
  const heads = ['block', 'transactions', 'KiB', ...LOOKED_AT];
  const text = `${machineText(describeMachine())}; median of ${rounds} rounds (quartiles).\n\n${markdownTable(heads, rows)}`;
  console.log(text);
  if (values.write) writePerformance('bench:page', text);
} finally {
  await opener.close();
}

function timeText(times: readonly number[]): string {
  const { low, high } = spreadOf(times);
  return `${median(times).toFixed(0)} (${low.toFixed(0)} to ${high.toFixed(0)})`;
}

async function measure(findings: Findings): Promise<Times> {
  const start = performance.now();
  const html = renderHtml(findings);
  const written = performance.now() - start;
  const { page, openedMs } = await opener.open(html);
  const press = await timed(async () => {
    await page.locator('#graph-canvas').focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('#selected').waitFor();
  });
  const search = await answer(
    page,
    `const field = document.getElementById('search'); field.value = '#1'; field.dispatchEvent(new Event('input'));`,
  );
  const whatIf = await answer(
    page,
    `[...document.querySelectorAll('#details button')].find((one) => one.textContent === 'Drop').click();`,
  );
  await page.context().close();
  return { written, interactive: openedMs + press, search, 'what if': whatIf };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** From an input to the frame after the one that shows what follows from it. */
async function answer(page: Page, act: string): Promise<number> {
  return page.evaluate(`new Promise((done) => {
    const start = performance.now();
    ${act}
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
  })`);
}
