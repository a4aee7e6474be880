/**
 * The tuned form: @ethereumjs's opcode table, prices and precompiles, run by a synchronous loop of this
 * project's own (`machine.ts`), and a transaction's fees, refunds and clean-up without the detour over
 * transaction and account objects.
 */
import { type Common, ConsensusType, Hardfork } from '@ethereumjs/common';
import { type EVM, getActivePrecompiles } from '@ethereumjs/evm';
import { blobBaseFee } from '../../input/blob-gas.ts';
import type { Address, BlockHeader, Transaction } from '../../input/block.ts';
import { type IntrinsicPrices, intrinsicGas, intrinsicPrices } from '../../input/intrinsic-gas.ts';
import { SYSTEM_ADDRESS } from '../../state/system-calls.ts';
import {
  type Engine,
  type EngineParts,
  type EngineResult,
  type StockEngine,
  SYSTEM_CALL_GAS,
  type SystemCallResult,
} from '../engine.ts';
import { logsBloom } from '../logs-bloom.ts';
import { OBSERVED } from '../observed.ts';
import { type Cell, isEmpty, type TransactionState } from '../transaction-state.ts';
import { Machine } from './machine.ts';
import type { StockContext } from './opcodes/stock.ts';
import { reasonAgainstVersions } from './versions.ts';

/**
 * More gas than any block has had. Below it gas and the price of memory are exact as numbers; transactions above
 * it, which only tests have, are run by the stock form.
 */
const GAS_LIMIT = 2n ** 40n;
const DELEGATION = [0xef, 0x01, 0x00] as const;
const NO_ADDRESS = `0x${'0'.repeat(40)}`;
const MAXIMUM_NONCE = (1n << 64n) - 1n;

/** Why the tuned form does not run the rules that `common` is set to, or `null`. */
export function reasonAgainstTuned(common: Common): string | null {
  if (common.gteHardfork(Hardfork.Amsterdam)) return 'its rules are not in the tuned form yet';
  if (common.consensusType() === ConsensusType.ProofOfAuthority) return 'its fee recipient is a signer';
  return reasonAgainstVersions();
}

/** Builds the tuned form on the parts of `stock`, which it falls back to for what it does not do. */
export function createTunedEngine(parts: EngineParts, stock: StockEngine): Engine {
  const tuned = new TunedEngine(parts, stock.evm);
  return {
    kind: 'tuned',
    setBlock: (header) => {
      stock.setBlock(header);
      tuned.setBlock(header);
    },
    run: (transaction) =>
      transaction.gasLimit < GAS_LIMIT ? tuned.run(transaction) : stock.run(transaction),
    callSystem: (to) => tuned.callSystem(to),
  };
}

/** What a transaction says of itself to the code that it runs. */
interface Origin extends Pick<Transaction, 'blobVersionedHashes'> {
  readonly origin: bigint;
  readonly gasPrice: bigint;
}

class TunedEngine {
  readonly #parts: EngineParts;
  readonly #machine: Machine;
  readonly #prices: IntrinsicPrices;
  #header: BlockHeader | null = null;
  #blobBaseFee = 0n;

  constructor(parts: EngineParts, evm: EVM) {
    const { common, state, blockHashes, codeHashes, preimages } = parts;
    const precompiles = new Map(
      [...getActivePrecompiles(common)].map(([address, run]) => [BigInt(`0x${address}`), run]),
    );
    const { keccak } = preimages;
    this.#parts = parts;
    this.#machine = new Machine({ common, state, blockHashes, codeHashes, keccak, precompiles, evm });
    this.#prices = intrinsicPrices(common);
  }

  setBlock(header: BlockHeader): void {
    this.#header = header;
    this.#blobBaseFee = blobBaseFee(this.#parts.common, header.excessBlobGas ?? 0n);
  }

