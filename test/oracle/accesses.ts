/**
 * Which state keys a running transaction touches, seen at opcode and message level: the rules by which the
 * corpus's `accesses.json.gz` was recorded, and some that it leaves out.
 *
 * An instruction counts when it is reached with its operands on the stack, even if it then runs out of gas;
 * not if a static frame forbids it.
 */
import type { Common } from '@ethereumjs/common';
import { type EVMOpts, getActivePrecompiles, getOpcodesForHF, type Message } from '@ethereumjs/evm';
import { generateAddress, generateAddress2 } from '@ethereumjs/util';
import type { Address, Transaction } from '../../src/input/block.ts';
import { keccak256 } from '../../src/input/keccak.ts';
import { accountKey, type StateKey, storageKey } from '../../src/state/key.ts';
import { shortBytes } from './evm.ts';
import { hexOf, type OracleState } from './state.ts';

/** What one transaction was seen to touch. Fee payments to the fee recipient are left out. */
export interface RecordedSets {
  /** Includes all of `writes`. */
  readonly reads: ReadonlySet<StateKey>;
  readonly writes: ReadonlySet<StateKey>;
  /** Balance credits that are not writes as well. */
  readonly adds: ReadonlySet<StateKey>;
  /**
   * Reads that the corpus leaves out although the course of the transaction depends on them: the sender's
   * code (EIP-3607), the balance that a payment fails on, balance and nonce where EXTCODEHASH finds no code,
   * nonce and code of the authorities of EIP-7702.
   */
  readonly implied: ReadonlySet<StateKey>;
  /**
   * Those of `writes` whose only cause is that the transaction is one: the sender's nonce counted up, its
   * fee and value debited. They commute where escrow holds.
   */
  readonly envelopeOnly: ReadonlySet<StateKey>;
  /** What the KECCAK256 instruction hashed, up to 256 bytes each, by hash. */
  readonly preimages: ReadonlyMap<bigint, Uint8Array>;
}

type CustomOpcode = Extract<NonNullable<EVMOpts['customOpcodes']>[number], { readonly opcodeName: string }>;
type RunState = Parameters<CustomOpcode['logicFunction']>[0];

const ADDRESS_MASK = (1n << 160n) - 1n;
const LONGEST_PREIMAGE = 256n;
const STACK_LIMIT = 1024;
const MAXIMUM_NONCE = (1n << 64n) - 1n;
const DELEGATION = '0xef0100';

const EXTCODEHASH = 0x3f;
const CALLCODE = 0xf2;

/** How many stack items each recorded instruction takes. */
const OPERANDS: ReadonlyMap<number, number> = new Map([
  [0x20, 2],
  [0x31, 1],
  [0x3b, 1],
  [0x3c, 4],
  [EXTCODEHASH, 1],
  [0x47, 0],
  [0x54, 1],
  [0x55, 2],
  [0xf0, 3],
  [0xf1, 7],
  [CALLCODE, 7],
  [0xf5, 4],
  [0xff, 1],
]);

/** Which operand is the value, of those that pay. */
const VALUE_OPERAND: ReadonlyMap<number, number> = new Map([
  [0xf0, 0],
  [0xf1, 2],
  [CALLCODE, 2],
  [0xf5, 0],
]);

function toAddress(word: bigint | undefined): Address {
  return `0x${((word ?? 0n) & ADDRESS_MASK).toString(16).padStart(40, '0')}`;
}

/** Collects what one transaction after the other touches. */
export class AccessRecorder {
  readonly #state: OracleState;
  readonly #common: Common;
  readonly #precompiles: ReadonlySet<string>;
  #reads = new Set<StateKey>();
  #writes = new Set<StateKey>();
  #adds = new Set<StateKey>();
  #implied = new Set<StateKey>();
  #preimages = new Map<bigint, Uint8Array>();

  constructor(state: OracleState, common: Common) {
    this.#state = state;
    this.#common = common;
    this.#precompiles = new Set(getActivePrecompiles(common).keys());
  }

