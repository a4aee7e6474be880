/** The precompiled contracts of a hardfork, run by `@ethereumjs/evm` where their input is known. */
import type { Common, StateManagerInterface } from '@ethereumjs/common';
import {
  EVM,
  EVMMockBlockchain,
  type ExecResult,
  getActivePrecompiles,
  type PrecompileFunc,
} from '@ethereumjs/evm';
import type { Address } from '../input/block.ts';
import { bn254 } from '../input/bn254.ts';
import { keccak256 } from '../input/keccak.ts';
import { recoverPublicKey } from '../input/signature.ts';
import type { GasInterval } from './gas.ts';
import type { Budget } from './machine.ts';

/** Result of a precompile on known input. */
export interface PrecompileResult {
  readonly isSuccess: boolean;
  readonly gasUsed: number;
  readonly returned: Uint8Array;
}

const ECRECOVER = 1;
const IDENTITY = 4;

/** EIP-4844: needs a trusted setup that is loaded asynchronously, so it is never run here. */
const POINT_EVALUATION = 10;

/** Bytes of inputs and results that are kept for one block. */
const MOST_REMEMBERED = 1 << 22;
/** Results that took fewer steps are not kept. */
const WORTH_REMEMBERING = 100;

export class Precompiles {
  readonly #common: Common;
  /** Results by precompile and input: who starts again from the beginning need not wait for them again. */
  readonly #results = new Map<string, PrecompileResult>();
  #remembered = 0;
  readonly #functions: ReturnType<typeof getActivePrecompiles>;
  readonly #addresses: ReadonlySet<Address>;
  /** Made when it is first needed, for all blocks of the hardfork. */
  readonly #engine: { evm: EVM | null };