  /** Yellow Paper section 6.2, with what EIPs 1559, 2929, 3529, 3651, 4844, 7623 and 7702 made of it. */
  async run(transaction: Transaction): Promise<EngineResult> {
    const header = this.#header;
    if (header === null) throw new Error('a transaction came before its block');
    const machine = this.#machine;
    const { state, rules } = machine;
    const sender = state.cellAt(transaction.from);
    const { gasPrice, tip } = this.#fees(transaction, header);
    const { intrinsic, floor } = intrinsicGas(transaction, this.#prices);
    const { blobVersionedHashes } = transaction;
    machine.begin(this.#context(header, { blobVersionedHashes, origin: sender.word, gasPrice }));
    machine.hashes.isRecording = this.#parts.preimages.isRecording;
    this.#warm(transaction, header, sender);
    const cost = transaction.gasLimit * gasPrice + this.#blobCost(transaction);
    state.touch(sender);
    state.put(sender, sender.balance - cost, sender.nonce + 1n);
    const authorizationRefund = this.#applyAuthorizations(transaction);
    const gas = Number(transaction.gasLimit) - intrinsic;
    const created = this.#start(transaction, sender, gas);
    const { isSuccess, gasLeft } = await machine.finish();
    const spent = BigInt(Number(transaction.gasLimit) - gasLeft);
    const refund = BigInt(authorizationRefund + machine.refund);
    const largest = spent / rules.refundQuotient;
    const charged = spent - (refund < largest ? refund : largest);
    const gasUsed = charged < BigInt(floor) ? BigInt(floor) : charged;
    state.touch(sender);
    state.put(sender, sender.balance + (transaction.gasLimit - gasUsed) * gasPrice, sender.nonce);
    const feeRecipient = state.cellAt(header.feeRecipient);
    state.touch(feeRecipient);
    state.put(feeRecipient, feeRecipient.balance + gasUsed * tip, feeRecipient.nonce);
    removeDestroyed(state, rules.keepsDestroyed);
    if (rules.isSpuriousDragon) removeEmpty(state);
    const logs = [...machine.logs];
    return {
      isSuccess,
      gasUsed,
      logs,
      bloom: logsBloom(logs, this.#parts.codeHashes.keccak),
      contractAddress: created === null ? null : created.address,
    };
  }

  /** What the sender pays for gas, and what of it the fee recipient gets (EIP-1559). */
  #fees(
    { type, maxFeePerGas, maxPriorityFeePerGas }: Transaction,
    header: BlockHeader,
  ): { readonly gasPrice: bigint; readonly tip: bigint } {
    if (!this.#machine.rules.hasBaseFee) return { gasPrice: maxFeePerGas, tip: maxFeePerGas };
    const baseFee = header.baseFeePerGas ?? 0n;
    const most = maxFeePerGas - baseFee;
    const tip = type < 2 || most < maxPriorityFeePerGas ? most : maxPriorityFeePerGas;
    return { gasPrice: baseFee + tip, tip };
  }

  #blobCost({ blobVersionedHashes }: Transaction): bigint {
    return BigInt(blobVersionedHashes.length) * this.#machine.rules.blobGas * this.#blobBaseFee;
  }

  /** EIP-2929, EIP-2930, EIP-3651. */
  #warm({ to, accessList }: Transaction, header: BlockHeader, sender: Cell): void {
    const { state, rules } = this.#machine;
    if (!rules.hasColdAccess) return;
    for (const { address, storageKeys } of accessList ?? []) {
      state.list(BigInt(address), storageKeys.map(BigInt));
    }
    sender.isWarm = true;
    if (to !== null) state.cellAt(to).isWarm = true;
    if (rules.isFeeRecipientWarm) state.cellAt(header.feeRecipient).isWarm = true;
  }

  /** Sets delegations (EIP-7702). Returns the refund for authorities that existed. */
  #applyAuthorizations({ authorizationList }: Transaction): number {
    const { state, rules, common } = this.#machine;
    let refund = 0;
    for (const { authority, chainId, nonce, address } of authorizationList) {
      if (authority === null || nonce >= MAXIMUM_NONCE) continue;
      if (chainId !== 0n && chainId !== common.chainId()) continue;
      const cell = state.cellAt(authority);
      cell.isWarm = true;
      if (cell.code.length > 0) {
        cell.observedCode |= OBSERVED.read;
        if (DELEGATION.some((byte, at) => cell.code[at] !== byte)) continue;
      }
      if (cell.nonce !== nonce) continue;
      if (cell.exists) refund += rules.authorizationRefund;
      state.touch(cell);
      state.put(cell, cell.balance, cell.nonce + 1n);
      state.putCode(cell, address === NO_ADDRESS ? new Uint8Array(0) : delegationTo(address));
      cell.observedNonce |= OBSERVED.write;
    }
    return refund;
  }