  /**
   * The recorded instructions as EVM options: each notes its accesses when its gas is computed, and is
   * otherwise the stock one. (The `step` event would do, but copies the whole memory at every instruction.)
   */
  opcodes(): NonNullable<EVMOpts['customOpcodes']> {
    const stock = getOpcodesForHF(this.#common);
    const custom: CustomOpcode[] = [];
    for (const [code, operands] of OPERANDS) {
      const opcode = stock.opcodes.get(code);
      const handler = stock.handlers.get(code);
      if (opcode === undefined || handler === undefined) continue;
      const gas = opcode.dynamicGas ? stock.dynamicGasHandlers.get(code) : undefined;
      custom.push({
        opcode: code,
        opcodeName: opcode.name,
        baseFee: opcode.fee,
        gasFunction: (runState: RunState, base: bigint, common: Common) => {
          if (runState.stack.length >= operands) this.#instruction(code, operands, runState);
          return gas === undefined ? base : gas(runState, base, common);
        },
        logicFunction: (runState: RunState, common: Common) => {
          this.#executed(code, runState);
          return handler(runState, common);
        },
      } as CustomOpcode);
    }
    return custom;
  }

  /** Forgets everything; the transaction is about to begin. */
  begin(transaction: Transaction): void {
    this.#reads = new Set();
    this.#writes = new Set();
    this.#adds = new Set();
    this.#implied = new Set();
    this.#preimages = new Map();
    this.#authorizations(transaction);
  }

  /** What the transaction touched, now that it has run. */
  end(transaction: Transaction): RecordedSets {
    const envelopeOnly = this.#envelope(transaction);
    return {
      reads: this.#reads,
      writes: this.#writes,
      adds: new Set([...this.#adds].filter((key) => !this.#writes.has(key))),
      implied: this.#implied,
      envelopeOnly,
      preimages: this.#preimages,
    };
  }

  #read(key: StateKey): void {
    this.#reads.add(key);
  }

  #write(key: StateKey): void {
    this.#reads.add(key);
    this.#writes.add(key);
  }

  #writeAccount(address: Address): void {
    for (const field of ['balance', 'nonce', 'code'] as const) this.#write(accountKey(address, field));
  }

  /** Adds what a transaction touches by being one. Comes last, to know what its code touched. */
  #envelope({ from, to, value }: Transaction): Set<StateKey> {
    this.#implied.add(accountKey(from, 'code'));
    const envelopeOnly = new Set<StateKey>();
    for (const key of [accountKey(from, 'nonce'), accountKey(from, 'balance')]) {
      if (!this.#reads.has(key) && !this.#implied.has(key)) envelopeOnly.add(key);
      this.#write(key);
    }
    if (to !== null && value > 0n) this.#adds.add(accountKey(to, 'balance'));
    return envelopeOnly;
  }

