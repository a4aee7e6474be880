/** Blocks over which means are taken. */
import type { BenchmarkBlock } from './blocks.ts';

/** A mainnet block with fewer transactions is left out of `--quick`, and of the first mean. */
export const MANY = 100;

export interface GroupMember extends Pick<BenchmarkBlock, 'name' | 'origin'> {
  readonly transactions: number;
}

export const GROUPS: readonly (readonly [title: string, has: (block: GroupMember) => boolean])[] = [
  [`mainnet, ≥ ${MANY} txs`, ({ origin, transactions }) => origin === 'mainnet' && transactions >= MANY],
  ['mainnet, all', ({ origin }) => origin === 'mainnet'],
  ['synthetic', ({ origin }) => origin === 'synthetic'],
];

/** Whether `--quick` measures a block. */
export function isQuickBlock({ origin, transactions }: Omit<GroupMember, 'name'>): boolean {
  return origin === 'synthetic' || transactions >= MANY;
}
