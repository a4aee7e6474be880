/** A list of signed transactions in RLP, as in the body of a block and in the `txs.rlp` of `evm t8n`. */
import type { Hex } from './block.ts';
import { bytesToHex, hexToBytes } from './hex.ts';
import { decodeRlp, RlpError, splitRlpList } from './rlp.ts';

/** Bytes of a nonce as an item, with which a single transaction begins; no transaction is as short. */
const LONGEST_NONCE = 9;

/**
 * The transactions of a list, each as `eth_sendRawTransaction` takes it.
 *
 * @returns `null` where the bytes are something else: a single transaction, too.
 */
export function splitTransactions(text: string): Hex[] | null {
  const bytes = hexToBytes(text);
  if (bytes === null) return null;
  try {
    const items = splitRlpList(bytes);
    const [first] = items ?? [];
    if (items === null || first === undefined || first.length <= LONGEST_NONCE) return null;
    return items.map((item) => bytesToHex(payloadOf(item)));
  } catch (error) {
    if (error instanceof RlpError) return null;
    throw error;
  }
}

/** A transaction with a type is a byte string in such a list, an older one a list. */
function payloadOf(item: Uint8Array): Uint8Array {
  if (isList(item)) return item;
  const decoded = decodeRlp(item);
  return decoded instanceof Uint8Array ? decoded : item;
}

function isList([first]: Uint8Array): boolean {
  return first !== undefined && first >= 0xc0;
}
