/**
 * Derives the access sets of one transaction from what is known of the state before it: intrinsic accesses,
 * EIP-7702 authorisations, then its call or creation, followed through all code that it may run.
 */
import type { Address, Transaction } from '../input/block.ts';
import { intrinsicGas } from '../input/intrinsic-gas.ts';
import { blockHashKey, type StateKey } from '../state/key.ts';
import type { AccessSet, Region } from './access.ts';
import { AccessBits } from './access-bits.ts';
import { binary } from './arithmetic.ts';
import { type Cell, type CellSet, CellTable, NO_CELLS, unionCells } from './cells.ts';
import { type Code, knownCode } from './code.ts';
import { creationAddress } from './creation-address.ts';
import type { GasInterval } from './gas.ts';
import { Hashes } from './hashes.ts';
import { delegateOf, ending, loadRunnableCode, splitByRunnableCode, transfer } from './instructions/calls.ts';
import { runCreation } from './instructions/system.ts';
import { type InstructionTable, table } from './instructions/table.ts';
import type { Knowledge } from './knowledge.ts';
import {
  Abandoned,
  type Frame,
  type FrameResult,
  type Machine,
  type Outcome,
  Path,
  type TransactionContext,
} from './machine.ts';
import { emptyString, LabelTable, SymbolicBytes, type SymbolicString } from './memory.ts';
import type { Place, Reason, ReasonCode } from './reason.ts';
import { Recorder } from './recorder.ts';
import type { ForeseenReceipt, Status } from './result.ts';
import { type BlockRules, effectiveGasPrice } from './rules.ts';
import { scoutTable } from './scout.ts';
import { joinFailures, joinResults, runFrame } from './solver.ts';
import { StateAccess } from './state-access.ts';
import { applicableAuthorizations, fundsLeft, startingGas, warmAccounts } from './transaction-start.ts';
import {
  cellsOf,
  joinWords,
  knownValue,
  MAX_WORD,
  minOf,
  rangeWord,
  unknownWord,
  type Word,
} from './word.ts';
import { World } from './world.ts';
import { type Effects, eitherCode, NO_EFFECTS, type WrittenCode } from './write-index.ts';

/** Limits of one derivation; beyond them the answer is "everything", with the limit as its reason. */
export const DEFAULT_LIMITS = {
  steps: 400_000,
  forks: 1_000,
  memoryBytes: 1 << 23,
  precompileSteps: 2_000_000,
};

export type Limits = typeof DEFAULT_LIMITS;

/** Where the gas limit is no number any more: at least so much is left, and at most any 64-bit amount. */
const ANY_GAS: GasInterval = { min: 2 ** 50, max: 2 ** 66 };

/** What one derivation finds. */
export interface Derivation {
  readonly status: Status;
  readonly reasons: readonly Reason[];
  readonly accesses: AccessSet;
  readonly assumptions: ReadonlySet<StateKey>;
  readonly missing: readonly StateKey[];
  /** Keys that earlier transactions may write and on which something unknown depends. */
  readonly waitsFor: readonly StateKey[];
  /** Regions of the accesses that stand for fewer keys, known one by one, once those keys are known. */
  readonly pending: readonly Region[];
  readonly gasEstimate: bigint;
  /** Absent: the gas limit. */
  readonly mostGas?: bigint;
  /** Absent: not everything that it does is known. */
  readonly receipt?: ForeseenReceipt;
  readonly effects: Effects;
  readonly debits: ReadonlySet<Address>;
  readonly nonceWrites: ReadonlySet<Address>;
  /** The access list of what is derived, where it is known to be empty. */
  readonly accessList: readonly [] | null;
}

export function deriveTransaction(
  block: BlockRules,
  tx: Transaction,
  knowledge: Knowledge,
  limits: Limits = DEFAULT_LIMITS,
): Derivation {
  return new TransactionDeriver(block, tx, knowledge, limits, table).derive();
}

/**
 * Derives what the transaction is likely to touch, past what is not known: sound only where the derivation does
 * not give up either. What it does not find in the state is what is worth asking for.
 */
export function scoutTransaction(
  block: BlockRules,
  tx: Transaction,
  knowledge: Knowledge,
  limits: Limits,
): Derivation {
  return new TransactionDeriver(block, tx, knowledge, limits, scoutTable).derive();
}

