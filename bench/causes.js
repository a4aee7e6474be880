/** Why transactions of many blocks are not exact: counts by cause and by place, as Markdown tables. */

/** @import { TransactionAnalysis } from '../dist/index.js' */

/** @typedef {{ block: number, index: number }} Example */
/** @typedef {{ first: number, named: number, statuses: Map<string, number>, example: Example }} Cause */

const MAX_PLACES = 15;

/** One mode's counts; filled block by block. */
export class CauseTally {
  transactions = 0;
  /** @type {Map<string, number>} */
  statuses = new Map();
  /** @type {Map<string, Cause>} */
  causes = new Map();
  /** @type {Map<string, { count: number, example: Example }>} */
  places = new Map();
  /** Transactions that are not exact and name no reason; must be 0. */
  silent = 0;

  /** @param {number} block @param {readonly Pick<TransactionAnalysis, 'index' | 'status' | 'reasons'>[]} analyses */
  add(block, analyses) {
    for (const { index, status, reasons } of analyses) {
      this.transactions++;
      count(this.statuses, status);
      if (status === 'exact') continue;
      const example = { block, index };
      const codes = new Set(reasons.map(({ code }) => code));
      if (codes.size === 0) this.silent++;
      for (const code of codes) {
        const cause = this.causes.get(code) ?? { first: 0, named: 0, statuses: new Map(), example };
        this.causes.set(code, cause);
        cause.named++;
        // Reasons come with the most important one first.
        if (code !== reasons[0].code) continue;
        if (cause.first++ === 0) cause.example = example;
        count(cause.statuses, status);
      }
      const [first] = reasons;
      if (first === undefined) continue;
      const { address, selector, pc } = first.at;
      const place = `${first.code} | \`${address}\` | ${selector === null ? '–' : `\`${selector}\``} | ${pc}`;
      const seen = this.places.get(place) ?? { count: 0, example };
      this.places.set(place, seen);
      seen.count++;
    }
  }

  /** @returns {string} Statuses, causes and the most frequent places, as Markdown. */
  toMarkdown() {
    const { transactions } = this;
    /** @param {number} part */
    const share = (part) => `${((100 * part) / Math.max(1, transactions)).toFixed(2)} %`;
    const statuses = ['exact', 'bounded', 'deferred', 'unbounded'].map((status) => {
      const found = this.statuses.get(status) ?? 0;
      return `${status} ${found} (${share(found)})`;
    });
    const lines = [`${transactions} transactions: ${statuses.join(', ')}.`, ''];
    if (this.causes.size === 0) return lines.join('\n');
    lines.push(
      '| cause | transactions | share | statuses | named in | example |',
      '| --- | --: | --: | --- | --: | --- |',
    );
    const causes = [...this.causes].sort(
      ([a, x], [b, y]) => y.first - x.first || y.named - x.named || (a < b ? -1 : 1),
    );
    for (const [code, { first, named, statuses: own, example }] of causes) {
      const kinds = [...own]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([status, found]) => `${status} ${found}`);
      lines.push(
        `| ${code} | ${first} | ${share(first)} | ${kinds.join(', ')} | ${named} | ${text(example)} |`,
      );
    }
    lines.push(
      '',
      '| cause | account | function | pc | transactions | example |',
      '| --- | --- | --- | --: | --: | --- |',
    );
    const places = [...this.places].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
    for (const [place, { count: found, example }] of places.slice(0, MAX_PLACES)) {
      lines.push(`| ${place} | ${found} | ${text(example)} |`);
    }
    return lines.join('\n');
  }
}

/** The document with new tables between its marks. @param {string} document @param {string} tables */
export function withTables(document, tables) {
  const [start, end] = ['<!-- tables -->', '<!-- end of tables -->'];
  const from = document.indexOf(start);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the document has no marks ${start} and ${end}`);
  return `${document.slice(0, from + start.length)}\n\n${tables}\n\n${document.slice(to)}`;
}

/** @param {Map<string, number>} counts @param {string} key */
function count(counts, key) {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** @param {Example} example */
function text({ block, index }) {
  return `${block}/${index}`;
}
