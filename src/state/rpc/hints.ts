/** What a node says beforehand of the keys that transactions touch: hints, taken as far as they can be read. */
import type { Address, Transaction } from '../../input/block.ts';
import { accountKey, type StateKey, storageKey } from '../key.ts';
import type { Call } from './batch.ts';
import { anyCall, type BlockParameter } from './calls.ts';
import type { JsonRpcNode } from './json-rpc.ts';

/** What each transaction would touch if it came first, by `eth_createAccessList`. */
export async function accessListHints(
  node: JsonRpcNode,
  transactions: readonly Transaction[],
  block: BlockParameter,
): Promise<StateKey[]> {
  const calls: Call<unknown>[] = transactions
    .filter(({ to, data }) => to !== null && data.length >= 4)
    .map((tx) => anyCall('eth_createAccessList', [callOf(tx), block]));
  const [first, ...others] = calls;
  if (first === undefined) return [];
  // A node that does not know the method is asked once only.
  const [answer] = await node.tryAsking([first]);
  if (answer === null || answer === undefined) return [];
  return [answer, ...(await node.tryAsking(others))].flatMap(keysOfList);
}

function callOf({ from, to, gasLimit, value, data }: Transaction) {
  const gas = `0x${gasLimit.toString(16)}`;
  return { from, to, gas, value: `0x${value.toString(16)}`, data: `0x${Buffer.from(data).toString('hex')}` };
}

function keysOfList(answer: unknown): StateKey[] {
  const list = (answer as { readonly accessList?: unknown } | null)?.accessList;
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: { readonly address?: unknown; readonly storageKeys?: unknown } | null) => {
    const address = String(entry?.address).toLowerCase();
    if (!/^0x[0-9a-f]{40}$/.test(address)) return [];
    const slots = Array.isArray(entry?.storageKeys) ? entry.storageKeys : [];
    return [
      accountKey(address as Address, 'code'),
      ...slots
        .filter((slot: unknown) => typeof slot === 'string' && /^0x[0-9a-f]{1,64}$/i.test(slot))
        .map((slot: string) => storageKey(address as Address, BigInt(slot))),
    ];
  });
}