  /** EIP-7702, "Behavior": which tuples are looked at, and which of them hold. */
  #authorizations({ from, authorizationList }: Transaction): void {
    const nonces = new Map<Address, bigint>([[from, this.#state.nonceOf(from) + 1n]]);
    for (const { chainId, nonce, authority } of authorizationList) {
      if (authority === null || nonce >= MAXIMUM_NONCE) continue;
      if (chainId !== 0n && chainId !== this.#common.chainId()) continue;
      this.#implied.add(accountKey(authority, 'nonce'));
      this.#implied.add(accountKey(authority, 'code'));
      const code = hexOf(this.#state.codeOf(authority));
      const current = nonces.get(authority) ?? this.#state.nonceOf(authority);
      if ((code !== '0x' && !code.startsWith(DELEGATION)) || current !== nonce) continue;
      nonces.set(authority, current + 1n);
      this.#write(accountKey(authority, 'nonce'));
      this.#write(accountKey(authority, 'code'));
    }
  }

  /** A message is about to run: a call, or with no receiver a creation. */
  message(message: Message): void {
    const caller = hexOf(message.caller.bytes);
    const pays = message.value > 0n && !message.delegatecall;
    if (message.to === undefined) {
      this.#writeAccount(this.#createdBy(message, caller));
      if (message.depth > 0) this.#write(accountKey(caller, 'nonce'));
    } else {
      this.#readCode(hexOf(message.codeAddress.bytes));
      // At the top it is the envelope that pays.
      if (pays && message.depth > 0) this.#adds.add(accountKey(hexOf(message.to.bytes), 'balance'));
    }
    if (pays && message.depth > 0) this.#write(accountKey(caller, 'balance'));
  }

  #readCode(address: Address): void {
    if (this.#isPrecompile(address)) return;
    this.#read(accountKey(address, 'code'));
    const code = hexOf(this.#state.codeOf(address));
    if (!this.#common.isActivatedEIP(7702) || !code.startsWith(DELEGATION)) return;
    const delegate: Address = `0x${code.slice(DELEGATION.length, DELEGATION.length + 40)}`;
    if (!this.#isPrecompile(delegate)) this.#read(accountKey(delegate, 'code'));
  }

  #isPrecompile(address: Address): boolean {
    return this.#precompiles.has(address.slice(2));
  }

  #createdBy(message: Message, caller: Address): Address {
    if (message.salt !== undefined) {
      return hexOf(generateAddress2(message.caller.bytes, message.salt, message.data));
    }
    // The creator's nonce has been counted up already.
    const nonce = this.#state.nonceOf(caller) - 1n;
    return hexOf(generateAddress(message.caller.bytes, shortBytes(nonce)));
  }

  /** An instruction is about to run; its operands are there. */
  #instruction(code: number, operands: number, { env, stack, memory }: RunState): void {
    const self = hexOf(env.address.bytes);
    const [first, second] = stack.peek(operands);
    const { isStatic } = env;
    switch (code) {
      case 0x20:
        this.#hash(first, second, memory);
        break;
      case 0x31:
        this.#read(accountKey(toAddress(first), 'balance'));
        break;
      case 0x3b:
      case 0x3c:
      case EXTCODEHASH:
        this.#read(accountKey(toAddress(first), 'code'));
        break;
      case 0x47:
        if (stack.length < STACK_LIMIT) this.#read(accountKey(self, 'balance'));
        break;
      case 0x54:
        this.#read(storageKey(self, first ?? 0n));
        break;
      case 0x55:
        if (!isStatic) this.#write(storageKey(self, first ?? 0n));
        break;
      case 0xff:
        if (!isStatic) this.#selfDestruct(self, toAddress(first));
        break;
    }
  }

  /** An instruction is paid for and runs: what its course depends on beside what it says that it reads. */
  #executed(code: number, { env, stack }: RunState): void {
    if (code === EXTCODEHASH) {
      const address = toAddress(stack.peek(1)[0]);
      if (this.#state.codeOf(address).length > 0) return;
      this.#implied.add(accountKey(address, 'balance'));
      this.#implied.add(accountKey(address, 'nonce'));
    }
    const at = VALUE_OPERAND.get(code);
    if (at === undefined || (env.isStatic && code !== CALLCODE)) return;
    // Where the payer has too little, there is no message; that it has too little was read.
    const payer = hexOf(env.address.bytes);
    const value = stack.peek(at + 1)[at] ?? 0n;
    if (value > this.#state.balanceOf(payer)) this.#implied.add(accountKey(payer, 'balance'));
  }

  #selfDestruct(self: Address, beneficiary: Address): void {
    this.#write(accountKey(self, 'balance'));
    if (!this.#common.isActivatedEIP(6780)) this.#writeAccount(self);
    this.#adds.add(accountKey(beneficiary, 'balance'));
  }

  #hash(offset: bigint | undefined, length: bigint | undefined, memory: RunState['memory']): void {
    if (offset === undefined || length === undefined || length > LONGEST_PREIMAGE) return;
    if (offset > BigInt(Number.MAX_SAFE_INTEGER)) return;
    // The memory is that from before the instruction, which may extend it by zeros.
    const input = new Uint8Array(Number(length));
    input.set(memory._store.subarray(Number(offset), Number(offset + length)));
    this.#preimages.set(BigInt(hexOf(keccak256(input))), input);
  }
}
