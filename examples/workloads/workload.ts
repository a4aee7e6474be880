/** A workload: the transactions of one kind of application, as many and as contended as asked for. */

import type { Hex } from '../generator/account.ts';
import { type Draft, type Example, sealBlock } from '../generator/block.ts';
import { createRandom } from '../generator/random.ts';
import { createStage, type Description, type Stage } from '../generator/stage.ts';

/** How much of it, and how much of that on what everybody wants. */
export interface Load {
  /** Transactions; at least 1. */
  readonly size: number;
  /** 0 to 1: the share of the transactions that go for what everybody wants; what that is, the workload says. */
  readonly contention: number;
}

export interface Workload {
  /** E.g. `uniswap-v2`. */
  readonly name: string;
  /** What people do, and what contention is here. */
  readonly title: string;
  /** Where the byte code comes from. */
  readonly origin: string;
  /** Prepares the state that the transactions need, and drafts them. */
  readonly draft: (stage: Stage, load: Load) => Promise<readonly Draft[]>;
}

export interface WorkloadOptions extends Partial<Load> {
  /** Default: 1. Another seed gives other amounts, fees and choices. */
  readonly seed?: number;
}

/** A block of a workload, with the state before it. */
export interface WorkloadBlock extends Example {
  /** What contracts are called, by address. */
  readonly names: ReadonlyMap<Hex, string>;
  /** What is known of them beside that. */
  readonly described: ReadonlyMap<Hex, Description>;
}

const defaultLoad: Load = { size: 60, contention: 0.5 };

/** The same workload and options give the same block, byte for byte. */
export async function buildWorkload(
  workload: Workload,
  { seed = 1, size = defaultLoad.size, contention = defaultLoad.contention }: WorkloadOptions = {},
): Promise<WorkloadBlock> {
  if (
    !Number.isInteger(seed) ||
    !Number.isInteger(size) ||
    size < 1 ||
    !(contention >= 0 && contention <= 1)
  ) {
    throw new RangeError('seed and size are whole numbers, size is at least 1, contention between 0 and 1');
  }
  const random = createRandom(seed);
  const stage = await createStage(random);
  const drafts = await workload.draft(stage, { size, contention });
  return {
    ...(await sealBlock(stage.chain, drafts, random)),
    names: stage.names,
    described: stage.described,
  };
}

/** Drafts one transaction at this place in the block, and prepares what it needs. */
export type DraftAt = (place: number) => Promise<Draft> | Draft;

/** As many as asked for: each is hot with the probability that is the contention, else calm. */
export async function draftMix(
  { random }: Stage,
  { size, contention }: Load,
  hot: DraftAt,
  calm: DraftAt,
): Promise<Draft[]> {
  const drafts: Draft[] = [];
  for (let place = 0; place < size; place++) {
    drafts.push(await (random.chance(contention) ? hot : calm)(place));
  }
  return drafts;
}
