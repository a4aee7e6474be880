/**
 * The requests of a block to the consensus layer (EIP-7685): deposits out of the logs of its transactions
 * (EIP-6110), then what two contracts have queued up (EIP-7002, EIP-7251), which their own code takes out.
 */
import { createHash } from 'node:crypto';
import { InvalidBlockError } from '../errors.ts';
import type { Address, Hex } from '../input/block.ts';
import { depositContract } from '../input/chain.ts';
import { bytesToHex } from '../input/hex.ts';
import { CONSOLIDATION_QUEUE_ADDRESS, WITHDRAWAL_QUEUE_ADDRESS } from '../state/system-calls.ts';
import type { RawLog } from './engine.ts';
import type { RunResult } from './transaction-runner.ts';

/** A request type with all requests of that type, one after the other; not empty. */
export interface Requests {
  readonly type: number;
  readonly data: Uint8Array;
}

const DEPOSITS = 0;

/** Types of requests and where they are queued up, in the order in which they are taken. */
export const QUEUES: readonly { readonly type: number; readonly address: Address }[] = [
  { type: 1, address: WITHDRAWAL_QUEUE_ADDRESS },
  { type: 2, address: CONSOLIDATION_QUEUE_ADDRESS },
];

/** EIP-6110, DEPOSIT_EVENT_SIGNATURE_HASH. */
const DEPOSIT_TOPIC: Hex = '0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5';

/** EIP-6110: where each field's length stands in a log's data, and what it has to be. The field comes after it. */
const DEPOSIT_FIELDS: readonly (readonly [at: number, length: number])[] = [
  [160, 48],
  [256, 32],
  [320, 8],
  [384, 96],
  [512, 8],
];
const DEPOSIT_LENGTH = 576;
const WORD = 32;

/**
 * All deposits of a block, as one request; empty where there are none.
 *
 * @throws InvalidBlockError for a log of another layout, which the contract never writes.
 */
export function depositsOf(results: readonly RunResult[], chainId: bigint): Requests {
  const contract = depositContract(chainId);
  const deposits: Uint8Array[] = [];
  for (const result of results) {
    if (result.status !== 'ran') continue;
    for (const log of result.logs) {
      if (isDeposit(log, contract)) deposits.push(deposit(log[2], result.index));
    }
  }
  return { type: DEPOSITS, data: Buffer.concat(deposits) };
}

function isDeposit([address, [topic]]: RawLog, contract: Address): boolean {
  return topic !== undefined && bytesToHex(topic) === DEPOSIT_TOPIC && bytesToHex(address) === contract;
}

function deposit(data: Uint8Array, transaction: number): Uint8Array {
  const offsets = DEPOSIT_FIELDS.map(([at]) => at);
  const isRight =
    data.length === DEPOSIT_LENGTH &&
    offsets.every((at, place) => numberAt(data, place * WORD) === at) &&
    DEPOSIT_FIELDS.every(([at, length]) => numberAt(data, at) === length);
  if (!isRight) {
    throw new InvalidBlockError(transaction, 'malformed-deposit', 'its deposit log has another layout');
  }
  return Buffer.concat(DEPOSIT_FIELDS.map(([at, length]) => data.subarray(at + WORD, at + WORD + length)));
}

/** The number in a word; one that no length of anything could be, if it is large. */
function numberAt(data: Uint8Array, at: number): number {
  return Number(BigInt(bytesToHex(data.subarray(at, at + WORD))));
}

/** EIP-7685, `requestsHash` of a header. */
export function requestsHash(requests: readonly Requests[]): Hex {
  const hashes = requests.map(({ type, data }) => sha256([Uint8Array.of(type), data]));
  return bytesToHex(sha256(hashes));
}

function sha256(parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
