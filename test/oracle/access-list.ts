/**
 * The oracle of block access lists: the EIP-7928 recorder of `@ethereumjs/vm`, switched on for whichever hardfork,
 * with one list for each transaction, merged here. Of the block's own steps, system calls before the first one and
 * withdrawals are written out from the EIPs.
 */
import type { Common } from '@ethereumjs/common';
import { createEVM, type EVM } from '@ethereumjs/evm';
import {
  type BlockLevelAccessList,
  createAddressFromString,
  createBlockLevelAccessList,
} from '@ethereumjs/util';
import { createVM, runTx, type VM } from '@ethereumjs/vm';
import type { Address, BlockHeader, BlockInput } from '../../src/input/block.ts';
import type {
  AccountChanges,
  BlockAccessList,
  CodeChange,
  ValueChange,
} from '../../src/input/block-access-list/list.ts';
import type { Prestate } from '../corpus.ts';
import { addKzg, oracleBlock, oracleBlockchain, oracleCommon, oracleTransaction } from './evm.ts';
import { hexOf, OracleState } from './state.ts';

const EIP_7928 = 7928;
/** EIP-4788, `BEACON_ROOTS_ADDRESS`. */
const BEACON_ROOTS: Address = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02';
/** EIP-2935, `HISTORY_STORAGE_ADDRESS`. */
const HISTORY: Address = '0x0000f90827f1c53a10cb7a02335b175320002935';
/** EIP-7002, `WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS`. */
const WITHDRAWAL_QUEUE: Address = '0x00000961ef480eb55e80d19ad83579a64c007002';
/** EIP-7251, `CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS`. */
const CONSOLIDATION_QUEUE: Address = '0x0000bbddc7ce488642fb579f8b00f3a590007251';
const SYSTEM: Address = '0xfffffffffffffffffffffffffffffffffffffffe';

interface Entry {
  readonly slots: Map<bigint, ValueChange[]>;
  readonly balances: ValueChange[];
  readonly nonces: ValueChange[];
  readonly codes: CodeChange[];
}

/** A block as the package ran it. */
export interface RecordedBlock {
  readonly list: BlockAccessList;
  /** What the queues of EIP-7002 and EIP-7251 held. */
  readonly queues: readonly Uint8Array[];
  /** After the last step. */
  readonly state: OracleState;
}

/** Runs a block's steps in order, and says what the package recorded of them. */
export async function recordedBlock(input: BlockInput, prestate: Prestate): Promise<RecordedBlock> {
  if (input.block === null) throw new Error('the oracle needs a block');
  const common = recordingCommon(input);
  await addKzg(common);
  const state = new OracleState(prestate);
  const blockchain = oracleBlockchain(input.blockHashes);
  const evm: EVM = await createEVM({ common, stateManager: state, blockchain });
  const vm: VM = await createVM({ common, evm, stateManager: state, blockchain });
  const merged = new Map<Address, Entry>();
  systemCalls(merged, state, input.block, common);
  let index = 0;
  for (const transaction of input.transactions) {
    index++;
    const list = createBlockLevelAccessList();
    list.blockAccessIndex = index;
    Object.assign(vm.evm, { blockLevelAccessList: list });
    await runTx(vm, {
      tx: oracleTransaction(transaction, common),
      block: oracleBlock(input.block, common),
      skipHardForkValidation: true,
      skipBlockGasLimitValidation: true,
      blockGasUsed: 0n,
    });
    merge(merged, list);
  }
  index++;
  withdrawals(merged, state, input.block, index);
  const queues: Uint8Array[] = [];
  for (const address of common.isActivatedEIP(7002) ? [WITHDRAWAL_QUEUE, CONSOLIDATION_QUEUE] : []) {
    entryOf(merged, address);
    const list = createBlockLevelAccessList();
    list.blockAccessIndex = index;
    Object.assign(vm.evm, { blockLevelAccessList: list });
    const { execResult } = await vm.evm.runCall({
      caller: createAddressFromString(SYSTEM),
      to: createAddressFromString(address),
      gasLimit: 30_000_000n,
      block: oracleBlock(input.block, common),
      skipNonceIncrement: true,
    });
    await vm.evm.journal.cleanup();
    delete list.accesses[SYSTEM];
    merge(merged, list);
    queues.push(execResult.returnValue);
  }
  const list = [...merged]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([address, entry]) => accountChanges(address, entry));
  return { list, queues, state };
}

