/**
 * The chain up to the example's block: its state is built by direct calls, without signatures, on the EVM
 * and the Merkle state of @ethereumjs. Nothing here comes from `src/`, so results are an independent check.
 */
import { type Block, createBlock } from '@ethereumjs/block';
import { Common, Hardfork, Mainnet } from '@ethereumjs/common';
import { Caches, MerkleStateManager } from '@ethereumjs/statemanager';
import {
  Account as AccountFields,
  type Address,
  bytesToHex,
  createAddressFromString,
  hexToBytes,
  type KZG,
} from '@ethereumjs/util';
import { createVM, type VM } from '@ethereumjs/vm';
import type { Interface } from 'ethers';
import { type Account, type Hex, lowerHex } from './account.ts';
import type { Artifact } from './artifact.ts';

export interface Chain {
  readonly vm: VM;
  readonly state: RecordingStateManager;
  /** What the set-up calls see as their block. */
  readonly setUpBlock: Block;
}

/** A deployed contract. */
export interface Contract {
  readonly address: Hex;
  readonly abi: Interface;
}

/** The block before the example's: mainnet, 15 June 2025. Number and time decide the hardfork, here Prague. */
export const parentHeader = {
  number: 22_711_000n,
  timestamp: 1_750_000_000n,
  gasLimit: 36_000_000n,
  gasUsed: 18_000_000n,
  baseFeePerGas: 2_000_000_000n,
};

/** EIP-4788 and EIP-2935: contracts that a block writes before its first transaction. */
const systemContracts: readonly (readonly [address: Hex, code: Hex])[] = [
  [
    '0x000f3df6d732807ef1319fb7b8bb8522d0beac02',
    '0x3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500',
  ],
  [
    '0x0000f90827f1c53a10cb7a02335b175320002935',
    '0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500',
  ],
];

/** A chain with the system contracts and nothing else. */
export async function createChain(): Promise<Chain> {
  const common = createExampleCommon();
  const state = new RecordingStateManager(common);
  const vm = await createVM({ common, stateManager: state });
  const chain = { vm, state, setUpBlock: createBlock({ header: parentHeader }, { common }) };
  for (const [address, code] of systemContracts) {
    await state.putAccount(createAddressFromString(address), new AccountFields(1n));
    await putCode(chain, address, code);
  }
  return chain;
}

/** The rules that hold in the example's block. */
export function createExampleCommon(): Common {
  return new Common({ chain: Mainnet, hardfork: Hardfork.Prague, customCrypto: { kzg: kzgWithoutBlobs } });
}

/** Adds wei to a balance. */
export async function fund(chain: Chain, address: Hex, amount: bigint): Promise<void> {
  const key = createAddressFromString(address);
  const fields = (await chain.state.getAccount(key)) ?? new AccountFields();
  fields.balance += amount;
  await chain.state.putAccount(key, fields);
}

/** Gives an account code without running any, e.g. an EIP-7702 delegation. */
export async function putCode(chain: Chain, address: Hex, code: Hex): Promise<void> {
  await chain.state.putCode(createAddressFromString(address), hexToBytes(code));
}

/** How many transactions and creations the account has made so far. */
export async function readNonce(chain: Chain, address: Hex): Promise<bigint> {
  return (await chain.state.getAccount(createAddressFromString(address)))?.nonce ?? 0n;
}

/** Deploys a contract; throws when its constructor fails. */
export async function deploy(
  chain: Chain,
  from: Account,
  artifact: Artifact,
  args: readonly unknown[] = [],
): Promise<Contract> {
  const { createdAddress } = await runMessage(chain, from, null, encodeDeployment(artifact, args), 0n);
  if (createdAddress === undefined) throw new Error('no contract was created');
  return { address: lowerHex(createdAddress.toString()), abi: artifact.abi };
}

/** Calls a contract and keeps what it changed; throws when it fails. */
export async function call(
  chain: Chain,
  from: Account,
  contract: Contract,
  method: string,
  args: readonly unknown[],
  value = 0n,
): Promise<readonly unknown[]> {
  const data = encodeCall(contract, method, args);
  const { execResult } = await runMessage(chain, from, contract.address, data, value);
  return [...contract.abi.decodeFunctionResult(method, bytesToHex(execResult.returnValue))];
}

/** Calldata of a method. */
export function encodeCall(contract: Contract, method: string, args: readonly unknown[]): Hex {
  return contract.abi.encodeFunctionData(method, args) as Hex;
}

/** Creation code with the constructor's arguments. */
export function encodeDeployment(artifact: Artifact, args: readonly unknown[]): Hex {
  return `${artifact.creationCode}${artifact.abi.encodeDeploy(args).slice(2)}`;
}

async function runMessage(chain: Chain, from: Account, to: Hex | null, data: Hex, value: bigint) {
  const { evm } = chain.vm;
  const result = await evm.runCall({
    block: chain.setUpBlock,
    caller: createAddressFromString(from.address),
    ...(to === null ? {} : { to: createAddressFromString(to) }),
    data: hexToBytes(data),
    value,
    gasLimit: parentHeader.gasLimit,
  });
  // Each call is a transaction of its own: what it warmed is cold again for the next.
  await evm.journal.cleanup();
  const { exceptionError, returnValue } = result.execResult;
  if (exceptionError !== undefined) {
    throw new Error(
      `set-up call to ${to ?? 'a new contract'}: ${exceptionError.error} ${bytesToHex(returnValue)}`,
    );
  }
  return result;
}

/** A Merkle state stores hashes of keys only; this one remembers the keys, so that it can be written out. */
export class RecordingStateManager extends MerkleStateManager {
  /** Every account ever written, and its slots; also those that are empty again. */
  readonly written = new Map<Hex, Set<Hex>>();

  constructor(common: Common) {
    super({ common, caches: new Caches() });
  }

  override async putAccount(address: Address, account?: AccountFields): Promise<void> {
    this.slotsOf(address);
    await super.putAccount(address, account);
  }

  override async putStorage(address: Address, key: Uint8Array, value: Uint8Array): Promise<void> {
    this.slotsOf(address).add(bytesToHex(key));
    await super.putStorage(address, key, value);
  }

  private slotsOf(address: Address): Set<Hex> {
    const key = lowerHex(address.toString());
    const slots = this.written.get(key) ?? new Set();
    this.written.set(key, slots);
    return slots;
  }
}

/** @ethereumjs asks for a KZG library before it takes a blob transaction, and never calls it for one without blobs. */
const kzgWithoutBlobs: KZG = {
  blobToKzgCommitment: refuseBlob,
  computeBlobProof: refuseBlob,
  verifyProof: refuseBlob,
  verifyBlobProofBatch: refuseBlob,
  computeCells: refuseBlob,
  computeCellsAndProofs: refuseBlob,
  recoverCellsAndProofs: refuseBlob,
  verifyCellKzgProofBatch: refuseBlob,
};

function refuseBlob(): never {
  throw new Error('the examples have no blobs');
}
