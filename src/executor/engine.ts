/**
 * The EVM of one chain and hardfork over a `StateView`, with hooks that mark what a transaction observes beyond
 * storage and code: balances, value that changes hands, creations, destructions.
 *
 * The hooks are custom opcodes (public option `customOpcodes`) that mark and then run the stock function with the
 * stock gas function. The `step` event would see the same, but halves the speed.
 */
import { type Common, Hardfork } from '@ethereumjs/common';
import {
  createEVM,
  type EVM,
  type EVMMockBlockchainInterface,
  type EVMOpts,
  getActivePrecompiles,
  getOpcodesForHF,
  type Message,
  paramsEVM,
} from '@ethereumjs/evm';
import { RLP } from '@ethereumjs/rlp';
import { Address as EvmAddress, generateAddress2 } from '@ethereumjs/util';
import { createVM, type VM } from '@ethereumjs/vm';
import type { Address, Hex } from '../input/block.ts';
import type { Keccak } from './crypto.ts';
import { OBSERVED, StateView, slotBytes, unprefixedHex } from './state-view.ts';

export interface Engine {
  readonly common: Common;
  readonly vm: VM;
  readonly evm: EVM;
  readonly view: StateView;
  readonly keccak: Keccak;
  /** Replaced for each block: hashes of earlier blocks for BLOCKHASH. */
  readonly blockHashes: BlockHashes;
}

const ADDRESS_MASK = (1n << 160n) - 1n;
/** Frames in frames: a call from this depth fails. Yellow Paper section 8. */
const MAXIMUM_DEPTH = 1024;

/** The only thing the EVM asks a blockchain for: hashes of earlier blocks. */
export class BlockHashes implements EVMMockBlockchainInterface {
  known: ReadonlyMap<bigint, Hex> = new Map();
  /** Numbers within the window whose hash was asked for and not known; they read as zero. */
  readonly missing = new Set<bigint>();

  async getBlock(blockId: number): Promise<{ hash: () => Uint8Array }> {
    const hash = this.known.get(BigInt(blockId));
    if (hash === undefined) this.missing.add(BigInt(blockId));
    const bytes = hash === undefined ? new Uint8Array(32) : new Uint8Array(Buffer.from(hash.slice(2), 'hex'));
    return { hash: () => bytes };
  }

  async putBlock(): Promise<void> {}

  shallowCopy(): EVMMockBlockchainInterface {
    const copy = new BlockHashes();
    copy.known = this.known;
    return copy;
  }
}

/** Builds an engine; `common` becomes its property and must not be used by another one. */
export async function createEngine(common: Common, keccak: Keccak): Promise<Engine> {
  common.updateParams(paramsEVM);
  const view = new StateView(keccak, {
    emptyAccountsExist: !common.gteHardfork(Hardfork.SpuriousDragon),
    precompiles: new Set([...getActivePrecompiles(common).keys()].map((key) => `0x${key}` as Address)),
  });
  const blockHashes = new BlockHashes();
  const evm = (await createEVM({
    common,
    stateManager: view,
    blockchain: blockHashes,
    customOpcodes: observingOpcodes(common, view),
  })) as EVM;
  evm.events.on('beforeMessage', (message: Message) => observeCreation(view, message, keccak));
  const vm = await createVM({ common, evm, stateManager: view, blockchain: blockHashes });
  return { common, vm, evm, view, keccak, blockHashes };
}

type CustomOpcode = Extract<NonNullable<EVMOpts['customOpcodes']>[number], { readonly opcodeName: string }>;
type RunState = Parameters<CustomOpcode['logicFunction']>[0];