/** Says that a transaction may touch anything, as following it takes more than is allowed. */
export function abandonTransaction(
  block: BlockRules,
  tx: Transaction,
  knowledge: Knowledge,
  limit: { readonly code: 'step-limit' | 'memory-limit'; readonly message: string },
): Derivation {
  const deriver = new TransactionDeriver(block, tx, knowledge, DEFAULT_LIMITS, table);
  return deriver.abandon(limit.code, limit.message);
}

class TransactionDeriver {
  readonly #block: BlockRules;
  readonly #tx: Transaction;
  readonly #recorder: Recorder;
  readonly #cells = new CellTable();
  readonly #labels = new LabelTable();
  readonly #context: TransactionContext;
  /** State when the call or creation starts. */
  #entry = new World();

  constructor(
    block: BlockRules,
    tx: Transaction,
    knowledge: Knowledge,
    limits: Limits,
    instructions: InstructionTable,
  ) {
    this.#block = block;
    this.#tx = tx;
    this.#recorder = new Recorder(this.#cells, entryOf(tx));
    const hashes = new Hashes();
    const budget = { ...limits };
    const state = new StateAccess(this.#cells, this.#recorder, knowledge, this.#labels, hashes, budget);
    this.#context = {
      cells: this.#cells,
      labels: this.#labels,
      recorder: this.#recorder,
      knowledge,
      state,
      schedule: block.schedule,
      rules: block.rules,
      precompiles: block.precompiles,
      block: block.block,
      span: block.span,
      chainId: block.chainId,
      blockHashOf: block.blockHashOf,
      origin: tx.from,
      get gasPrice() {
        return effectiveGasPrice(tx, block.block);
      },
      blobHashes: tx.blobVersionedHashes,
      get blobBaseFee() {
        return block.blobBaseFee;
      },
      hashes,
      budget,
      instructions,
    };
  }

