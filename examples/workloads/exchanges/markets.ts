/** Tokens for markets of two: one that everybody wants, and calm ones, which share a token at most. */
import type { Contract } from '../../generator/chain.ts';
import { deployToken, type Stage } from '../../generator/stage.ts';
import type { Load } from '../workload.ts';

type Market = readonly [Contract, Contract];

export interface Markets {
  readonly hot: Market;
  readonly calm: readonly Market[];
}

/** How many calm markets a block of this size has: some are traded on more than once. */
export function calmMarkets({ size }: Load): number {
  return Math.max(1, Math.min(10, Math.floor(size / 3)));
}

export async function deployMarketTokens(stage: Stage, calmCount: number): Promise<Markets> {
  const hot: Market = [await deployToken(stage, 'Gold'), await deployToken(stage, 'Silver')];
  const tokens: Contract[] = [];
  const calm: Market[] = [];
  while (calm.length < calmCount) {
    const token = await deployToken(stage, `Token ${tokens.length}`);
    for (const other of tokens.slice(0, calmCount - calm.length)) calm.push([other, token]);
    tokens.push(token);
  }
  return { hot, calm };
}
