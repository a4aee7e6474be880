/**
 * Runs the messages of a transaction, one frame at a time and without recursion: a call puts its frame in front,
 * and the end of a frame brings back the one that called. Synchronous, but where a precompile is not.
 */
import type { Common } from '@ethereumjs/common';
import type { EVM, ExecResult, PrecompileFunc } from '@ethereumjs/evm';
import { RLP } from '@ethereumjs/rlp';
import type { BlockHashes } from '../block-hashes.ts';
import type { Keccak } from '../crypto.ts';
import { OBSERVED } from '../observed.ts';
import { type CodeHashes, slotBytes, slotValue } from '../state-view.ts';
import { type Cell, delegateIn, type TransactionState } from '../transaction-state.ts';
import { Frame, HALT, type Marks, type Message } from './frame.ts';
import { MemoryHashes } from './hashes.ts';
import type { StockContext } from './opcodes/stock.ts';
import { type OpcodeTable, opcodeTable } from './opcodes/table.ts';
import { Program, programOf } from './program.ts';
import { type Rules, rulesOf } from './rules.ts';
import { readWord, viewOf, wordBytes } from './words.ts';

/** Address, topics, data. */
export type MachineLog = readonly [Uint8Array, readonly Uint8Array[], Uint8Array];

/** How the transaction's own message ended. */
export interface MessageEnd {
  readonly isSuccess: boolean;
  readonly gasLeft: number;
  /** What it returned, or reverted with. */
  readonly output: Uint8Array;
}

/** What a creation starts from. */
export type Creation = Pick<Message, 'caller' | 'value' | 'gas' | 'depth' | 'returnTo'>;

export interface MachineOptions {
  readonly common: Common;
  readonly state: TransactionState;
  readonly blockHashes: BlockHashes;
  readonly codeHashes: CodeHashes;
  /** For hashes that the transaction makes; may record. */
  readonly keccak: Keccak;
  /** Of active precompiles, by address. */
  readonly precompiles: ReadonlyMap<bigint, PrecompileFunc>;
  /** What a precompile is handed as its surroundings. */
  readonly evm: EVM;
}

/** A precompile whose result is a promise. */
interface Pending {
  readonly message: Message;
  readonly marks: Marks;
  readonly result: Promise<ExecResult>;
}

const EMPTY = new Uint8Array(0);
const ADDRESS_BITS = 160;
const LARGEST_WORD = (1n << 256n) - 1n;
const BLOCK_HASHES = 256n;
const INVALID_FORMAT = 0xef;

export class Machine {
  readonly common: Common;
  readonly rules: Rules;
  readonly state: TransactionState;
  readonly hashes: MemoryHashes;
  readonly precompiles: ReadonlyMap<bigint, PrecompileFunc>;
  /** Of the transaction that is running. */
  context: StockContext = NO_CONTEXT;
  readonly logs: MachineLog[] = [];
  refund = 0;
  readonly #options: MachineOptions;
  readonly #table: OpcodeTable;
  #front: Frame | null = null;
  #pending: Pending | null = null;
  #end: MessageEnd = { isSuccess: false, gasLeft: 0, output: EMPTY };

  constructor(options: MachineOptions) {
    const { common, state, precompiles } = options;
    this.#options = options;
    this.common = common;
    this.state = state;
    this.precompiles = precompiles;
    this.rules = rulesOf(common);
    this.hashes = new MemoryHashes(options.keccak);
    this.#table = opcodeTable(common, this.rules.stackLimit);
  }

  /** Forgets the last transaction. */
  begin(context: StockContext): void {
    this.context = context;
    this.logs.length = 0;
    this.refund = 0;
    this.#front = null;
    this.#pending = null;
  }

