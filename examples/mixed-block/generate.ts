/**
 * A block as mainnet has them, over real contracts: most transactions independent, some on the same state,
 * and one of each rarity. Run as a program, it writes `block.json` and `prestate.json` beside this file.
 */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Draft, type Example, sealBlock } from '../generator/block.ts';
import { createRandom } from '../generator/random.ts';
import { calmKinds, hotKinds } from './everyday.ts';
import { prepareRarities } from './rarities.ts';
import { createScene } from './scene.ts';

export interface MixedBlockOptions {
  /** Default: 1. Another seed gives other people, amounts, and another order. */
  readonly seed?: number;
  /** Default: 240. Not fewer than the rarities, which are 26. */
  readonly transactions?: number;
  /**
   * Default: 0.3. The probability, 0 to 1, that an everyday transaction uses what everybody wants: the hot
   * Uniswap pair, the airdrop's sender, the exchange's wallet.
   */
  readonly contention?: number;
}

/** The same options give the same block, byte for byte; in five seconds, of which the compiler takes two, once. */
export async function generateMixedBlock(options: MixedBlockOptions = {}): Promise<Example> {
  const { seed = 1, transactions = 240, contention = 0.3 } = options;
  if (!Number.isInteger(seed) || !Number.isInteger(transactions) || !(contention >= 0 && contention <= 1)) {
    throw new RangeError('seed and transactions are whole numbers, contention is between 0 and 1');
  }
  const random = createRandom(seed);
  const scene = await createScene(random);
  const rarities = await prepareRarities(scene);
  const everyday: Draft[] = [];
  const everydayCount = transactions - rarities.flat().length;
  if (everydayCount < 0)
    throw new RangeError(`a mixed block has ${rarities.flat().length} transactions or more`);
  while (everyday.length < everydayCount) {
    const prepare = random.pickWeighted(random.chance(contention) ? hotKinds : calmKinds);
    everyday.push(await prepare(scene));
  }
  const drafts = random.interleave([...rarities, ...everyday.map((draft) => [draft])]);
  return sealBlock(scene.chain, drafts, random);
}

/** How the files are written. */
export function formatExample(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: { seed: { type: 'string' }, transactions: { type: 'string' }, contention: { type: 'string' } },
  });
  const numbers = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, Number(text)]));
  const { block, prestate } = await generateMixedBlock(numbers);
  writeFileSync(new URL('block.json', import.meta.url), formatExample(block));
  writeFileSync(new URL('prestate.json', import.meta.url), formatExample(prestate));
}
