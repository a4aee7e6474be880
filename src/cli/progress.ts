/**
 * How far long work has come: one line on the terminal that appears after a moment, is written over, and is gone
 * before anything else is printed. In a pipe or a file there is none.
 */
import { cleanName } from '../names/clean-text.ts';
import { clipped, counted, grouped } from '../report/text/layout.ts';
import type { RunProgress } from '../run.ts';
import type { RpcEvent } from '../state/rpc/json-rpc.ts';

/** Work that is done by then needs no line. */
const DELAY_MS = 300;

/** Between two versions of the line. */
const INTERVAL_MS = 100;

/** As the report; narrower where the terminal is. */
const MOST_COLUMNS = 80;

/** To the start of the line, and what stands there away (ECMA-48, EL). */
const ERASE = '\r\u001b[K';

/** Where the line is drawn; `process.stderr` is one. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Such a line. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | null;
  readonly #start: number;
  #text = '';
  #drawn = '';
  #drawnAt = 0;

  /** @param quiet - Whether there is to be none. */
  constructor(
    terminal: Terminal,
    { quiet, now = () => performance.now() }: { readonly quiet: boolean; readonly now?: () => number },
  ) {
    this.#terminal = terminal;
    this.#now = now;
    this.#start = now();
    // Waiting for others goes on without anybody telling about it.
    const isShown = terminal.isTTY === true && !quiet;
    this.#timer = isShown ? setInterval(() => this.#draw(), INTERVAL_MS).unref() : null;
  }

  /** Says what is being done. Cheap enough to be called for every transaction. */
  show(text: string): void {
    if (this.#timer === null) return;
    this.#text = text;
    this.#draw();
  }

  /** The line is gone, for good. */
  end(): void {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.#text = '';
    if (this.#drawn !== '') this.#terminal.write(ERASE);
    this.#drawn = '';
  }

  #draw(): void {
    const now = this.#now();
    if (this.#text === this.#drawn || now - this.#start < DELAY_MS || now - this.#drawnAt < INTERVAL_MS)
      return;
    // A terminal that does not say how wide it is says 0.
    const columns = Math.min(this.#terminal.columns || MOST_COLUMNS, MOST_COLUMNS);
    this.#terminal.write(`${ERASE}${clipped(this.#text, Math.max(1, columns - 1))}`);
    this.#drawn = this.#text;
    this.#drawnAt = now;
  }
}

/** A line for a command: `work` is done, and the line is gone whatever comes of it. */
export async function withProgress<T>(
  { quiet }: { readonly quiet?: true },
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = new Progress(process.stderr, { quiet: quiet === true });
  try {
    return await work(progress);
  } finally {
    progress.end();
  }
}

/** `analysing: 512 of 1,414 transactions`. */
export function stageText({ stage, done, total }: RunProgress): string {
  const work = stage === 'analysis' ? 'analysing' : 'executing';
  return `${work}: ${grouped(done)} of ${counted(total, 'transaction')}`;
}

/** Tells what a node is asked, and has answered so far. */
export function nodeProgress(progress: Progress): (event: RpcEvent) => void {
  let requests = 0;
  let accounts = 0;
  let slots = 0;
  return (event) => {
    switch (event.kind) {
      case 'request':
        requests += 1;
        break;
      case 'loaded':
        accounts += event.accounts;
        slots += event.slots;
        break;
      case 'retry': {
        const seconds = Math.ceil(event.waitMs / 1000);
        progress.show(
          `node: again in ${counted(seconds, 'second')} (${cleanName(event.reason) ?? 'no answer'})`,
        );
        return;
      }
      case 'answer':
        return;
      default:
        event satisfies never;
    }
    progress.show(
      `node: ${counted(requests, 'request')}, ${counted(accounts, 'account')}, ${counted(slots, 'slot')}`,
    );
  };
}
