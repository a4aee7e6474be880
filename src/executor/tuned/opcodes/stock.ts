/**
 * Opcodes that compiled code uses too seldom to be worth another form: @ethereumjs's own functions run them, on
 * the frame's stack and with the block and transaction as they ask for them. All of them are synchronous.
 */
import type { getOpcodesForHF } from '@ethereumjs/evm';
import type { Frame } from '../frame.ts';
import type { Machine } from '../machine.ts';
import type { OpcodeRow, Run } from './row.ts';

type Handler = NonNullable<ReturnType<ReturnType<typeof getOpcodesForHF>['handlers']['get']>>;
type RunState = Parameters<Handler>[0];

const EXP = 0x0a;

/** Opcodes of that kind. */
export const STOCK: readonly Omit<OpcodeRow, 'run'>[] = [
  ...[0x05, 0x07, EXP, 0x0b].map((code) => ({ code, takes: 2, gives: 1 })),
  ...[0x08, 0x09].map((code) => ({ code, takes: 3, gives: 1 })),
  ...[0x1e, 0x49].map((code) => ({ code, takes: 1, gives: 1 })),
  ...[0x32, 0x3a, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x48, 0x4a].map((code) => ({
    code,
    takes: 0,
    gives: 1,
  })),
];

/** What those functions read of what surrounds them. */
export interface StockContext {
  readonly env: { readonly blobVersionedHashes: readonly string[] };
  readonly interpreter: Readonly<
    Record<
      | 'getTxOrigin'
      | 'getTxGasPrice'
      | 'getBlockCoinbase'
      | 'getBlockTimestamp'
      | 'getBlockNumber'
      | 'getBlockPrevRandao'
      | 'getBlockDifficulty'
      | 'getBlockGasLimit'
      | 'getBlockBaseFee'
      | 'getBlobBaseFee'
      | 'getChainId',
      () => bigint
    >
  >;
}

/** Runs such a function; of EXP, whose price is not fixed, the price as well (EIP-160). */
export function stockRun(code: number, handler: Handler): Run {
  const run = ({ stack }: Frame, machine: Machine): void => {
    const { env, interpreter } = machine.context;
    handler({ stack, env, interpreter } as unknown as RunState, machine.common);
  };
  if (code !== EXP) return run;
  return (frame, machine) => {
    const base = frame.stack.pop();
    frame.charge(machine.rules.expByte * byteLength(frame.stack.top()));
    frame.stack.push(base);
    run(frame, machine);
  };
}

function byteLength(word: bigint): number {
  return word === 0n ? 0 : Math.ceil(word.toString(16).length / 2);
}
