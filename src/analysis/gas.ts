/**
 * Gas as an interval: what a frame has left at least and at most. Costs that depend on unknown values are
 * intervals too, so that running out of gas is certain, possible, or excluded. Prices come from
 * `@ethereumjs/common` for the hardfork at hand.
 */
import type { Common } from '@ethereumjs/common';
import { getOpcodesForHF } from '@ethereumjs/evm';

/** Least and most, in gas; plain numbers, since no gas limit that can be paid exceeds 2^53. */
export interface GasInterval {
  readonly min: number;
  readonly max: number;
}

export const NO_GAS: GasInterval = { min: 0, max: 0 };

/** Prices and rules of one hardfork. */
export interface GasSchedule {
  /** Static price of each opcode, `-1` where the byte is no opcode. */
  readonly base: Int32Array;
  readonly memory: number;
  readonly quadraticDivisor: number;
  readonly copy: number;
  readonly keccakWord: number;
  readonly expByte: number;
  readonly logTopic: number;
  readonly logData: number;
  readonly coldAccount: number;
  readonly coldSlot: number;
  readonly warmRead: number;
  readonly callValue: number;
  readonly callNewAccount: number;
  readonly callStipend: number;
  readonly codeDeposit: number;
  readonly initCodeWord: number;
  readonly maxCodeSize: number;
  readonly maxInitCodeSize: number;
  readonly sstore: SstorePrices;
  readonly refunds: Refunds;
  readonly hasAccessLists: boolean;
  readonly keepsSixtyFourth: boolean;
}

/** Gas that is given back at the end; see `sstoreRefund`. */
export interface Refunds {
  /** A slot is cleared. */
  readonly clear: number;
  /** A slot gets back the value from before the transaction, which is zero, or another one. */
  readonly init: number;
  readonly clean: number;
  /** A contract is destroyed (before EIP-3529). */
  readonly destroy: number;
  /** An authority was there already (EIP-7702). */
  readonly authorization: number;
  /** At most the gas used, divided by this. */
  readonly quotient: number;
}

/** The four generations of SSTORE prices. */
export interface SstorePrices {
  readonly kind: 'frontier' | 'eip1283' | 'eip2200';
  readonly set: number;
  readonly reset: number;
  readonly noop: number;
  readonly dirty: number;
  /** Gas that must be left over, EIP-2200; 0 before. */
  readonly sentry: number;
}

function sstorePrices(common: Common): SstorePrices {
  const price = (name: string) => Number(common.param(name));
  if (common.gteHardfork('istanbul')) {
    return {
      kind: 'eip2200',
      set: price('sstoreInitEIP2200Gas'),
      reset: price('sstoreCleanEIP2200Gas'),
      noop: common.isActivatedEIP(2929) ? price('warmstoragereadGas') : price('sstoreNoopEIP2200Gas'),
      dirty: price('sstoreDirtyEIP2200Gas'),
      sentry: price('sstoreSentryEIP2200Gas'),
    };
  }
  if (common.hardfork() === 'constantinople') {
    return {
      kind: 'eip1283',
      set: price('netSstoreInitGas'),
      reset: price('netSstoreCleanGas'),
      noop: price('netSstoreNoopGas'),
      dirty: price('netSstoreDirtyGas'),
      sentry: 0,
    };
  }
  const reset = price('sstoreResetGas');
  return { kind: 'frontier', set: price('sstoreSetGas'), reset, noop: reset, dirty: reset, sentry: 0 };
}

/** EIP-1283, EIP-2200, EIP-2929, EIP-3529. */
function refundsOf(common: Common): Refunds {
  const price = (name: string) => Number(common.param(name));
  const isNet = common.gteHardfork('istanbul');
  const isFirstNet = common.hardfork() === 'constantinople';
  const [clear, init, clean] = isNet
    ? ['sstoreClearRefundEIP2200Gas', 'sstoreInitRefundEIP2200Gas', 'sstoreCleanRefundEIP2200Gas']
    : ['netSstoreClearRefundGas', 'netSstoreResetClearRefundGas', 'netSstoreResetRefundGas'];
  const hasNet = isNet || isFirstNet;
  // EIP-2929 has taken what a slot costs when cold out of the price that is given back.
  const isSplit = common.isActivatedEIP(2929);
  const cold = isSplit ? price('coldsloadGas') + price('warmstoragereadGas') : 0;
  return {
    clear: price(hasNet ? clear : 'sstoreRefundGas'),
    init: hasNet ? price(init) : 0,
    clean: isSplit ? price('sstoreResetGas') - cold : hasNet ? price(clean) : 0,
    destroy: price('selfdestructRefundGas'),
    authorization: common.isActivatedEIP(7702) ? price('perEmptyAccountCost') - price('perAuthBaseGas') : 0,
    quotient: price('maxRefundQuotient'),
  };
}

export function gasSchedule(common: Common): GasSchedule {
  const price = (name: string) => Number(common.param(name));
  const base = new Int32Array(256).fill(-1);
  for (const [code, opcode] of getOpcodesForHF(common).opcodes) base[code] = opcode.fee;
  // INVALID is listed as an opcode; it only ever halts.
  base[0xfe] = -1;
  const hasAccessLists = common.isActivatedEIP(2929);
  return {
    base,
    memory: price('memoryGas'),
    quadraticDivisor: price('quadCoefficientDivGas'),
    copy: price('copyGas'),
    keccakWord: price('keccak256WordGas'),
    expByte: price('expByteGas'),
    logTopic: price('logTopicGas'),
    logData: price('logDataGas'),
    coldAccount: hasAccessLists ? price('coldaccountaccessGas') : 0,
    coldSlot: hasAccessLists ? price('coldsloadGas') : 0,
    warmRead: hasAccessLists ? price('warmstoragereadGas') : 0,
    callValue: price('callValueTransferGas'),
    callNewAccount: price('callNewAccountGas'),
    callStipend: price('callStipendGas'),
    codeDeposit: price('createDataGas'),
    initCodeWord: common.isActivatedEIP(3860) ? price('initCodeWordGas') : 0,
    maxCodeSize: common.gteHardfork('spuriousDragon') ? price('maxCodeSize') : Number.POSITIVE_INFINITY,
    maxInitCodeSize: common.isActivatedEIP(3860) ? price('maxInitCodeSize') : Number.POSITIVE_INFINITY,
    sstore: sstorePrices(common),
    refunds: refundsOf(common),
    hasAccessLists,
    keepsSixtyFourth: common.gteHardfork('tangerineWhistle'),
  };
}

/** Total price of a memory of so many words (Yellow Paper eq. 326). */
export function memoryPrice(schedule: GasSchedule, words: number): number {
  return words * schedule.memory + Math.floor((words * words) / schedule.quadraticDivisor);
}

/** What a call may take along of `available` gas (EIP-150). */
export function allButOneSixtyFourth(available: number): number {
  return available - Math.floor(available / 64);
}
