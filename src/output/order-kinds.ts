/**
 * The kinds of files that the result of `order` can be written to, by extension: its own, and those of any block. A
 * row is light: what makes a file is loaded when its kind is asked for.
 */
import type { OrderedBlock } from '../ordering/order-block.ts';
import { kindOf, OUTPUT_KINDS, type OutputKind, type Rendered } from './kinds.ts';
import { jsonText } from './lint-kinds.ts';

/** The same result gives the same bytes. */
type OrderRenderer = (result: OrderedBlock) => Rendered | Promise<Rendered>;

/** One kind of file. */
export interface OrderKind extends Pick<OutputKind, 'extension' | 'description'> {
  readonly load: () => Promise<OrderRenderer>;
}

const OWN: readonly OrderKind[] = [
  {
    extension: '.json',
    description: 'the JSON document, as --json prints it',
    load: async () => {
      const { buildOrderDocument } = await import('../ordering/document.ts');
      return (result) => jsonText(buildOrderDocument(result));
    },
  },
  {
    extension: '.block.json',
    description: 'the block, as eth_getBlockByNumber answers; analyze and execute read it',
    load: async () => {
      const { blockJson } = await import('../ordering/block-json.ts');
      return (result) => jsonText(blockJson(result));
    },
  },
  {
    extension: '.bundle.json',
    description: 'the block as one bundle, the request eth_sendBundle',
    load: async () => {
      const { bundleRequest } = await import('../ordering/bundle-json.ts');
      return (result) => jsonText(bundleRequest(result));
    },
  },
];

/** In the order of the help text. */
export const ORDER_KINDS: readonly OrderKind[] = [
  ...OWN,
  ...OUTPUT_KINDS.filter(({ extension, needs }) => needs === 'analysis' && extension !== '.json').map(
    ofBlock,
  ),
];

/** What any block is written to, of the block as ordered. */
function ofBlock({ extension, description, load }: OutputKind): OrderKind {
  return {
    extension,
    description,
    load: async () => {
      const render = await load();
      return ({ findings, names }) => render({ ...findings, ...(names !== undefined && { names }) });
    },
  };
}

/**
 * What a file of this name is to hold, by its extension; see `ORDER_KINDS`.
 *
 * @throws InputError for an extension that is not known.
 */
export async function renderOrder(path: string, result: OrderedBlock): Promise<Uint8Array> {
  const { kind, isCompressed } = kindOf(path, ORDER_KINDS);
  const [render, { asBytes }] = [await kind.load(), await import('./render.ts')];
  return asBytes(await render(result), isCompressed ? 'compressed' : 'plain');
}
