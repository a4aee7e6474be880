/**
 * The kinds of files that findings can be written to, by extension. A row is light: whoever draws or encodes is
 * loaded when its kind is asked for.
 */
import { InputError } from '../errors.ts';
import type { Findings } from '../report/document.ts';

/** The content of a file; a string is written as UTF-8. */
export type Rendered = string | Uint8Array;

/** The same findings give the same bytes, apart from measured times. */
export type Renderer = (findings: Findings) => Rendered | Promise<Rendered>;

/** One kind of file. */
export interface OutputKind {
  /** With its dot, lower-case, e.g. `.json`. */
  readonly extension: string;
  /** What is in such a file, in a few words. */
  readonly description: string;
  /** What the findings must have: nothing more than an analysis, or an execution as well. */
  readonly needs: 'analysis' | 'execution';
  /** Whether an execution that was traced (`executeBlock(…, { trace: true })`) gives more. Default: false. */
  readonly isTimed?: boolean;
  readonly load: () => Promise<Renderer>;
}

/** In the order of the help text. */
export const OUTPUT_KINDS: readonly OutputKind[] = [
  {
    extension: '.json',
    description: 'the JSON document, as --json prints it',
    needs: 'analysis',
    load: async () => (await import('./json.ts')).renderJson,
  },
  {
    extension: '.html',
    description: 'a page to look around in, with what-if; one file that loads nothing',
    needs: 'analysis',
    isTimed: true,
    load: async () => (await import('./html.ts')).renderHtml,
  },
  {
    extension: '.dot',
    description: 'the conflict graph for Graphviz',
    needs: 'analysis',
    load: async () => (await import('./graph/dot.ts')).renderDot,
  },
  {
    extension: '.svg',
    description: 'a picture of the conflict graph',
    needs: 'analysis',
    load: async () => (await import('./graph/svg/svg.ts')).renderSvg,
  },
  {
    extension: '.gexf',
    description: 'the conflict graph for Gephi and graphology',
    needs: 'analysis',
    load: async () => (await import('./graph/gexf.ts')).renderGexf,
  },
  {
    extension: '.mmd',
    description: 'the conflict graph as a Mermaid flowchart, as far as Mermaid takes it',
    needs: 'analysis',
    load: async () => (await import('./graph/mermaid.ts')).renderMermaid,
  },
  {
    extension: '.trace.json',
    description: 'the plan, and after execute what ran where when, for Perfetto and chrome://tracing',
    needs: 'analysis',
    isTimed: true,
    load: async () => (await import('./trace/trace.ts')).renderTrace,
  },
  {
    extension: '.csv',
    description: 'a line for each transaction',
    needs: 'analysis',
    load: async () => (await import('./table/csv.ts')).renderTransactionsCsv,
  },
  {
    extension: '.keys.csv',
    description: 'a line for each key of each transaction',
    needs: 'analysis',
    load: async () => (await import('./table/csv.ts')).renderKeysCsv,
  },
  {
    extension: '.ndjson',
    description: 'as .csv, one JSON object a line',
    needs: 'analysis',
    load: async () => (await import('./table/ndjson.ts')).renderTransactionsNdjson,
  },
  {
    extension: '.keys.ndjson',
    description: 'as .keys.csv, one JSON object a line',
    needs: 'analysis',
    load: async () => (await import('./table/ndjson.ts')).renderKeysNdjson,
  },
  {
    extension: '.access-lists.json',
    description: 'EIP-2930 lists, as eth_createAccessList answers, one for each transaction',
    needs: 'analysis',
    load: async () => (await import('./list/access-lists.ts')).renderAccessLists,
  },
  {
    extension: '.bal.json',
    description: 'the block access list (EIP-7928), as eth_getBlockAccessList answers',
    needs: 'execution',
    load: async () => (await import('./list/block-access-list.ts')).renderBlockAccessList,
  },
  {
    extension: '.txdependency.json',
    description: "TxDependency of Polygon's bor (PIP-16)",
    needs: 'analysis',
    load: async () => (await import('./dependency/bor.ts')).renderTxDependency,
  },
  {
    extension: '.txdag.json',
    description: 'TxDAG of BNB Chain (BEP-396)',
    needs: 'analysis',
    load: async () => (await import('./dependency/bnb.ts')).renderTxDag,
  },
  {
    extension: '.txdag.rlp',
    description: 'the same, as blocks carry it',
    needs: 'analysis',
    load: async () => (await import('./dependency/bnb.ts')).renderTxDagRlp,
  },
];

/** Appended to any extension: the same, compressed. */
const COMPRESSED = '.gz';

/** A file name, taken apart. */
export interface OutputName<Kind = OutputKind> {
  readonly kind: Kind;
  readonly isCompressed: boolean;
}

/**
 * What a file of this name is to hold; see `kindOf`.
 *
 * @throws InputError that names the accepted extensions.
 */
export function outputName(path: string): OutputName {
  return kindOf(path, OUTPUT_KINDS);
}

/**
 * The kind with the longest extension that fits. Upper and lower case are the same.
 *
 * @throws InputError that names the extensions.
 */
export function kindOf<Kind extends Pick<OutputKind, 'extension'>>(
  path: string,
  kinds: readonly Kind[],
): OutputName<Kind> {
  const name = path.toLowerCase();
  const isCompressed = formOf(path) === 'compressed';
  const plain = isCompressed ? name.slice(0, -COMPRESSED.length) : name;
  let kind: Kind | null = null;
  for (const one of kinds) {
    if (plain.endsWith(one.extension) && one.extension.length > (kind?.extension.length ?? 0)) kind = one;
  }
  if (kind !== null) return { kind, isCompressed };
  throw new InputError({
    source: '--out',
    path: '',
    expected: `a name that ends in ${listed(kinds.map(({ extension }) => extension))} (and .gz after it)`,
    got: path,
  });
}

/** By its extension, whatever it holds. */
export function formOf(path: string): 'plain' | 'compressed' {
  return path.toLowerCase().endsWith(COMPRESSED) ? 'compressed' : 'plain';
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
