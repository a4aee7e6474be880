/**
 * @ethereumjs's EVM as it is, with hooks that mark what a transaction observes beyond storage and code: balances,
 * value that changes hands, creations, destructions.
 *
 * The hooks are custom opcodes (public option `customOpcodes`) that mark and then run the stock function with the
 * stock gas function. The `step` event would see the same, but halves the speed.
 */
import type { Block } from '@ethereumjs/block';
import type { Common } from '@ethereumjs/common';
import { EVM, getOpcodesForHF, type Message } from '@ethereumjs/evm';
import { RLP } from '@ethereumjs/rlp';
import {
  type BlockLevelAccessList,
  createBlockLevelAccessList,
  Address as EvmAddress,
  generateAddress2,
} from '@ethereumjs/util';
import { createVM, runTx, type VM } from '@ethereumjs/vm';
import type { Address, BlockHeader, Transaction } from '../input/block.ts';
import { bn254 } from '../input/bn254.ts';
import { SYSTEM_ADDRESS } from '../state/system-calls.ts';
import { evmBlock, hexBytes } from './block-context.ts';
import {
  type EngineParts,
  type EngineResult,
  type RawLog,
  type StockEngine,
  SYSTEM_CALL_GAS,
} from './engine.ts';
import { evmTransaction, transactionRules } from './evm-transaction.ts';
import { OBSERVED } from './observed.ts';
import { StateView, slotBytes, slotValue, unprefixedHex } from './state-view.ts';
import { type CustomOpcode, type RunState, reaches } from './stock-reach.ts';
import { type Cell, delegateIn, type TransactionState } from './transaction-state.ts';

/** Frames in frames: a call from this depth fails. Yellow Paper section 8. */
const MAXIMUM_DEPTH = 1024;

/** Builds the engine on `parts`. */
export async function createStockEngine(parts: EngineParts): Promise<StockEngine> {
  const { common, state, blockHashes, codeHashes } = parts;
  const view = new StateView(state, codeHashes);
  const evm = new EVM({
    common,
    stateManager: view,
    blockchain: blockHashes,
    bn254,
    customOpcodes: observingOpcodes(common, state),
  });
  evm.events.on('beforeMessage', (message: Message) => observeCreation(parts, message));
  const vm = await createVM({ common, evm, stateManager: view, blockchain: blockHashes });
  const rules = transactionRules(common);
  let block: Block | null = null;
  const isRecorded = common.isActivatedEIP(7928);
  /** Where the package records accesses itself, its own list, one for each run: a growing one is quadratic. */
  const recorded = async <T>(run: () => Promise<T>): Promise<T> => {
    if (!isRecorded) return run();
    const list = createBlockLevelAccessList();
    Object.assign(evm, { blockLevelAccessList: list });
    const result = await run();
    reachRecorded(state, list);
    return result;
  };
  return {
    kind: 'stock',
    evm,
    setBlock: (header: BlockHeader) => {
      block = evmBlock(header, common);
    },
    run: async (transaction) => {
      view.begin();
      evm.transientStorage.clear();
      const result = await recorded(() => runStock(vm, transaction, rules, block));
      observeAuthorities(state, transaction);
      if (common.isActivatedEIP(7702) && !isRecorded) reachDelegate(state, transaction);
      return result;
    },
    callSystem: async (to) => {
      view.begin();
      evm.transientStorage.clear();
      const { execResult } = await recorded(() =>
        evm.runCall({
          caller: new EvmAddress(hexBytes(SYSTEM_ADDRESS)),
          to: new EvmAddress(hexBytes(to)),
          gasLimit: BigInt(SYSTEM_CALL_GAS),
          skipNonceIncrement: true,
          ...(block === null ? {} : { block }),
        }),
      );
      await evm.journal.cleanup();
      return { isSuccess: execResult.exceptionError === undefined, output: execResult.returnValue };
    },
  };
}

