/** Bloom filters of logs (Yellow Paper section 4.3.1). */
import type { Keccak } from './crypto.ts';
import type { RawLog } from './engine.ts';

/** Bytes of a filter. */
const BLOOM_LENGTH = 256;

/** Adds each log's address and topics. */
export function logsBloom(logs: readonly RawLog[], keccak: Keccak): Uint8Array {
  const bloom = new Uint8Array(BLOOM_LENGTH);
  for (const [address, topics] of logs) {
    add(bloom, keccak(address));
    for (const topic of topics) add(bloom, keccak(topic));
  }
  return bloom;
}

/** Sets three bits, each by eleven bits of the hash. */
function add(bloom: Uint8Array, hash: Uint8Array): void {
  for (let at = 0; at < 6; at += 2) {
    const bit = (((hash[at] ?? 0) & 7) << 8) | (hash[at + 1] ?? 0);
    const byte = BLOOM_LENGTH - 1 - (bit >> 3);
    bloom[byte] = (bloom[byte] ?? 0) | (1 << (bit & 7));
  }
}
