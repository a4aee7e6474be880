/** What a person should know beside a block that was ordered, and what makes it a failed one. */
import type { Verdict } from '../report/verdict.ts';
import { judgeRun } from '../report/verdict.ts';
import type { OrderedBlock } from './order-block.ts';

/** By which measure to judge. */
export interface OrderVerdictOptions {
  /** An order that may touch anything, or missing state, is a failure. */
  readonly isStrict: boolean;
  /** Some pre-state was given. */
  readonly hasState: boolean;
}

/** Judges it by what was asked for. */
export function judgeOrder(
  { findings, origin, pool, input }: OrderedBlock,
  { isStrict, hasState }: OrderVerdictOptions,
): Verdict {
  const { notes } = judgeRun(findings, { isStrict: false, isVerified: false, hasState });
  const madeUp = `no block given (--env, --rpc): made up, with base fee ${input.block.baseFeePerGas ?? 0n} and gas limit ${input.block.gasLimit}`;
  const open = pool.open().length;
  const lacking = pool.missing.length;
  const failures = [
    ...(open === 0 ? [] : [`${open} ${open === 1 ? 'order' : 'orders'} may touch anything`]),
    ...(lacking === 0 ? [] : [`${lacking} ${lacking === 1 ? 'state key' : 'state keys'} missing`]),
  ];
  return {
    notes: [...(origin === 'made-up' ? [madeUp] : []), ...notes],
    failures: isStrict ? failures : [],
  };
}