/** One mark for each opcode that observes or moves a balance. */
function observingOpcodes(common: Common, view: StateView): CustomOpcode[] {
  const stock = getOpcodesForHF(common);
  const marks: readonly (readonly [code: number, mark: (runState: RunState) => void])[] = [
    [0x31, ({ stack }) => view.observe(stackAddress(stack.peek(1)[0]), 'balance', OBSERVED.read)],
    [0x3f, ({ stack }) => observeCodeHash(view, stackAddress(stack.peek(1)[0]))],
    [0x47, ({ env }) => view.observe(hex(env.address), 'balance', OBSERVED.read)],
    [0xf0, (runState) => observeCreate(view, runState)],
    [0xf1, (runState) => observeCall(view, runState, 'call')],
    [0xf2, (runState) => observeCall(view, runState, 'callcode')],
    [0xf5, (runState) => observeCreate(view, runState)],
    [0xff, (runState) => observeSelfDestruct(view, runState, common)],
  ];
  const custom: CustomOpcode[] = [];
  for (const [code, mark] of marks) {
    const opcode = stock.opcodes.get(code);
    const handler = stock.handlers.get(code);
    if (opcode === undefined || handler === undefined) continue;
    const gasFunction = opcode.dynamicGas ? stock.dynamicGasHandlers.get(code) : undefined;
    custom.push({
      opcode: code,
      opcodeName: opcode.name,
      baseFee: opcode.fee,
      ...(gasFunction === undefined ? {} : { gasFunction }),
      logicFunction: (runState, forCommon) => {
        mark(runState);
        return handler(runState, forCommon);
      },
    } as CustomOpcode);
  }
  return custom;
}

function hex(address: EvmAddress): Address {
  return `0x${unprefixedHex(address.bytes)}`;
}

function stackAddress(word: bigint | undefined): Address {
  return `0x${((word ?? 0n) & ADDRESS_MASK).toString(16).padStart(40, '0')}`;
}

/**
 * EXTCODEHASH tells an empty account from one without code. A nonce that counted up once settles that for good:
 * nothing else was read then.
 */
function observeCodeHash(view: StateView, address: Address): void {
  if (view.code(address).length > 0 || view.nonce(address) > 0n) return;
  view.observe(address, 'balance', OBSERVED.read);
  view.observe(address, 'nonce', OBSERVED.read);
}

/** Whether the running frame can pay; if not, all the opcode does is to read its balance. */
function observePayment(view: StateView, { env }: RunState, value: bigint): 'pays' | 'fails' {
  if (env.depth >= MAXIMUM_DEPTH) return 'fails';
  const canPay = env.contract.balance >= value;
  if (value > 0n) view.observe(hex(env.address), 'balance', canPay ? OBSERVED.write : OBSERVED.read);
  return canPay ? 'pays' : 'fails';
}

function observeCall(view: StateView, runState: RunState, kind: 'call' | 'callcode'): void {
  const [, to, value] = runState.stack.peek(3);
  if (value === undefined || value === 0n) return;
  if (observePayment(view, runState, value) === 'fails' || kind === 'callcode') return;
  view.observe(stackAddress(to), 'balance', OBSERVED.delta);
}

function observeCreate(view: StateView, runState: RunState): void {
  const { env, stack } = runState;
  if (env.isStatic || observePayment(view, runState, stack.peek(1)[0] ?? 0n) === 'fails') return;
  view.observe(hex(env.address), 'nonce', OBSERVED.write);
}

function observeSelfDestruct(view: StateView, { env, stack }: RunState, common: Common): void {
  if (env.isStatic) return;
  const self = hex(env.address);
  const beneficiary = stackAddress(stack.peek(1)[0]);
  view.observe(self, 'balance', OBSERVED.write);
  if (env.contract.balance > 0n && beneficiary !== self) {
    view.observe(beneficiary, 'balance', OBSERVED.delta);
  }
  const createdHere = env.createdAddresses?.has(env.address.toString()) === true;
  if (!common.isActivatedEIP(6780) || createdHere) view.observeWhole(self);
}

/** A message without a receiver creates one; its whole account is then written (the collision check included). */
function observeCreation(view: StateView, message: Message, keccak: Keccak): void {
  if (message.to !== undefined) return;
  view.observeWhole(createdAddress(view, message, keccak));
}

function createdAddress(view: StateView, message: Message, keccak: Keccak): Address {
  const creator = hex(message.caller);
  if (message.salt !== undefined) {
    return hex(new EvmAddress(generateAddress2(message.caller.bytes, message.salt, message.data)));
  }
  // The creator's nonce has been counted up already.
  const nonce = view.nonce(creator) - 1n;
  const preimage = RLP.encode([message.caller.bytes, slotBytes(nonce)]);
  return `0x${unprefixedHex(keccak(preimage).subarray(12))}`;
}
