/** Where the transactions of an input stand in its text, and what is inside of them. */
import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import { parseDocuments } from './document.ts';
import { decodeInput } from './read.ts';

/** Lines and columns from 1, in UTF-16 units; the end is behind the last character. */
export interface TextRegion {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** The way from a transaction to a value in it, e.g. `['accessList', 3]`. */
export type InnerPath = readonly (string | number)[];

/** The region of a value, or of the nearest thing around it that is in the text; `null`: the text has none. */
export type RegionFinder = (transaction: number, ...inner: InnerPath) => TextRegion | null;

/**
 * Takes the text of an input apart.
 *
 * @param text - JSON or NDJSON that `readInput` accepts.
 * @throws InputError as `readInput`, but for signatures, which are not looked at.
 */
export function regionsIn(text: string): RegionFinder {
  const paths = transactionPaths(parseDocuments(text, 'input'));
  const source = sourceOf(text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text);
  const lines = lineStarts(text);
  return (transaction, ...inner) => {
    const path = paths[transaction];
    if (path === undefined) return null;
    const span = source([...path, ...inner], path.length);
    return span === null ? null : { ...startOf(span, lines), ...endOf(span, lines) };
  };
}

/** Where each transaction is in the parsed value. */
function transactionPaths(json: unknown): (string | number)[][] {
  // Signers are not needed to know where transactions are.
  const decoding = decodeInput(json, {});
  for (;;) {
    const step = decoding.next();
    if (step.done === true) return step.value.prepared.map(({ draft }) => segments(draft.where.path));
  }
}

/** The parts of a path as errors show it, e.g. `result.transactions[3]`. */
function segments(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|\["([^"]*)"\]|([\w$]+)/g)].map(([, index, quoted, name]) =>
    index === undefined ? (quoted ?? name ?? '') : Number(index),
  );
}

interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Finds the value at a path, or at the longest part of it that is at least `least` long. */
type Source = (path: InnerPath, least: number) => Span | null;

/** One value, or one on each line. */
function sourceOf(text: string): Source {
  const whole = treeOf(text, 0);
  if (whole === 'too deep') return () => null;
  if (whole !== null) return (path, least) => nearest(whole, path, least);
  const lines: Span[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    if (line.trim() !== '') lines.push({ offset, length: line.length });
    offset += line.length + 1;
  }
  // Most is asked of one line after the other.
  let last: { readonly line: Span; readonly tree: ReturnType<typeof treeOf> } | null = null;
  return ([place, ...path], least) => {
    const line = typeof place === 'number' ? lines[place] : undefined;
    if (line === undefined) return null;
    if (last?.line !== line) {
      last = { line, tree: treeOf(text.slice(line.offset, line.offset + line.length), line.offset) };
    }
    const { tree } = last;
    return tree === null || tree === 'too deep' ? line : nearest(tree, path, least - 1);
  };
}

interface Tree {
  readonly root: Node;
  readonly shift: number;
}

/** `null` for what is not one JSON value, such as hex without quotes. */
function treeOf(text: string, shift: number): Tree | 'too deep' | null {
  const errors: unknown[] = [];
  try {
    const root = parseTree(text, errors as never[]);
    return root === undefined || errors.length > 0 ? null : { root, shift };
  } catch (error) {
    // The parser is recursive, as `JSON.parse` is not.
    if (error instanceof RangeError) return 'too deep';
    throw error;
  }
}

function nearest({ root, shift }: Tree, path: InnerPath, least: number): Span | null {
  for (let length = path.length; length >= Math.max(0, least); length -= 1) {
    const node = findNodeAtLocation(root, path.slice(0, length) as (string | number)[]);
    if (node !== undefined) return { offset: node.offset + shift, length: node.length };
  }
  return null;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function startOf({ offset }: Span, lines: readonly number[]): Pick<TextRegion, 'startLine' | 'startColumn'> {
  const line = lineOf(offset, lines);
  return { startLine: line + 1, startColumn: offset - (lines[line] ?? 0) + 1 };
}

function endOf(
  { offset, length }: Span,
  lines: readonly number[],
): Pick<TextRegion, 'endLine' | 'endColumn'> {
  const line = lineOf(offset + length, lines);
  return { endLine: line + 1, endColumn: offset + length - (lines[line] ?? 0) + 1 };
}

/** The last line that starts at or before the offset. */
function lineOf(offset: number, lines: readonly number[]): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lines[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