async function runStock(
  vm: VM,
  transaction: Transaction,
  rules: Common,
  block: Block | null,
): Promise<EngineResult> {
  const result = await runTx(vm, {
    tx: evmTransaction(transaction, rules),
    ...(block === null ? {} : { block }),
    skipHardForkValidation: true,
    skipBlockGasLimitValidation: true,
    blockGasUsed: 0n,
  });
  const { createdAddress } = result;
  return {
    isSuccess: result.execResult.exceptionError === undefined,
    gasUsed: result.totalGasSpent,
    logs: (result.execResult.logs ?? []).map(ownedLog),
    bloom: result.bloom.bitvector,
    contractAddress:
      transaction.to !== null || createdAddress === undefined
        ? null
        : `0x${unprefixedHex(createdAddress.bytes)}`,
  };
}

/** A log without windows into larger buffers, which a message to another thread would copy whole. */
function ownedLog([address, topics, data]: RawLog): RawLog {
  return [address, topics, data.byteLength === data.buffer.byteLength ? data : data.slice()];
}

/** EIP-7702: where a delegation was set, the nonce counted up. */
function observeAuthorities(state: TransactionState, { authorizationList }: Transaction): void {
  for (const { authority } of authorizationList) {
    const cell = authority === null ? null : state.cellAt(authority);
    if (cell !== null && (cell.observedCode & OBSERVED.write) !== 0) cell.observedNonce |= OBSERVED.write;
  }
}

/** Takes over what the package's EIP-7928 recorder says; the caller of system calls is none of it. */
function reachRecorded(state: TransactionState, { accesses }: BlockLevelAccessList): void {
  for (const [address, { storageReads, storageChanges }] of Object.entries(accesses)) {
    if (address === SYSTEM_ADDRESS && storageReads.size === 0) continue;
    const cell = state.cellAt(address as Address);
    cell.isReached = true;
    for (const slot of [...storageReads, ...Object.keys(storageChanges)]) {
      state.slot(cell, slot === '0x' ? 0n : BigInt(slot)).isReached = true;
    }
  }
}

/** Whose code the transaction's own message ran (EIP-7702); authorisations outlive its failure. */
function reachDelegate(state: TransactionState, { to }: Transaction): void {
  const delegate = to === null ? null : delegateIn(state.cellAt(to).code);
  if (delegate !== null) state.cell(delegate).isReached = true;
}

const NO_REACHES: ReturnType<typeof reaches> = new Map();