  /** Starts the transaction's message. Returns the account that it creates, if it does. */
  #start({ to, data, value }: Transaction, sender: Cell, gas: number): Cell | null {
    const machine = this.#machine;
    const message = { caller: sender, value, gas, depth: 0, returnTo: null } as const;
    if (to === null) return machine.create(data, null, message);
    const self = machine.state.cellAt(to);
    machine.call({ kind: 'call', self, input: data, isStatic: false, ...message }, self, 'moves-value');
    return null;
  }

  /** No transaction: no fees, and neither value nor nonce of the caller. */
  async callSystem(to: Address): Promise<SystemCallResult> {
    const header = this.#header;
    if (header === null) throw new Error('a call came before its block');
    const machine = this.#machine;
    const { state } = machine;
    const caller = state.cellAt(SYSTEM_ADDRESS);
    const origin = { blobVersionedHashes: [], origin: caller.word, gasPrice: 0n };
    machine.begin(this.#context(header, origin));
    machine.hashes.isRecording = false;
    const self = state.cellAt(to);
    const message = { caller, self, value: 0n, input: new Uint8Array(0), gas: SYSTEM_CALL_GAS } as const;
    machine.call(
      { kind: 'call', isStatic: false, depth: 0, returnTo: null, ...message },
      self,
      'keeps-value',
    );
    const { isSuccess, output } = await machine.finish();
    removeDestroyed(state, machine.rules.keepsDestroyed);
    removeEmpty(state);
    return { isSuccess, output };
  }

  #context(header: BlockHeader, { blobVersionedHashes, origin, gasPrice }: Origin): StockContext {
    return {
      env: { blobVersionedHashes },
      interpreter: {
        getTxOrigin: () => origin,
        getTxGasPrice: () => gasPrice,
        getBlockCoinbase: () => BigInt(header.feeRecipient),
        getBlockTimestamp: () => header.timestamp,
        getBlockNumber: () => header.number,
        getBlockPrevRandao: () => BigInt(header.prevRandao),
        getBlockDifficulty: () => header.difficulty,
        getBlockGasLimit: () => header.gasLimit,
        getBlockBaseFee: () => header.baseFeePerGas ?? 0n,
        getBlobBaseFee: () => this.#blobBaseFee,
        getChainId: () => this.#machine.common.chainId(),
      },
    };
  }
}

function delegationTo(address: string): Uint8Array {
  return new Uint8Array(Buffer.from(`ef0100${address.slice(2)}`, 'hex'));
}

/** EIP-6780: an account from before the transaction is not destroyed any more. */
function removeDestroyed(state: TransactionState, keepsDestroyed: boolean): void {
  for (const cell of new Set(state.doomed)) {
    if (!cell.isDoomed || (keepsDestroyed && !cell.isCreatedHere)) continue;
    state.touch(cell);
    state.remove(cell);
  }
}

/** EIP-161. */
function removeEmpty(state: TransactionState): void {
  for (const cell of new Set(state.touched)) {
    if (cell.isTouched && (!cell.exists || isEmpty(cell))) state.remove(cell);
  }
}
