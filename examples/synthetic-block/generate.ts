/**
 * Blocks of one kind of load each, of any size, over real contracts: what parallel execution can gain from them
 * is known beforehand. Run as a program, it writes `block.json` and `prestate.json` into a folder.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Draft, type Example, sealBlock } from '../generator/block.ts';
import { createRandom } from '../generator/random.ts';
import { createStage, type Stage } from '../generator/stage.ts';
import { deposits, etherChain, etherTransfers, payouts } from './ether.ts';
import { swaps } from './swaps.ts';
import { tokenTransfers, treasuryDebits } from './tokens.ts';

/** Prepares the state that the transactions need, and drafts them. */
type Load = (stage: Stage, count: number) => Promise<Draft[]>;

const loads = {
  'ether-transfers': etherTransfers,
  'token-transfers': tokenTransfers,
  swaps,
  mixed,
  payouts,
  deposits,
  chain: etherChain,
  'one-slot': treasuryDebits,
} satisfies Record<string, Load>;

export type SyntheticKind = keyof typeof loads;

/**
 * All but the last two are independent transactions; each of `chain` waits for the one before it, and so does
 * each of `one-slot`.
 */
export const syntheticKinds = Object.keys(loads) as readonly SyntheticKind[];

export interface SyntheticBlockOptions {
  readonly kind: SyntheticKind;
  /** Default: 200; at least 1. */
  readonly transactions?: number;
  /** Default: 1. Another seed gives other amounts and fees, and another order where there is a choice. */
  readonly seed?: number;
}

/** The same options give the same block, byte for byte. */
export async function generateSyntheticBlock(options: SyntheticBlockOptions): Promise<Example> {
  const { kind, transactions = 200, seed = 1 } = options;
  if (!Number.isInteger(seed) || !Number.isInteger(transactions) || transactions < 1) {
    throw new RangeError('seed and transactions are whole numbers, and a block has at least one transaction');
  }
  const random = createRandom(seed);
  const stage = await createStage(random);
  return sealBlock(stage.chain, await loads[kind](stage, transactions), random);
}

/** Transfers of ether, of a token, and swaps, a third each, in any order. */
async function mixed(stage: Stage, count: number): Promise<Draft[]> {
  const third = Math.floor(count / 3);
  const drafts = [
    ...(await etherTransfers(stage, count - 2 * third)),
    ...(await tokenTransfers(stage, third)),
    ...(await swaps(stage, third)),
  ];
  return stage.random.interleave(drafts.map((draft) => [draft]));
}

function isSyntheticKind(name: string | undefined): name is SyntheticKind {
  return name !== undefined && name in loads;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      kind: { type: 'string' },
      transactions: { type: 'string' },
      seed: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const { kind, out = '.', ...rest } = values;
  if (!isSyntheticKind(kind)) throw new RangeError(`--kind is one of ${syntheticKinds.join(', ')}`);
  const numbers = Object.fromEntries(Object.entries(rest).map(([name, text]) => [name, Number(text)]));
  const { block, prestate } = await generateSyntheticBlock({ ...numbers, kind });
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'block.json'), `${JSON.stringify(block, null, 1)}\n`);
  writeFileSync(join(out, 'prestate.json'), `${JSON.stringify(prestate, null, 1)}\n`);
}