  /** Runs the message that `call` or `create` has started, and all that come of it. */
  async finish(): Promise<MessageEnd> {
    for (;;) {
      while (this.#front !== null && this.#pending === null) {
        const frame: Frame = this.#front;
        this.#run(frame);
        if (frame.status !== 'waiting' && frame.status !== 'running') this.#leave(frame);
      }
      if (this.#pending === null) return this.#end;
      const { message, marks, result } = this.#pending;
      const known = await result;
      this.#pending = null;
      this.#endPrecompile(message, marks, known);
    }
  }

  /** The account of the address in a word. */
  account(word: bigint): Cell {
    return this.state.cell(BigInt.asUintN(ADDRESS_BITS, word));
  }

  /** EIP-2929's price of an account, which is warm from now on. */
  accessPrice(cell: Cell): number {
    return this.state.warm(cell) ? this.rules.coldAccount : this.rules.warmRead;
  }

  /** An account's code, observed; a precompile has none that is state. */
  readCode(cell: Cell): Uint8Array {
    if (!this.precompiles.has(cell.word)) cell.observedCode |= OBSERVED.read;
    return cell.code;
  }

  codeHash(code: Uint8Array): bigint {
    return readWord(viewOf(this.#options.codeHashes.hashOf(code)), 0);
  }

  /** The account that an EIP-7702 delegation points to, if `code` is one. */
  delegateOf(code: Uint8Array): Cell | null {
    const delegate = delegateIn(code);
    return delegate === null ? null : this.state.cell(delegate);
  }

  /** Hash of one of the last 256 blocks; 0n for others. */
  blockHash(number: bigint): bigint {
    const age = this.context.interpreter.getBlockNumber() - number;
    return age > BLOCK_HASHES || age <= 0n ? 0n : this.#options.blockHashes.hashOf(number);
  }

  /** Starts a call: moves the value, and runs what is at `codeOf`. */
  call(message: Message, codeOf: Cell, value: 'moves-value' | 'keeps-value'): void {
    const marks = this.#mark();
    if (value === 'moves-value' && !this.#transfer(message)) {
      this.#fail(message, marks, message.gas, EMPTY);
      return;
    }
    const precompile = this.precompiles.get(codeOf.word);
    if (precompile !== undefined) {
      this.#callPrecompile(message, marks, precompile);
      return;
    }
    let code = this.readCode(codeOf);
    const delegate = this.rules.hasDelegations ? this.delegateOf(code) : null;
    if (delegate !== null) {
      // EIP-7702: a delegate of the transaction's receiver is warm.
      if (message.depth === 0) this.state.warm(delegate);
      delegate.isReached = true;
      code = this.readCode(delegate);
    }
    if (code.length === 0) this.#succeed(message, message.gas, EMPTY, null);
    else this.#enter(new Frame(message, programOf(code), marks), message);
  }

  /**
   * Starts a creation; the creator's nonce counts already. Returns the account to be created.
   *
   * @param salt - That of CREATE2.
   */
  create(code: Uint8Array, salt: bigint | null, creation: Creation): Cell {
    const { rules, state } = this;
    const { caller, value } = creation;
    const address = salt === null ? this.#addressByNonce(caller) : this.#addressBySalt(caller, salt, code);
    const self = state.cell(BigInt.asUintN(ADDRESS_BITS, address));
    const message: Message = { kind: 'create', self, input: EMPTY, isStatic: false, ...creation };
    state.observeWhole(self);
    self.isReached = true;
    // Stays warm when the creation fails (EIP-2929).
    if (rules.hasColdAccess) state.warm(self);
    const marks = this.#mark();
    state.touch(caller);
    state.put(caller, caller.balance - value, caller.nonce);
    state.markCreated(self);
    if (self.nonce > 0n || self.code.length > 0 || state.hasStorage(self)) {
      this.#fail(message, marks, 0, EMPTY);
      return self;
    }
    state.touch(self);
    state.put(self, self.balance, self.nonce);
    state.clearStorage(self);
    if (self.balance + value > LARGEST_WORD) {
      this.#fail(message, marks, message.gas, EMPTY);
      return self;
    }
    state.put(self, self.balance + value, rules.isSpuriousDragon ? self.nonce + 1n : self.nonce);
    if (code.length === 0) this.#succeed(message, message.gas, EMPTY, self);
    else this.#enter(new Frame(message, new Program(code), marks), message);
    return self;
  }

  #enter(frame: Frame, { returnTo }: Message): void {
    if (returnTo !== null) returnTo.frame.status = 'waiting';
    this.#front = frame;
  }

  #run(frame: Frame): void {
    const { runs, fees, least, most } = this.#table;
    const { stack } = frame;
    const { instructions } = frame.program;
    try {
      while (frame.status === 'running') {
        const opcode = instructions[frame.pc] as number;
        const { height } = stack;
        if (height < (least[opcode] as number) || height > (most[opcode] as number)) throw HALT;
        frame.gas -= fees[opcode] as number;
        if (frame.gas < 0) throw HALT;
        frame.pc++;
        (runs[opcode] as (typeof runs)[number])(frame, this);
      }
    } catch (error) {
      if (error !== HALT) throw error;
      frame.status = 'failed';
    }
  }

  /** Ends the message of a frame that has come to its end. */
  #leave(frame: Frame): void {
    const { message, marks, output } = frame;
    if (frame.status === 'failed') this.#fail(message, marks, 0, EMPTY);
    else if (frame.status === 'reverted') this.#fail(message, marks, frame.gas, output);
    else if (message.kind === 'call') this.#succeed(message, frame.gas, output, null);
    else this.#deposit(frame);
  }

