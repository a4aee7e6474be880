/** Why orders of a pool are not in its block, in words. */
import type { LeftOutReason } from '../mempool/ordering.ts';
import type { NotInPool, OrderedBlock } from './order-block.ts';

/** One word for each reason, and what it means; the words are those of the document. */
export const LEFT_OUT = {
  early: 'the block is before the first that it may be in',
  late: 'the block is after the last that it may be in',
  'nonce-used': 'its nonce has been used',
  'nonce-gap': 'a transaction before it is not in the pool',
  nonce: 'a transaction before it is not in the block',
  'fee-too-low': 'it pays less than the base fee',
  condition: 'a slot that it demands a value of has, or may have, another one',
  'no-room-gas': 'others that pay more take the gas',
  'no-room-blobs': 'others that pay more take the blobs',
  fields: 'its fields are not valid in this block',
  'gas-limit': 'it asks for more gas than it may',
  'blob-fee': 'it pays less than the price of blobs',
  'sender-code': 'its sender is a contract',
  funds: 'its sender cannot, or may not be able to, pay for it',
  fails: 'a transaction of it that must not fail does',
  open: 'it may touch anything',
  'not-worth-its-time': 'it pays less than the time that it takes is worth',
  replaced: 'another one takes its place',
} as const;

/** A reason, in a word; see `LEFT_OUT`. */
export type LeftOutCode = keyof typeof LEFT_OUT;

/** An order that is not in the block. */
export interface LeftOutOrder {
  readonly id: string;
  readonly code: LeftOutCode;
  /** Number of the transaction in the order that it is about; `null`: the order as a whole. */
  readonly transaction: number | null;
  /** The order that takes its place, or `null`. */
  readonly by: string | null;
}

/** Those of the pool, and then those that did not get into it. */
export function leftOutOrders({
  ordering,
  notInPool,
}: Pick<OrderedBlock, 'ordering' | 'notInPool'>): LeftOutOrder[] {
  return [
    ...ordering.leftOut.map(({ id, reason }) => ({ id, by: null, ...codeOf(reason) })),
    ...notInPool.map(({ order, by }: NotInPool) => ({
      id: order.id,
      code: 'replaced' as const,
      transaction: null,
      by: by.id,
    })),
  ];
}

function codeOf(reason: LeftOutReason): Pick<LeftOutOrder, 'code' | 'transaction'> {
  switch (reason.kind) {
    case 'obstacle': {
      const { obstacle } = reason;
      return { code: obstacle.kind, transaction: 'transaction' in obstacle ? obstacle.transaction : null };
    }
    case 'invalid':
      return { code: reason.code, transaction: reason.transaction };
    case 'no-room':
      return { code: `no-room-${reason.of}`, transaction: null };
    case 'nonce':
    case 'fails':
    case 'condition':
      return { code: reason.kind, transaction: reason.transaction };
    case 'open':
    case 'not-worth-its-time':
      return { code: reason.kind, transaction: null };
    default:
      return reason satisfies never;
  }
}
