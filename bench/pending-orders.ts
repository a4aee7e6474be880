/**
 * Pending orders over real contracts, as many as asked for, as a pool has them: most pay ether or tokens to somebody
 * of their own, some meet at what everybody wants (a pair, an exchange's wallet, the next number of a collection),
 * and whoever sends one sends several.
 */

import { type BlockInput, type Order, ordersOf, readInput } from '../dist/index.js';
import { type Draft, draftBlock } from '../examples/generator/block.ts';
import { createRandom } from '../examples/generator/random.ts';
import { createStage } from '../examples/generator/stage.ts';
import { permit2 } from '../examples/workloads/accounts/permit2.ts';
import { uniswapV2 } from '../examples/workloads/exchanges/uniswap-v2.ts';
import { uniswapV3 } from '../examples/workloads/exchanges/uniswap-v3.ts';
import { airdrop } from '../examples/workloads/payments/airdrop.ts';
import { deposits, payouts, transfers } from '../examples/workloads/payments/ether.ts';
import { gameItems, minting } from '../examples/workloads/tokens/collectibles.ts';
import { permits, plainToken, soladyToken, votes } from '../examples/workloads/tokens/erc20.ts';
import { market } from '../examples/workloads/tokens/market.ts';
import type { Workload } from '../examples/workloads/workload.ts';

/** Of a hundred orders, how many are of a kind, and the share of these that go for what everybody wants. */
const MIX: readonly (readonly [workload: Workload, share: number, contention: number])[] = [
  [transfers, 28, 0.05],
  [deposits, 8, 0.6],
  [payouts, 6, 0.5],
  [airdrop, 1, 0],
  [plainToken, 24, 0.2],
  [soladyToken, 6, 0.2],
  [permits, 2, 0.2],
  [votes, 2, 0.2],
  [uniswapV2, 10, 0.3],
  [uniswapV3, 1, 0.3],
  [minting, 4, 0.3],
  [gameItems, 3, 0.2],
  [market, 3, 0.5],
  [permit2, 2, 0.2],
];

/** Each sender's orders come that many times, with later nonces. */
const TIMES = 5;

export interface PendingOrders {
  /** The block that they are for; with one transaction for every `TIMES` orders. */
  readonly input: BlockInput;
  readonly prestate: Awaited<ReturnType<typeof draftBlock>>['prestate'];
  readonly orders: readonly Order[];
}

/**
 * The same options give the same orders.
 *
 * @param kinds - Names of workloads; `null`: all of the mix.
 */
export async function pendingOrders(count: number, kinds: readonly string[] | null): Promise<PendingOrders> {
  const mix = MIX.filter(([{ name }]) => kinds === null || kinds.includes(name));
  const shares = mix.reduce((sum, [, share]) => sum + share, 0);
  if (shares === 0) throw new RangeError(`kinds are some of ${MIX.map(([{ name }]) => name).join(', ')}`);
  const random = createRandom(1);
  const stage = await createStage(random);
  const drafts: Draft[] = [];
  for (const [workload, share, contention] of mix) {
    const size = Math.ceil((count * share) / (shares * TIMES));
    drafts.push(...(await workload.draft(stage, { size, contention })));
  }
  const mixed = random.interleave(drafts.map((draft) => [draft]));
  const { block, prestate } = await draftBlock(stage.chain, mixed, random);
  const input = readInput(block, { chain: 'mainnet' });
  const first = ordersOf(input);
  const perSender = new Map<string, bigint>();
  for (const { from } of input.transactions) perSender.set(from, (perSender.get(from) ?? 0n) + 1n);
  const orders = Array.from({ length: count }, (_, at): Order => {
    const order = first[at % first.length] as Order;
    const round = Math.floor(at / first.length);
    const transactions = order.transactions.map((tx) => ({
      ...tx,
      hash: `0x${round.toString(16).padStart(8, '0')}${tx.hash.slice(10)}` as const,
      nonce: tx.nonce + BigInt(round) * (perSender.get(tx.from) ?? 0n),
    }));
    return { ...order, id: transactions[0]?.hash ?? order.id, transactions };
  });
  return { input, prestate, orders };
}
