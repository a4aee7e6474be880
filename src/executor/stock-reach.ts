/**
 * Which accounts and slots the stock form reaches, as EIP-7928 counts it: those that the gas for the access was
 * there for, whatever becomes of the instruction afterwards. The stock gas functions decide it in the middle of
 * their sums, so the part of the sum that comes before the access is computed here, from the same parameters.
 */
import { type Common, Hardfork } from '@ethereumjs/common';
import type { EVMOpts } from '@ethereumjs/evm';
import { setLengthLeft } from '@ethereumjs/util';
import { slotBytes, slotValue } from './state-view.ts';
import { type Cell, delegateIn, type TransactionState } from './transaction-state.ts';

/** One that has functions of its own, as `@ethereumjs/evm` takes it. */
export type CustomOpcode = Extract<
  NonNullable<EVMOpts['customOpcodes']>[number],
  { readonly opcodeName: string }
>;
/** An instruction about to run. */
export type RunState = Parameters<CustomOpcode['logicFunction']>[0];

/** Marks what an instruction reaches, before its own gas function runs; `gas` is its constant price. */
export type Reach = (runState: RunState, gas: bigint, common: Common) => void;

/** How a call's operands lie on the stack, from the top. */
interface CallShape {
  readonly operands: 6 | 7;
  /** Whether the value is among the operands, and may not be there in a static frame. */
  readonly value: 'none' | 'own' | 'moved';
}

/** Instructions of which part of the price comes after the access, by opcode. */
export function reaches(state: TransactionState): ReadonlyMap<number, Reach> {
  return new Map<number, Reach>([
    [0x55, (runState, _gas, common) => reachStore(state, runState, common)],
    [0xf1, (...at) => reachCall(state, { operands: 7, value: 'moved' }, at)],
    [0xf2, (...at) => reachCall(state, { operands: 7, value: 'own' }, at)],
    [0xf4, (...at) => reachCall(state, { operands: 6, value: 'none' }, at)],
    [0xfa, (...at) => reachCall(state, { operands: 6, value: 'none' }, at)],
    [0xff, (runState, gas, common) => reachHeir(state, runState, gas, common)],
  ]);
}

function reachStore(state: TransactionState, { env, stack, gasLeft }: RunState, common: Common): void {
  if (env.isStatic || gasLeft < storeGate(common)) return;
  const slot = state.slot(state.cell(slotValue(env.address.bytes)), stack.peek(1)[0] ?? 0n);
  slot.isReached = true;
}

/** What has to be left for SSTORE to look at the slot (EIP-2200). */
function storeGate(common: Common): bigint {
  return common.gteHardfork(Hardfork.Istanbul) ? common.param('sstoreSentryEIP2200Gas') + 1n : 0n;
}

function reachCall(
  state: TransactionState,
  { operands, value }: CallShape,
  [runState, gas, common]: Parameters<Reach>,
): void {
  const { env, stack, gasLeft } = runState;
  const words = stack.peek(operands);
  const target = words[1] ?? 0n;
  const isPaid = value !== 'none' && words[2] !== 0n;
  if (isPaid && value === 'moved' && env.isStatic) return;
  const [at = 0n, length = 0n, outAt = 0n, outLength = 0n] = words.slice(operands - 4);
  const needed =
    gas +
    memoryPrice(runState, common, endOf(at, length), endOf(outAt, outLength)) +
    accessPrice(runState, common, target) +
    (isPaid ? common.param('callValueTransferGas') : 0n);
  if (needed > gasLeft) return;
  const callee = state.cell(BigInt.asUintN(160, target));
  callee.isReached = true;
  if (common.isActivatedEIP(7702)) reachDelegate(state, runState, common, callee, needed);
}

function reachDelegate(
  state: TransactionState,
  runState: RunState,
  common: Common,
  callee: Cell,
  needed: bigint,
): void {
  const delegate = delegateIn(callee.code);
  if (delegate === null) return;
  // The callee is warm by now, should it delegate to itself.
  const price =
    delegate === callee.word ? common.param('warmstoragereadGas') : accessPrice(runState, common, delegate);
  if (needed + price <= runState.gasLeft) state.cell(delegate).isReached = true;
}

function reachHeir(state: TransactionState, runState: RunState, gas: bigint, common: Common): void {
  const { env, stack, gasLeft } = runState;
  if (env.isStatic) return;
  const heir = BigInt.asUintN(160, stack.peek(1)[0] ?? 0n);
  const access =
    common.isActivatedEIP(2929) && !isWarm(runState, heir) ? common.param('coldaccountaccessGas') : 0n;
  if (gas + access <= gasLeft) state.cell(heir).isReached = true;
}

/** EIP-2929; 0n before. */
function accessPrice(runState: RunState, common: Common, word: bigint): bigint {
  if (!common.isActivatedEIP(2929)) return 0n;
  return common.param(isWarm(runState, word) ? 'warmstoragereadGas' : 'coldaccountaccessGas');
}

function isWarm({ interpreter }: RunState, word: bigint): boolean {
  return interpreter.journal.isWarmedAddress(setLengthLeft(slotBytes(BigInt.asUintN(160, word)), 20));
}

function endOf(at: bigint, length: bigint): bigint {
  return length === 0n ? 0n : at + length;
}

/** Yellow Paper appendix H, C_mem: the price of memory up to the larger of two ends. */
function memoryPrice(
  { memoryWordCount, highestMemCost }: RunState,
  common: Common,
  ...ends: readonly [bigint, bigint]
): bigint {
  const end = ends[0] > ends[1] ? ends[0] : ends[1];
  const words = (end + 31n) / 32n;
  if (words <= memoryWordCount) return 0n;
  return (
    words * common.param('memoryGas') + words ** 2n / common.param('quadCoefficientDivGas') - highestMemCost
  );
}
