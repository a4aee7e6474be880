/**
 * The oracle of the soundness theorem: runs transactions one after the other with stock @ethereumjs/vm and
 * records every state key that they touch. Shares nothing with `src/analysis` and `src/executor`.
 */
import type { Block } from '@ethereumjs/block';
import type { Common } from '@ethereumjs/common';
import { createEVM, type EVM, type Message } from '@ethereumjs/evm';
import { createVM, type RunTxResult, runTx, type VM } from '@ethereumjs/vm';
import type { Address, BlockInput, Hex, Transaction } from '../../src/input/block.ts';
import type { Prestate } from '../corpus.ts';
import { AccessRecorder, type RecordedSets } from './accesses.ts';
import { addKzg, oracleBlock, oracleBlockchain, oracleCommon, oracleTransaction } from './evm.ts';
import { hexOf, OracleState } from './state.ts';

/** What came of one transaction, and what it was seen to touch. */
export interface Recorded extends RecordedSets {
  readonly status: 0 | 1;
  readonly gasUsed: bigint;
  readonly logs: readonly {
    readonly address: Address;
    readonly topics: readonly Hex[];
    readonly data: Hex;
  }[];
}

/** EIP-4844, `POINT_EVALUATION_PRECOMPILE_ADDRESS`. */
const POINT_EVALUATION: Address = `0x${'0'.repeat(39)}a`;
const POINT_EVALUATION_INPUT = 192;
/** EIP-4788, `BEACON_ROOTS_ADDRESS`. */
const BEACON_ROOTS: Address = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02';
/** EIP-2935, `HISTORY_STORAGE_ADDRESS`. */
const HISTORY: Address = '0x0000f90827f1c53a10cb7a02335b175320002935';

/** Runs the transactions of one block in order. */
export class Oracle {
  readonly state: OracleState;
  readonly #input: BlockInput;
  readonly #common: Common;
  readonly #recorder: AccessRecorder;
  readonly #block: Block;
  readonly #vm: VM;
  /** Whether the transaction was found valid, and its first message has begun. */
  #hasBegun = false;

  private constructor(input: BlockInput, state: OracleState, recorder: AccessRecorder, block: Block, vm: VM) {
    this.#input = input;
    this.state = state;
    this.#common = vm.common;
    this.#recorder = recorder;
    this.#block = block;
    this.#vm = vm;
    vm.evm.events?.on('beforeMessage', (message: Message, resume) => {
      this.#hasBegun = true;
      recorder.message(message);
      if (needsKzg(message, vm.common)) addKzg(vm.common).then(resume, resume);
      else resume?.();
    });
  }

  /** An oracle for a block (`input.block` must be there) that stands before its first transaction. */
  static async create(input: BlockInput, prestate: Prestate): Promise<Oracle> {
    if (input.block === null) throw new Error('the oracle needs a block');
    const common = oracleCommon(input);
    const state = new OracleState(prestate);
    const recorder = new AccessRecorder(state, common);
    const blockchain = oracleBlockchain(input.blockHashes);
    const customOpcodes = recorder.opcodes();
    const evm: EVM = await createEVM({ common, stateManager: state, blockchain, customOpcodes });
    const vm = await createVM({ common, evm, stateManager: state, blockchain });
    const oracle = new Oracle(input, state, recorder, oracleBlock(input.block, common), vm);
    oracle.#startBlock();
    return oracle;
  }

  /**
   * Runs one transaction of the block.
   *
   * @throws RefusedError for an invalid one, which changes nothing.
   */
  async run(index: number): Promise<Recorded> {
    const transaction = this.#input.transactions[index];
    if (transaction === undefined) throw new RangeError(`no transaction ${index}`);
    return this.runTransaction(transaction);
  }

  /** The same for one that is not in the input, as if it were the next. */
  async runTransaction(transaction: Transaction): Promise<Recorded> {
    this.#recorder.begin(transaction);
    const result = await this.#runTx(transaction);
    return {
      status: result.execResult.exceptionError === undefined ? 1 : 0,
      gasUsed: result.totalGasSpent,
      logs: (result.execResult.logs ?? []).map(([address, topics, data]) => ({
        address: hexOf(address),
        topics: topics.map(hexOf),
        data: hexOf(data),
      })),
      ...this.#recorder.end(transaction),
    };
  }

  /**
   * Runs a transaction on a changed state, and undoes the change and the run.
   *
   * @param look - Sees what was recorded, while the state is that after the transaction.
   * @returns `null` when the transaction is invalid there.
   */
  async attempt<T>(
    transaction: Transaction,
    change: (state: OracleState) => void,
    look: (seen: Recorded) => T,
  ): Promise<T | null> {
    const { state } = this;
    await state.checkpoint();
    try {
      state.originalStorageCache.clear();
      change(state);
      return look(await this.runTransaction(transaction));
    } catch (error) {
      if (error instanceof RefusedError) return null;
      throw error;
    } finally {
      await state.revert();
      state.originalStorageCache.clear();
    }
  }

  async #runTx(transaction: Transaction): Promise<RunTxResult> {
    this.#hasBegun = false;
    try {
      return await runTx(this.#vm, {
        tx: oracleTransaction(transaction, this.#common),
        block: this.#block,
        skipHardForkValidation: true,
        skipBlockGasLimitValidation: true,
        blockGasUsed: 0n,
      });
    } catch (error) {
      if (this.#hasBegun) throw error;
      throw new RefusedError(error instanceof Error ? error.message : String(error));
    }
  }

  /** What is written to the state before the first transaction: EIP-4788, EIP-2935. */
  #startBlock(): void {
    const { block } = this.#input;
    if (block === null) return;
    if (this.#common.isActivatedEIP(4788) && block.parentBeaconBlockRoot !== null) {
      const length = this.#common.param('historicalRootsLength');
      const index = block.timestamp % length;
      this.state.setSystemSlot(BEACON_ROOTS, index, block.timestamp);
      this.state.setSystemSlot(BEACON_ROOTS, index + length, BigInt(block.parentBeaconBlockRoot));
    }
    if (this.#common.isActivatedEIP(2935) && block.number > 0n) {
      const index = (block.number - 1n) % this.#common.param('historyServeWindow');
      this.state.setSystemSlot(HISTORY, index, BigInt(block.parentHash));
    }
  }
}

/** Only input of the right length comes as far as the library, which takes seconds to load. */
function needsKzg(message: Message, common: Common): boolean {
  if (message.to === undefined || message.data.length !== POINT_EVALUATION_INPUT) return false;
  return common.isActivatedEIP(4844) && hexOf(message.codeAddress.bytes) === POINT_EVALUATION;
}

/** A transaction that may not be in its block. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}