  constructor(common: Common, others?: Precompiles) {
    this.#common = common;
    this.#functions = others === undefined ? getActivePrecompiles(common) : others.#functions;
    this.#engine = others === undefined ? { evm: null } : others.#engine;
    this.#addresses =
      others === undefined
        ? new Set([...this.#functions.keys()].map((key): Address => `0x${key}`))
        : others.#addresses;
  }

  /** The same ones, for another block. */
  forBlock(): Precompiles {
    return new Precompiles(this.#common, this);
  }

  /** Addresses of all of them, for EIP-2929. */
  get addresses(): readonly Address[] {
    return [...this.#addresses];
  }

  has(address: Address): boolean {
    return this.#addresses.has(address);
  }

  isIdentity(address: Address): boolean {
    return BigInt(address) === BigInt(IDENTITY);
  }

  /**
   * Runs one on known input.
   *
   * @returns `null` when it cannot be run here (point evaluation needs a trusted setup), or takes more steps
   *   than are left.
   */
  run(
    address: Address,
    input: Uint8Array,
    gasLimit: number,
    budget: Pick<Budget, 'precompileSteps'>,
  ): PrecompileResult | null {
    const run = this.#functions.get(address.slice(2));
    const index = Number(address);
    if (run === undefined || index === POINT_EVALUATION) return null;
    const steps = stepsOf(index, input, gasLimit);
    if (steps > budget.precompileSteps) return null;
    budget.precompileSteps -= steps;
    if (index === ECRECOVER) return this.#recover(input, gasLimit);
    if (steps < WORTH_REMEMBERING) return this.#compute(run, input, gasLimit);
    const question = `${address}${Buffer.from(input).toString('latin1')}`;
    const known = this.#results.get(question);
    if (known !== undefined && known.gasUsed <= gasLimit) return known;
    const result = this.#compute(run, input, gasLimit);
    // A failure may be for lack of gas.
    if (result?.isSuccess === true) {
      this.#remembered += input.length + result.returned.length;
      if (this.#remembered <= MOST_REMEMBERED) this.#results.set(question, result);
    }
    return result;
  }

  #compute(run: PrecompileFunc, input: Uint8Array, gasLimit: number): PrecompileResult | null {
    let result: ExecResult | Promise<ExecResult>;
    try {
      result = run({
        data: input,
        gasLimit: BigInt(gasLimit),
        common: this.#common,
        _EVM: this.#evm(),
      });
    } catch {
      return null;
    }
    if (!('executionGasUsed' in result)) return null;
    return {
      isSuccess: result.exceptionError === undefined,
      gasUsed: Number(result.executionGasUsed),
      returned: result.returnValue,
    };
  }

  /** ECRECOVER (Yellow Paper App. E): natively where that is possible; it is the one that most contracts use. */
  #recover(input: Uint8Array, gasLimit: number): PrecompileResult {
    const gasUsed = Number(this.#common.param('ecRecoverGas'));
    if (gasLimit < gasUsed) return { isSuccess: false, gasUsed: gasLimit, returned: NOTHING };
    const data = Buffer.alloc(128);
    data.set(input.subarray(0, 128));
    const v = data[63];
    const isSigned = (v === 27 || v === 28) && data.subarray(32, 63).every((byte) => byte === 0);
    const publicKey = isSigned
      ? recoverPublicKey(data.subarray(0, 32), data.subarray(64, 128), v === 27 ? 0 : 1)
      : null;
    if (publicKey === null) return { isSuccess: true, gasUsed, returned: NOTHING };
    const returned = new Uint8Array(32);
    returned.set(keccak256(publicKey).subarray(12), 12);
    return { isSuccess: true, gasUsed, returned };
  }

  /** Price for input of which only the length is known (Yellow Paper App. E); `null`: anything up to all gas. */
  price(address: Address, inputLength: number): GasInterval | null {
    const words = Math.ceil(inputLength / 32);
    const param = (name: string) => Number(this.#common.param(name));
    const exact = (amount: number) => ({ min: amount, max: amount });
    switch (Number(BigInt(address))) {
      case 1:
        return exact(param('ecRecoverGas'));
      case 2:
        return exact(param('sha256Gas') + words * param('sha256WordGas'));
      case 3:
        return exact(param('ripemd160Gas') + words * param('ripemd160WordGas'));
      case IDENTITY:
        return exact(param('identityGas') + words * param('identityWordGas'));
      case POINT_EVALUATION:
        return exact(param('kzgPointEvaluationPrecompileGas'));
      default:
        return null;
    }
  }

  /** Whether it can fail other than by lack of gas. */
  mayFail(address: Address): boolean {
    return BigInt(address) > BigInt(IDENTITY);
  }

  #evm(): EVM {
    this.#engine.evm ??= new EVM({
      common: this.#common,
      blockchain: new EVMMockBlockchain(),
      stateManager: NO_STATE,
      bn254,
    });
    return this.#engine.evm;
  }
}

/**
 * How long one takes at most, in steps of the analysis (about 0.3 µs; measured with the implementations of
 * `@noble/curves` that `@ethereumjs/evm` comes with).
 */
function stepsOf(index: number, input: Uint8Array, gasLimit: number): number {
  const { length } = input;
  const each = (size: number, steps: number) => Math.ceil(length / size) * steps;
  switch (index) {
    case 1:
      return 4_000;
    case 2:
    case 3:
      return 10 + each(64, 3);
    case IDENTITY:
      return 1 + each(4096, 1);
    case 5:
      return 100 + gasLimit / 100;
    case 6:
      return 200;
    case 7:
      return 20_000;
    case 8:
      return 10_000 + each(192, 80_000);
    case 9:
      // A call of which the gas does not pay all rounds (one each) fails at once.
      return 10 + 2 * Math.min(gasLimit, roundsOf(input));
    case 0x0b:
    case 0x0d:
      return 1_000;
    case 0x0c:
      return each(160, 20_000);
    case 0x0e:
      return each(288, 50_000);
    case 0x0f:
      return 20_000 + each(384, 80_000);
    default:
      return 50_000;
  }
}

/** EIP-152: the first four bytes. */
function roundsOf(input: Uint8Array): number {
  return input.length < 4 ? 0 : Buffer.from(input.subarray(0, 4)).readUInt32BE();
}

const NOTHING = new Uint8Array(0);

/** Precompiles read no state. */
const NO_STATE = {} as StateManagerInterface;