  /** Stores the code that a creation has returned (EIP-2, EIP-170, EIP-3541). */
  #deposit({ message, marks, output, gas }: Frame): void {
    const { rules, state } = this;
    const price = output.length * rules.codeByte;
    const isTooLong = rules.isSpuriousDragon && output.length > rules.maximumCodeLength;
    if (gas < price || isTooLong) {
      // On Frontier an account without code is left.
      if (rules.isHomestead) this.#fail(message, marks, 0, EMPTY);
      else this.#succeed(message, gas, EMPTY, message.self, 'without-code');
      return;
    }
    if (rules.hasCodeFormatCheck && output[0] === INVALID_FORMAT) {
      this.#fail(message, marks, 0, EMPTY);
      return;
    }
    if (output.length > 0) state.putCode(message.self, output);
    this.#succeed(message, gas - price, EMPTY, message.self);
  }

  #callPrecompile(message: Message, marks: Marks, precompile: PrecompileFunc): void {
    const result = precompile({
      data: message.input,
      gasLimit: BigInt(message.gas),
      common: this.common,
      _EVM: this.#options.evm,
      stateManager: this.#options.evm.stateManager,
    } as unknown as Parameters<PrecompileFunc>[0]);
    if (result instanceof Promise) {
      if (message.returnTo !== null) message.returnTo.frame.status = 'waiting';
      this.#pending = { message, marks, result };
    } else {
      this.#endPrecompile(message, marks, result);
    }
  }

  #endPrecompile(message: Message, marks: Marks, result: ExecResult): void {
    const gas = message.gas - Number(result.executionGasUsed);
    if (result.exceptionError === undefined) this.#succeed(message, gas, result.returnValue, null);
    else this.#fail(message, marks, gas, EMPTY);
  }

  /** Moves a message's value; says whether the receiver's balance can hold it. */
  #transfer({ caller, self, value }: Message): boolean {
    const { state } = this;
    state.touch(caller);
    if (value > 0n) state.put(caller, caller.balance - value, caller.nonce);
    if (self.balance + value > LARGEST_WORD) return false;
    state.touch(self);
    state.put(self, self.balance + value, self.nonce);
    return true;
  }

  #mark(): Marks {
    return { state: this.state.mark(), logs: this.logs.length, refund: this.refund };
  }

  #fail(message: Message, marks: Marks, gasLeft: number, output: Uint8Array): void {
    this.state.revertTo(marks.state);
    this.logs.length = marks.logs;
    this.refund = marks.refund;
    this.#return(message, gasLeft, output, 0n, false);
  }

  #succeed(
    message: Message,
    gasLeft: number,
    output: Uint8Array,
    created: Cell | null,
    code: 'with-code' | 'without-code' = 'with-code',
  ): void {
    this.#return(message, gasLeft, output, created === null ? 1n : created.word, code === 'with-code');
  }

  #return(
    { returnTo }: Message,
    gasLeft: number,
    output: Uint8Array,
    result: bigint,
    isSuccess: boolean,
  ): void {
    if (returnTo === null) {
      this.#front = null;
      this.#end = { isSuccess, gasLeft, output };
      return;
    }
    const { frame, at, length } = returnTo;
    frame.gas += gasLeft;
    frame.returned = output;
    frame.memory.write(at, output, 0, Math.min(length, output.length));
    frame.stack.push(result);
    frame.status = 'running';
    this.#front = frame;
  }

  #addressByNonce({ word, nonce }: Cell): bigint {
    const preimage = RLP.encode([wordBytes(word).subarray(12), slotBytes(nonce - 1n)]);
    return slotValue(this.#options.codeHashes.keccak(preimage));
  }

  /** EIP-1014. */
  #addressBySalt({ word }: Cell, salt: bigint, code: Uint8Array): bigint {
    const { keccak } = this.#options.codeHashes;
    const preimage = new Uint8Array(85);
    preimage[0] = 0xff;
    preimage.set(wordBytes(word).subarray(12), 1);
    preimage.set(wordBytes(salt), 21);
    preimage.set(keccak(code), 53);
    return slotValue(keccak(preimage));
  }
}

const NO_CONTEXT: StockContext = {
  env: { blobVersionedHashes: [] },
  interpreter: {
    getTxOrigin: () => 0n,
    getTxGasPrice: () => 0n,
    getBlockCoinbase: () => 0n,
    getBlockTimestamp: () => 0n,
    getBlockNumber: () => 0n,
    getBlockPrevRandao: () => 0n,
    getBlockDifficulty: () => 0n,
    getBlockGasLimit: () => 0n,
    getBlockBaseFee: () => 0n,
    getBlobBaseFee: () => 0n,
    getChainId: () => 0n,
  },
};