/** EIP-4788 and EIP-2935, before the first transaction. */
function systemCalls(
  merged: Map<Address, Entry>,
  state: OracleState,
  block: BlockHeader,
  common: Common,
): void {
  const write = (address: Address, slot: bigint, value: bigint): void => {
    const entry = entryOf(merged, address);
    const before = state.slotOf(address, slot);
    state.setSystemSlot(address, slot, value);
    if (state.slotOf(address, slot) !== before) slotOf(entry, slot).push({ index: 0, value });
    else if (state.codeOf(address).length > 0) slotOf(entry, slot);
  };
  if (common.isActivatedEIP(4788) && block.parentBeaconBlockRoot !== null) {
    const length = common.param('historicalRootsLength');
    const slot = block.timestamp % length;
    write(BEACON_ROOTS, slot, block.timestamp);
    write(BEACON_ROOTS, slot + length, BigInt(block.parentBeaconBlockRoot));
  }
  if (common.isActivatedEIP(2935) && block.number > 0n) {
    write(HISTORY, (block.number - 1n) % common.param('historyServeWindow'), BigInt(block.parentHash));
  }
}

/** EIP-4895, after the last transaction. */
function withdrawals(
  merged: Map<Address, Entry>,
  state: OracleState,
  block: BlockHeader,
  index: number,
): void {
  const before = new Map<Address, bigint>();
  for (const { address, amount } of block.withdrawals ?? []) {
    entryOf(merged, address);
    if (!before.has(address)) before.set(address, state.balanceOf(address));
    if (amount > 0n) state.credit(address, amount);
  }
  for (const [address, balance] of before) {
    const value = state.balanceOf(address);
    if (value !== balance) entryOf(merged, address).balances.push({ index, value });
  }
}

function entryOf(merged: Map<Address, Entry>, address: Address): Entry {
  const entry = merged.get(address) ?? { slots: new Map(), balances: [], nonces: [], codes: [] };
  merged.set(address, entry);
  return entry;
}

/** The rules of an input with the recorder switched on, and nothing else of its hardfork. */
function recordingCommon(input: BlockInput): Common {
  const common = oracleCommon(input);
  const isActivated = common.isActivatedEIP.bind(common);
  common.isActivatedEIP = (eip) => eip === EIP_7928 || isActivated(eip);
  return common;
}

function merge(merged: Map<Address, Entry>, list: BlockLevelAccessList): void {
  for (const [address, writes, reads, balances, nonces, codes] of list.raw()) {
    const entry = entryOf(merged, address as Address);
    for (const slot of reads) slotOf(entry, numberOf(slot));
    for (const [slot, changes] of writes) {
      const known = slotOf(entry, numberOf(slot));
      for (const [index, value] of changes) known.push({ index, value: numberOf(value) });
    }
    for (const [index, value] of balances) entry.balances.push({ index, value: numberOf(value) });
    for (const [index, value] of nonces) entry.nonces.push({ index, value: numberOf(value) });
    for (const [index, code] of codes) entry.codes.push({ index, code });
  }
}

function slotOf({ slots }: Entry, slot: bigint): ValueChange[] {
  const changes = slots.get(slot) ?? [];
  slots.set(slot, changes);
  return changes;
}

function numberOf(quantity: string | Uint8Array): bigint {
  const hex = typeof quantity === 'string' ? quantity : hexOf(quantity);
  return hex === '0x' ? 0n : BigInt(hex);
}

function accountChanges(address: Address, { slots, balances, nonces, codes }: Entry): AccountChanges {
  const ordered = [...slots].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    address,
    storageChanges: ordered
      .filter(([, changes]) => changes.length > 0)
      .map(([slot, changes]) => ({ slot, changes })),
    storageReads: ordered.filter(([, changes]) => changes.length === 0).map(([slot]) => slot),
    balanceChanges: balances,
    nonceChanges: nonces,
    codeChanges: codes,
  };
}

/** Each thing that a list says, as a line of text without an order. */
export function accessListFacts(list: BlockAccessList): Set<string> {
  const facts = new Set<string>();
  for (const account of list) {
    const { address } = account;
    facts.add(address);
    for (const slot of account.storageReads) facts.add(`${address} reads ${slot}`);
    for (const { slot, changes } of account.storageChanges) {
      for (const { index, value } of changes) facts.add(`${address} slot ${slot} at ${index}: ${value}`);
    }
    for (const { index, value } of account.balanceChanges)
      facts.add(`${address} balance at ${index}: ${value}`);
    for (const { index, value } of account.nonceChanges) facts.add(`${address} nonce at ${index}: ${value}`);
    for (const { index, code } of account.codeChanges)
      facts.add(`${address} code at ${index}: ${hexOf(code)}`);
  }
  return facts;
}
