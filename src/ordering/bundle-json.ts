/** The block as ordered, as one bundle: the request `eth_sendBundle` of Flashbots and those who took it over. */
import type { Hex, InclusionBounds, Transaction } from '../input/block.ts';
import { bytesToHex } from '../input/hex.ts';
import { signedBytes } from '../input/serialization.ts';
import { quantity } from '../report/quantity.ts';
import { type RpcTransaction, rpcTransaction } from '../report/rpc-transaction.ts';
import type { OrderedBlock } from './order-block.ts';

/** A request that is ready to be sent, if every transaction is signed. */
export interface BundleRequest {
  readonly jsonrpc: '2.0';
  readonly id: 1;
  readonly method: 'eth_sendBundle';
  readonly params: readonly [BundleParameters];
}

/** Bounds in seconds, as plain numbers; those that no order has are absent. */
export interface BundleParameters {
  /** Signed transactions; one that is not signed stands as an object, for `pevm-analyze` to read. */
  readonly txs: readonly (Hex | RpcTransaction)[];
  readonly blockNumber: Hex;
  readonly minTimestamp?: number;
  readonly maxTimestamp?: number;
  /** Hashes of those that may fail. */
  readonly revertingTxHashes?: readonly Hex[];
  /** Hashes of those that may be left out. */
  readonly droppingTxHashes?: readonly Hex[];
}

/** All of the block in one piece. What an order allows of its transactions is allowed of them in the bundle. */
export function bundleRequest({
  findings,
  ordering,
  pool,
}: Pick<OrderedBlock, 'findings' | 'ordering' | 'pool'>): BundleRequest {
  const { transactions, chainId } = findings.analysis.input;
  const byId = new Map(pool.orders().map((order) => [order.id, order]));
  const orders = ordering.orders.flatMap((id) => byId.get(id) ?? []);
  const reverting = new Set<Hex>();
  const dropping = new Set<Hex>();
  for (const { transactions: own, canRevert, canDrop } of orders) {
    for (const [at, { hash }] of own.entries()) {
      if (canRevert.has(at)) reverting.add(hash);
      if (canDrop.has(at)) dropping.add(hash);
    }
  }
  const those = (hashes: ReadonlySet<Hex>) =>
    transactions.map(({ hash }) => hash).filter((hash) => hashes.has(hash));
  const params: BundleParameters = {
    txs: transactions.map((tx) => signedOrObject(tx, chainId)),
    blockNumber: quantity(pool.head.block.number),
    ...timesWithin(orders.map(({ bounds }) => bounds)),
    ...(reverting.size > 0 && { revertingTxHashes: those(reverting) }),
    ...(dropping.size > 0 && { droppingTxHashes: those(dropping) }),
  };
  return { jsonrpc: '2.0', id: 1, method: 'eth_sendBundle', params: [params] };
}

function signedOrObject(tx: Transaction, chainId: bigint): Hex | RpcTransaction {
  return tx.signature === null ? rpcTransaction(tx, chainId) : bytesToHex(signedBytes(tx, tx.signature));
}

/** What all of them allow. */
function timesWithin(
  bounds: readonly InclusionBounds[],
): Pick<BundleParameters, 'minTimestamp' | 'maxTimestamp'> {
  const known = (name: 'minTimestamp' | 'maxTimestamp'): number[] =>
    bounds.flatMap((one) => (one[name] === null ? [] : [Number(one[name])]));
  const [first, last] = [known('minTimestamp'), known('maxTimestamp')];
  return {
    ...(first.length > 0 && { minTimestamp: Math.max(...first) }),
    ...(last.length > 0 && { maxTimestamp: Math.min(...last) }),
  };
}
