/** What all transactions of a block have in common, on its way to the workers: serialised once, in shared memory. */
import { deserialize, serialize } from 'node:v8';
import type { BlockInput } from '../input/block.ts';
import type { SnapshotData } from '../state/snapshot.ts';
import type { Broadcast } from './protocol.ts';

export interface BlockData {
  readonly input: BlockInput;
  readonly state: SnapshotData;
}

export function blockBroadcast(block: BlockData): Broadcast {
  const bytes = serialize(block);
  const data = new SharedArrayBuffer(bytes.length);
  new Uint8Array(data).set(bytes);
  return { kind: 'block', data };
}

export function receivedBlock({ data }: Broadcast): BlockData {
  return deserialize(new Uint8Array(data).slice()) as BlockData;
}