  derive(): Derivation {
    const path = this.#start();
    let result: FrameResult | null = null;
    try {
      if (!this.#block.isSupported) {
        const hardfork = this.#block.common.hardfork();
        throw new Abandoned(
          'unsupported-hardfork',
          `the rules of ${hardfork} are not modelled yet`,
          entryOf(this.#tx),
          NO_CELLS,
        );
      }
      this.#authorise(path);
      this.#entry = path.world.fork();
      result = this.#run(path);
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error;
      this.#recorder.reasons.giveUp(error.code, error.message, error.at, error.cells);
    }
    return result === null ? this.#abandoned(path) : this.#finished(path, result);
  }

  /** The answer for work beyond a limit that nothing unknown is the cause of. */
  abandon(code: ReasonCode, message: string): Derivation {
    this.#start();
    this.#recorder.everything();
    this.#recorder.reasons.giveUp(code, message, entryOf(this.#tx), NO_CELLS);
    const reasons = this.#recorder.reasons.reasons(null, this.#isUnknown);
    const unknown = { reasons, waitsFor: [], pending: [] };
    return this.#derivation('unbounded', unknown, this.#tx.gasLimit, NO_EFFECTS);
  }

  /** Sender, fee recipient, warm accounts, gas. */
  #start(): Path {
    const { from } = this.#tx;
    const { state, schedule, precompiles, block } = this.#context;
    const certain = new AccessBits();
    const gas = this.#initialGas();
    const path = Path.start(this.#labels, new World(), gas, NO_CELLS, certain, NO_CELLS);
    this.#recorder.access(certain, this.#cells.account(from, 'nonce'), 'delta');
    this.#recorder.access(certain, this.#cells.account(from, 'balance'), 'delta');
    this.#recorder.access(certain, this.#cells.account(from, 'code'), 'read');
    if (block !== null)
      this.#recorder.access(certain, this.#cells.account(block.feeRecipient, 'balance'), 'delta');

    // Validity is decided elsewhere: here the sender has the nonce and the funds.
    path.world.nonces.set(from, this.#tx.nonce + 1n);
    state.setBalance(path.world, from, fundsLeft(this.#block, this.#tx, state.balance(from)));

    if (schedule.hasAccessLists) {
      const warm = [...warmAccounts(this.#block, this.#tx), ...precompiles.addresses];
      for (const address of warm) state.warmAccount(path.world, address);
      for (const entry of this.#tx.accessList ?? []) {
        state.warmAccount(path.world, entry.address);
        for (const slot of entry.storageKeys) {
          state.warmSlot(path.world, this.#cells.storage(entry.address, BigInt(slot)));
        }
      }
    }
    return path;
  }

  #initialGas(): GasInterval {
    const amount = startingGas(this.#block, this.#tx);
    return amount === null ? ANY_GAS : { min: amount, max: amount };
  }

  /** By what may be left; where that is no number, by what is taken from the least that there is. */
  #gasTaken(left: GasInterval): bigint {
    const amount = startingGas(this.#block, this.#tx);
    if (amount !== null) return this.#tx.gasLimit - BigInt(Math.min(left.max, Number(this.#tx.gasLimit)));
    const { intrinsic } = intrinsicGas(this.#tx, this.#block.intrinsic);
    return BigInt(intrinsic + ANY_GAS.min - Math.min(left.min, ANY_GAS.min));
  }

  /** EIP-7702: each valid tuple sets its authority's code and counts its nonce, whatever the call does. */
  #authorise(path: Path): void {
    const { state } = this.#context;
    for (const tuple of applicableAuthorizations(this.#block, this.#tx)) {
      const { authority } = tuple;
      const nonceCell = this.#cells.account(authority, 'nonce');
      const codeCell = this.#cells.account(authority, 'code');
      state.warmAccount(path.world, authority);
      this.#recorder.access(path.certain, codeCell, 'read');
      this.#recorder.access(path.certain, nonceCell, 'read');
      const code = state.peekCode(path.world, authority);
      if (code.kind === 'known' && code.code.bytes.length > 0 && delegateOf(code.code.bytes) === null) {
        continue;
      }
      const nonce = state.peekNonce(path.world, authority);
      const isNonce = knownValue(binary('eq', nonce, tuple.nonce));
      if (isNonce !== null) this.#recorder.assume(cellsOf(nonce));
      if (isNonce === 0n) continue;
      const isValid = isNonce === 1n && code.kind === 'known';
      // A tuple that may be invalid writes only perhaps.
      if (!isValid)
        this.#recorder.reasons.note(
          'unknown-authority',
          [nonceCell, codeCell].sort((a, b) => a - b),
        );
      const certain = isValid ? path.certain : path.certain.fork();
      this.#recorder.access(certain, nonceCell, 'write');
      this.#recorder.access(certain, codeCell, 'write');
      if (isValid) {
        path.world.codes.set(authority, [knownCode(tuple.code)]);
        path.world.nonces.set(authority, binary('add', nonce, 1n));
      } else {
        const cells = unionCells(cellsOf(nonce), code.kind === 'unknown' ? code.cells : NO_CELLS);
        path.control = unionCells(path.control, cells);
        path.world.codes.set(authority, null);
        path.world.nonces.set(authority, joinWords(nonce, binary('add', nonce, 1n), cells));
      }
    }
  }

  #run(path: Path): FrameResult {
    const { from, to, value, data } = this.#tx;
    const machine = this.#machine(to ?? from);
    const input = { bytes: SymbolicBytes.known(this.#labels, data), length: BigInt(data.length) };
    if (to === null) {
      const address = creationAddress(from, this.#tx.nonce);
      this.#context.state.warmAccount(path.world, address);
      return runCreation(machine, path, from, address, value, input, 0);
    }
    this.#transferValue(machine, path, from, to, value);
    return splitByRunnableCode(machine, path, to)
      .map((side) => this.#call(machine, side, to, input))
      .reduce((a, b) => joinResults(this.#context, a, b));
  }

  #call(machine: Machine, path: Path, to: Address, input: SymbolicString): FrameResult {
    const { from, value } = this.#tx;
    let code: Code = EMPTY_CODE;
    let codeAddress = to;
    const isPrecompile = this.#context.precompiles.has(to);
    if (!isPrecompile) {
      const found = loadRunnableCode(machine, path, to, false);
      if (found !== null) {
        code = found.code;
        codeAddress = found.address;
      }
    }
    if (isPrecompile) return this.#runPrecompile(path, to);
    if (code.bytes.length === 0) return { success: ending(path, emptyString(this.#labels)), failure: null };
    const frame: Frame = {
      code,
      address: to,
      caller: from,
      value,
      input,
      isStatic: false,
      depth: 0,
      kind: 'call',
      codeAddress,
    };
    return runFrame(this.#context, frame, path);
  }

  /** A precompile called by the transaction itself touches no state beyond the value. */
  #runPrecompile(path: Path, to: Address): FrameResult {
    const { data } = this.#tx;
    const result = this.#context.precompiles.run(to, data, path.gas.max, this.#context.budget);
    const nothing = emptyString(this.#labels);
    if (result?.isSuccess === true && path.gas.min === path.gas.max) {
      path.gas = { min: path.gas.min - result.gasUsed, max: path.gas.max - result.gasUsed };
      return { success: ending(path, nothing), failure: null };
    }
    const failure: Outcome = {
      ...ending(path, nothing),
      certain: path.certain.fork(),
      gas: { min: 0, max: 0 },
    };
    const isCertain = result !== null && !result.isSuccess && path.gas.min === path.gas.max;
    return { success: isCertain ? null : ending(path, nothing), failure };
  }

  /** The sender's value is part of what its funds cover: a delta, not a debit by code. */
  #transferValue(machine: Machine, path: Path, from: Address, to: Address, value: bigint): void {
    const { state, rules } = this.#context;
    if (value === 0n || from === to) {
      if (!rules.clearsEmptyAccounts) transfer(machine, path, from, to, 0n);
      return;
    }
    state.setBalance(path.world, from, binary('sub', state.peekBalance(path.world, from), value));
    state.credit(path, to, value);
  }

  /** The machine outside of any frame, for what the transaction itself does. */
  #machine(address: Address): Machine {
    const context = this.#context;
    const frame: Frame = {
      code: EMPTY_CODE,
      address,
      caller: this.#tx.from,
      value: 0n,
      input: emptyString(this.#labels),
      isStatic: false,
      depth: 0,
      kind: 'call',
      codeAddress: address,
    };
    return {
      tx: context,
      frame,
      mayHalt: () => {},
      runFrame: (callee, start) => runFrame(context, callee, start),
      joinFailures: (a, b) => joinFailures(context, a, b),
    };
  }

  #abandoned(path: Path): Derivation {
    this.#recorder.everything();
    const waitsFor = this.#waitsFor(path.control);
    const reasons = this.#recorder.reasons.reasons(null, this.#isUnknown);
    const isDeferred = waitsFor.length > 0;
    const pending: Region[] = isDeferred ? [EVERYTHING] : [];
    const unknown = { reasons, waitsFor, pending };
    return this.#derivation(isDeferred ? 'deferred' : 'unbounded', unknown, this.#tx.gasLimit, NO_EFFECTS);
  }

  #finished(path: Path, result: FrameResult): Derivation {
    const { success, failure } = result;
    let certain = (success ?? failure)?.certain ?? path.certain;
    if (success !== null && failure !== null) {
      this.#recorder.reasons.meet(success, failure);
      certain = AccessBits.intersection(success.certain, failure.certain);
    }
    const isExact = !this.#recorder.hasOpenRegion && this.#recorder.isComplete(certain);
    const reasons = isExact ? [] : this.#recorder.reasons.reasons(certain, this.#isUnknown);
    const left = success ?? failure;
    const used = left === null ? this.#tx.gasLimit : this.#gasTaken(left.gas);
    const least = Math.min(
      success?.gas.min ?? Number.POSITIVE_INFINITY,
      failure?.gas.min ?? Number.POSITIVE_INFINITY,
    );
    const mostGas = this.#tx.gasLimit - BigInt(Math.min(Math.max(0, least), Number(this.#tx.gasLimit)));
    const { regions: pending, cells } = this.#recorder.regionsDueTo(this.#recorder.unstable);
    const unknown = { reasons, waitsFor: [...cells].map((cell) => this.#cells.key(cell)), pending };
    const derivation = this.#derivation(isExact ? 'exact' : 'bounded', unknown, used, this.#effects(result));
    return { ...derivation, mostGas };
  }

  readonly #isUnknown = (cell: Cell): boolean =>
    this.#recorder.unstable.has(cell) || this.#recorder.missing.has(cell);

  /** Unstable cells that stand behind the reasons for giving up. */
  #waitsFor(control: CellSet): StateKey[] {
    const { unstable, reasons } = this.#recorder;
    const named = unionCells(reasons.cells, control);
    // A limit without a cause of its own is due to whatever was not known.
    const cells = named.length > 0 ? named.filter((cell) => unstable.has(cell)) : [...unstable];
    return cells.map((cell) => this.#cells.key(cell));
  }

  /** What is in state after the transaction, whichever way it ends. */
  #effects(result: FrameResult): Effects {
    const values = new Map<StateKey, Word>();
    const codes = new Map<Address, readonly Uint8Array[] | null>();
    const reset = new Set<Address>();
    const success = result.success?.world ?? null;
    // A failure leaves what was before the call: nonces and authorisations.
    const worlds = [success, result.failure === null ? null : this.#entry].filter((world) => world !== null);
    for (const [cell, mode] of this.#recorder.modes()) {
      if (mode === 'read') continue;
      const { address, field } = this.#cells.info(cell);
      if (success?.destroyed.get(address) === 'possible') continue;
      if (field === 'code') codes.set(address, this.#codesAfter(worlds, address));
      else {
        const possible = worlds.map((world) => this.#valueIn(world, cell));
        const value = possible.reduce((a, b) => joinWords(a, b, NO_CELLS));
        values.set(this.#cells.key(cell), withoutCells(value));
      }
    }
    if (success !== null && result.failure === null) {
      for (const [address, certainty] of success.created.entries()) {
        // A write to a slot that is not known may have left something in any of them.
        const isZero = !success.weakWrites.some(({ region }) => region.address === address);
        if (certainty === 'certain' && isZero && !success.destroyed.has(address)) reset.add(address);
      }
      for (const [address, certainty] of success.destroyed.entries()) {
        if (certainty === 'certain') reset.add(address);
      }
    }
    return { values, codes, reset };
  }

  /** A value after the transaction in one of the worlds that it may leave. Fees make two balances unknown. */
  #valueIn(world: World, cell: Cell): Word {
    const { state, block } = this.#context;
    const { address, field } = this.#cells.info(cell);
    if (world.destroyed.has(address)) return 0n;
    switch (field) {
      case 'storage':
        return state.current(world, cell);
      case 'nonce':
        return state.peekNonce(world, address);
      case 'balance': {
        if (address === this.#tx.from || block === null) return unknownWord(NO_CELLS);
        const balance = state.peekBalance(world, address);
        return address === block.feeRecipient ? rangeWord(minOf(balance), MAX_WORD, NO_CELLS) : balance;
      }
      case 'code':
        return unknownWord(NO_CELLS);
      default:
        return field satisfies never;
    }
  }

  #codesAfter(worlds: readonly World[], address: Address): readonly Uint8Array[] | null {
    let found: WrittenCode | null = null;
    for (const world of worlds) {
      const codes = world.destroyed.has(address)
        ? [EMPTY_CODE]
        : this.#context.state.possibleCodes(world, address);
      if (codes === null || codes.some(({ knownLength, bytes }) => knownLength < bytes.length)) return null;
      const written = { codes: codes.map(({ bytes }) => bytes), orBefore: false };
      found = found === null ? written : eitherCode(written, found);
    }
    return found?.codes ?? null;
  }

  #derivation(
    status: Status,
    unknown: Pick<Derivation, 'reasons' | 'waitsFor' | 'pending'>,
    gasEstimate: bigint,
    effects: Effects,
  ): Derivation {
    return {
      status,
      accesses: this.#recorder.accesses(),
      assumptions: this.#recorder.assumptions(),
      missing: [
        ...[...this.#recorder.missing].map((cell) => this.#cells.key(cell)),
        ...[...this.#recorder.missingBlockHashes].map(blockHashKey),
      ],
      ...unknown,
      gasEstimate,
      effects,
      debits: this.#written('balance'),
      nonceWrites: this.#written('nonce'),
      accessList: null,
    };
  }

  /** Accounts of which code, or an authorisation, may write the field. */
  #written(field: 'balance' | 'nonce'): Set<Address> {
    const addresses = new Set<Address>();
    for (const cell of this.#recorder.writtenCells()) {
      const info = this.#cells.info(cell);
      if (info.field === field) addresses.add(info.address);
    }
    return addresses;
  }
}

/** The start of the code that it calls, or of the code that it creates a contract with. */
export function entryOf({ from, to, nonce, data }: Transaction): Place {
  if (to === null) return { address: creationAddress(from, nonce), selector: null, pc: 0 };
  const hasSelector = data.length >= 4;
  const selector = `0x${Buffer.from(data.subarray(0, 4)).toString('hex')}` as const;
  return { address: to, selector: hasSelector ? selector : null, pc: 0 };
}

/** The same knowledge for other transactions, to which this one's cells mean nothing. */
function withoutCells(word: Word): Word {
  if (typeof word === 'bigint') return word;
  return word.unknown === 0n ? word.value : { ...word, cells: NO_CELLS };
}

const EVERYTHING: Region = { shape: 'everything', address: null, field: 'any', mode: 'write' };

const EMPTY_CODE = knownCode(new Uint8Array(0));
