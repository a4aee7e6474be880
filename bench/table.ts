/** Tables that are read in a terminal and in Markdown alike, and the documents that hold them. */
import { readFileSync, writeFileSync } from 'node:fs';

/** A Markdown table, padded; all but the first column to the right. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) =>
    Math.max(3, head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const pad = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0);
  const line = (cells: readonly string[]) => `| ${cells.map(pad).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(heads), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

/**
 * The document with another text between the marks of a section, `<!-- NAME -->` and `<!-- end of NAME -->`.
 *
 * @throws RangeError without the marks.
 */
export function withSection(document: string, name: string, text: string): string {
  const start = `<!-- ${name} -->`;
  const from = document.indexOf(start);
  const to = document.indexOf(`<!-- end of ${name} -->`);
  if (from < 0 || to < from) throw new RangeError(`the document has no section ${name}`);
  return `${document.slice(0, from + start.length)}\n\n${text}\n\n${document.slice(to)}`;
}

const performanceDocument = new URL('../docs/performance.md', import.meta.url);

/** Puts a benchmark's result into `docs/performance.md`. */
export function writePerformance(name: string, text: string): void {
  writeSection(performanceDocument, name, text);
}

/** Puts a benchmark's result into a document that has a section for it; see `withSection`. */
export function writeSection(document: URL, name: string, text: string): void {
  writeFileSync(document, withSection(readFileSync(document, 'utf8'), name, text));
}
