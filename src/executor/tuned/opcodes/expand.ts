/** Paying for memory, and for work by the word (Yellow Paper appendix H.1). */
import type { Frame } from '../frame.ts';
import type { Machine } from '../machine.ts';

/**
 * Makes a place in memory usable. Numbers beyond 2^53 have lost digits, but what they would cost is beyond all
 * gas either way.
 */
export function expand(frame: Frame, { rules }: Machine, at: number, length: number): void {
  if (length === 0) return;
  const { memory } = frame;
  const end = at + length;
  if (end <= memory.size) return;
  const words = Math.ceil(end / 32);
  const cost = words * rules.memory + Math.floor((words * words) / rules.memoryDivisor);
  frame.charge(cost - memory.cost);
  memory.grow(words * 32, cost);
}

/** Pays for each word of a length, the last one whole. */
export function chargeWords(frame: Frame, length: number, price: number): void {
  frame.charge(Math.ceil(length / 32) * price);
}