/** One mark for each opcode that observes state, or moves a balance. */
function observingOpcodes(common: Common, state: TransactionState): CustomOpcode[] {
  const stock = getOpcodesForHF(common);
  const marks: readonly (readonly [code: number, mark: (runState: RunState) => void])[] = [
    [0x31, ({ stack }) => observeBalance(reachedCell(state, stack.peek(1)[0]))],
    [0x3b, ({ stack }) => reachedCell(state, stack.peek(1)[0])],
    [0x3c, ({ stack }) => reachedCell(state, stack.peek(1)[0])],
    [0x3f, ({ stack }) => observeCodeHash(reachedCell(state, stack.peek(1)[0]))],
    [0x47, (runState) => observeBalance(ownCell(state, runState))],
    [0x54, (runState) => reachSlot(state, runState)],
    [0x55, () => {}],
    [0xf0, (runState) => observeCreate(state, runState)],
    [0xf1, (runState) => observeCall(state, runState, 'call')],
    [0xf2, (runState) => observeCall(state, runState, 'callcode')],
    [0xf4, () => {}],
    [0xf5, (runState) => observeCreate(state, runState)],
    [0xfa, () => {}],
    [0xff, (runState) => observeSelfDestruct(state, runState, common)],
  ];
  const reachesOf = common.isActivatedEIP(7928) ? NO_REACHES : reaches(state);
  const custom: CustomOpcode[] = [];
  for (const [code, mark] of marks) {
    const opcode = stock.opcodes.get(code);
    const handler = stock.handlers.get(code);
    if (opcode === undefined || handler === undefined) continue;
    const stockGas = opcode.dynamicGas ? stock.dynamicGasHandlers.get(code) : undefined;
    const reach = reachesOf.get(code);
    const gasFunction: typeof stockGas =
      stockGas === undefined || reach === undefined
        ? stockGas
        : async (runState, gas, forCommon) => {
            reach(runState, gas, forCommon);
            return stockGas(runState, gas, forCommon);
          };
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

function ownCell(state: TransactionState, { env }: RunState): Cell {
  return state.cell(slotValue(env.address.bytes));
}

function stackCell(state: TransactionState, word: bigint | undefined): Cell {
  return state.cell(BigInt.asUintN(160, word ?? 0n));
}

/** The account of an address on the stack whose access has been paid for. */
function reachedCell(state: TransactionState, word: bigint | undefined): Cell {
  const cell = stackCell(state, word);
  cell.isReached = true;
  return cell;
}

function reachSlot(state: TransactionState, runState: RunState): void {
  state.slot(ownCell(state, runState), runState.stack.peek(1)[0] ?? 0n).isReached = true;
}

function observeBalance(cell: Cell): void {
  cell.observedBalance |= OBSERVED.read;
}

/**
 * EXTCODEHASH tells an empty account from one without code. A nonce that counted up once settles that for good:
 * nothing else was read then.
 */
function observeCodeHash(cell: Cell): void {
  if (cell.code.length > 0 || cell.nonce > 0n) return;
  cell.observedBalance |= OBSERVED.read;
  cell.observedNonce |= OBSERVED.read;
}

/** Whether the running frame can pay; if not, all the opcode does is to read its balance. */
function observePayment(state: TransactionState, runState: RunState, value: bigint): 'pays' | 'fails' {
  const { env } = runState;
  if (env.depth >= MAXIMUM_DEPTH) return 'fails';
  const canPay = env.contract.balance >= value;
  if (value > 0n) ownCell(state, runState).observedBalance |= canPay ? OBSERVED.write : OBSERVED.read;
  return canPay ? 'pays' : 'fails';
}

function observeCall(state: TransactionState, runState: RunState, kind: 'call' | 'callcode'): void {
  const [, to, value] = runState.stack.peek(3);
  if (value === undefined || value === 0n) return;
  if (observePayment(state, runState, value) === 'fails' || kind === 'callcode') return;
  stackCell(state, to).observedBalance |= OBSERVED.delta;
}

function observeCreate(state: TransactionState, runState: RunState): void {
  const { env, stack } = runState;
  if (env.isStatic || observePayment(state, runState, stack.peek(1)[0] ?? 0n) === 'fails') return;
  ownCell(state, runState).observedNonce |= OBSERVED.write;
}

function observeSelfDestruct(state: TransactionState, runState: RunState, common: Common): void {
  const { env, stack } = runState;
  if (env.isStatic) return;
  const self = ownCell(state, runState);
  const heir = reachedCell(state, stack.peek(1)[0]);
  self.observedBalance |= OBSERVED.write;
  if (env.contract.balance > 0n && heir !== self) heir.observedBalance |= OBSERVED.delta;
  const createdHere = env.createdAddresses?.has(env.address.toString()) === true;
  if (!common.isActivatedEIP(6780) || createdHere) state.observeWhole(self);
}

/** A message without a receiver creates one; its whole account is then written (the collision check included). */
function observeCreation({ state, codeHashes }: EngineParts, message: Message): void {
  if (message.to !== undefined) return;
  const created = state.cellAt(createdAddress(state, message, codeHashes.keccak));
  state.observeWhole(created);
  created.isReached = true;
}

function createdAddress(
  state: TransactionState,
  message: Message,
  keccak: EngineParts['codeHashes']['keccak'],
): Address {
  if (message.salt !== undefined) {
    return `0x${unprefixedHex(generateAddress2(message.caller.bytes, message.salt, message.data))}`;
  }
  // The creator's nonce has been counted up already.
  const nonce = state.cell(slotValue(message.caller.bytes)).nonce - 1n;
  const preimage = RLP.encode([message.caller.bytes, slotBytes(nonce)]);
  return `0x${unprefixedHex(keccak(preimage).subarray(12))}`;
}
