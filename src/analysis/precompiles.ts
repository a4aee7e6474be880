/** The precompiled contracts of a hardfork, run by `@ethereumjs/evm` where their input is known. */
import type { Common, StateManagerInterface } from '@ethereumjs/common';
import { EVM, EVMMockBlockchain, type ExecResult, getActivePrecompiles, NobleBN254 } from '@ethereumjs/evm';
import type { Address } from '../input/block.ts';
import type { GasInterval } from './gas.ts';

/** Result of a precompile on known input. */
export interface PrecompileResult {
  readonly isSuccess: boolean;
  readonly gasUsed: number;
  readonly returned: Uint8Array;
}

const IDENTITY = 4;

/** EIP-4844: needs a trusted setup that is loaded asynchronously, so it is never run here. */
const POINT_EVALUATION = 10;

export class Precompiles {
  readonly #common: Common;
  readonly #functions: ReturnType<typeof getActivePrecompiles>;
  #evm: EVM | null = null;

  constructor(common: Common) {
    this.#common = common;
    this.#functions = getActivePrecompiles(common);
  }

  /** Addresses of all of them, for EIP-2929. */
  get addresses(): readonly Address[] {
    return [...this.#functions.keys()].map((key) => `0x${key}` as Address);
  }

  has(address: Address): boolean {
    return this.#functions.has(address.slice(2));
  }

  isIdentity(address: Address): boolean {
    return BigInt(address) === BigInt(IDENTITY);
  }

  /**
   * Runs one on known input.
   *
   * @returns `null` when it cannot be run here (point evaluation needs a trusted setup).
   */
  run(address: Address, input: Uint8Array, gasLimit: number): PrecompileResult | null {
    const run = this.#functions.get(address.slice(2));
    if (run === undefined || BigInt(address) === BigInt(POINT_EVALUATION)) return null;
    let result: ExecResult | Promise<ExecResult>;
    try {
      result = run({
        data: input,
        gasLimit: BigInt(gasLimit),
        common: this.#common,
        _EVM: this.#engine(),
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

  #engine(): EVM {
    if (this.#evm === null) {
      this.#evm = new EVM({
        common: this.#common,
        blockchain: new EVMMockBlockchain(),
        stateManager: NO_STATE,
        bn254: new NobleBN254(),
      });
    }
    return this.#evm;
  }
}

/** Precompiles read no state. */
const NO_STATE = {} as StateManagerInterface;
