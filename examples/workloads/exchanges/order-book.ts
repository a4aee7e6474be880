/** An order book with a hot market and cold ones: orders are put in, and matched with what is there. */
import { call, encodeCall } from '../../generator/chain.ts';
import { createPayer, deploySource } from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';
import { calmMarkets } from './markets.ts';

const HOT = 1;
const PRICE = 100n;
const MONEY = 0;

export const orderBook: Workload = {
  name: 'order-book',
  title: 'traders sell and buy in many markets; contention: the share in the market that everybody wants',
  origin: 'written for the example',
  draft: async (stage, load) => {
    const { chain, deployer, random } = stage;
    const book = await deploySource(stage, 'OrderBook');
    const cold = Array.from({ length: calmMarkets(load) }, (_, number) => HOT + 1 + number);
    for (const market of [HOT, ...cold]) {
      await call(chain, deployer, book, 'payIn', [market, 10n ** 9n]);
      for (let order = 0; order < 4; order++) {
        await call(chain, deployer, book, 'sell', [market, PRICE, 10n + BigInt(random.below(20))]);
      }
    }
    const order = async (place: number, market: number) => {
      const from = await createPayer(stage, `trader ${place}`);
      const sells = random.chance(0.5);
      await call(chain, from, book, 'payIn', [sells ? market : MONEY, 10n ** 6n]);
      const amount = BigInt(1 + random.below(5));
      const data = sells
        ? encodeCall(book, 'sell', [market, PRICE, amount])
        : encodeCall(book, 'buy', [market, amount]);
      return { kind: sells ? 'sale' : 'purchase', from, to: book.address, data, gasLimit: 250_000n };
    };
    return draftMix(
      stage,
      load,
      (place) => order(place, HOT),
      (place) => order(place, random.pick(cold)),
    );
  },
};
