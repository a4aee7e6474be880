/** A real browser, where the machine has one: the tests open pages from disk in it, with the network watched. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** `CHROMIUM`, or where packages of it put theirs. */
const EXECUTABLE = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync);
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const hasBrowser = EXECUTABLE !== undefined;

/** An opened page, with everything that should not have happened. */
export interface OpenedPage {
  readonly page: Page;
  /** Addresses that were asked for, besides the file itself. */
  readonly requests: readonly string[];
  /** Console messages of level error or warning, and errors that nobody caught. */
  readonly errors: readonly string[];
  /** From asking for the file to a page that is ready. */
  readonly openedMs: number;
}

/** Pages in one browser, each in a context of its own. */
export class PageOpener {
  #browser: Browser | null = null;
  readonly #folder = mkdtempSync(join(tmpdir(), 'pevm-page-'));
  #files = 0;

  /** @param fragment - What follows `#` in the address. */
  async open(html: string, fragment = '', options: BrowserContextOptions = {}): Promise<OpenedPage> {
    this.#browser ??= await chromium.launch({ executablePath: EXECUTABLE ?? '', args: FLAGS });
    const file = join(this.#folder, `${this.#files++}.html`);
    writeFileSync(file, html);
    const address = pathToFileURL(file).href;
    const context = await this.#browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
    const page = await context.newPage();
    const requests: string[] = [];
    const errors: string[] = [];
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== address) requests.push(request.url());
    });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    const start = performance.now();
    await page.goto(fragment === '' ? address : `${address}#${fragment}`);
    await page.waitForFunction('document.documentElement.dataset.ready === "true"');
    return { page, requests, errors, openedMs: performance.now() - start };
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
