/** Values that all parts of the document are made of. */
import * as z from 'zod';

const text = (pattern: RegExp, id: string, description: string) =>
  z.string().regex(pattern).meta({ id, description });

export const quantity = text(/^0x(0|[1-9a-f][0-9a-f]*)$/, 'Quantity', 'Amount in hex without leading zeros.');
export const bytes = text(/^0x([0-9a-f]{2})*$/, 'Bytes', 'Byte string in lower-case hex.');
export const address = text(/^0x[0-9a-f]{40}$/, 'Address', '20 bytes in lower-case hex.');
export const word = text(
  /^0x[0-9a-f]{64}$/,
  'Word',
  'A slot, a slot value or a hash: 32 bytes in lower-case hex.',
);
export const bloom = text(/^0x[0-9a-f]{512}$/, 'Bloom', 'Logs bloom: 256 bytes in lower-case hex.');
export const selector = text(/^0x[0-9a-f]{8}$/, 'Selector', 'Function selector.');
export const key = text(
  /^0x[0-9a-f]{40}:(balance|nonce|code|0x[0-9a-f]{64})$/,
  'StateKey',
  '`<address>:balance`, `<address>:nonce`, `<address>:code`, or `<address>:<slot>`.',
);
export const index = z
  .int()
  .nonnegative()
  .meta({ id: 'TransactionIndex', description: 'Position in the block, from 0.' });
export const indices = z.array(index).meta({ id: 'TransactionIndices', description: 'Ascending.' });
export const count = z.int().nonnegative();
export const keys = z
  .array(key)
  .meta({ id: 'StateKeys', description: 'Ascending as text, without duplicates.' });
export const mode = z.enum(['read', 'write', 'delta']).meta({ id: 'AccessMode' });
