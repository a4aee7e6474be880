/** Accounts and functions that are the same everywhere: the protocol's own, and those of the standards. */

import type { Address, Hex } from '../input/block.ts';
import { bytesToHex } from '../input/hex.ts';
import { keccak256 } from '../input/keccak.ts';
import {
  BEACON_ROOTS_ADDRESS,
  CONSOLIDATION_QUEUE_ADDRESS,
  HISTORY_STORAGE_ADDRESS,
  SYSTEM_ADDRESS,
  WITHDRAWAL_QUEUE_ADDRESS,
} from '../state/system-calls.ts';

const PRECOMPILES = [
  'ecrecover',
  'sha256',
  'ripemd160',
  'identity',
  'modexp', // EIP-198
  'ecAdd', // EIP-196
  'ecMul', // EIP-196
  'ecPairing', // EIP-197
  'blake2f', // EIP-152
  'pointEvaluation', // EIP-4844
  'bls12G1Add', // EIP-2537, to the last one of BLS12-381
  'bls12G1Msm',
  'bls12G2Add',
  'bls12G2Msm',
  'bls12Pairing',
  'bls12MapFpToG1',
  'bls12MapFp2ToG2',
];

/** EIP-7951. */
const P256_VERIFY = 0x100n;

/** Names of accounts that the protocol gives a meaning. */
export const PROTOCOL_ACCOUNTS: ReadonlyMap<Address, string> = new Map([
  ...PRECOMPILES.map((name, index) => [addressAt(BigInt(index + 1)), name] as const),
  [addressAt(P256_VERIFY), 'p256Verify'],
  [BEACON_ROOTS_ADDRESS, 'beacon roots'],
  [HISTORY_STORAGE_ADDRESS, 'block hash history'],
  [WITHDRAWAL_QUEUE_ADDRESS, 'withdrawal requests'],
  [CONSOLIDATION_QUEUE_ADDRESS, 'consolidation requests'],
  [SYSTEM_ADDRESS, 'system'],
]);

/** Functions of standard interfaces, each as its standard writes it. */
const STANDARD_FUNCTIONS = [
  // ERC-20, with the optional part
  'name()',
  'symbol()',
  'decimals()',
  'totalSupply()',
  'balanceOf(address)',
  'transfer(address,uint256)',
  'transferFrom(address,address,uint256)',
  'approve(address,uint256)',
  'allowance(address,address)',
  // OpenZeppelin's ERC20 before 5.0
  'increaseAllowance(address,uint256)',
  'decreaseAllowance(address,uint256)',
  // WETH9
  'deposit()',
  'withdraw(uint256)',
  // ERC-2612
  'permit(address,address,uint256,uint256,uint8,bytes32,bytes32)',
  'nonces(address)',
  'DOMAIN_SEPARATOR()',
  // ERC-165
  'supportsInterface(bytes4)',
  // ERC-721
  'ownerOf(uint256)',
  'safeTransferFrom(address,address,uint256,bytes)',
  'safeTransferFrom(address,address,uint256)',
  'setApprovalForAll(address,bool)',
  'getApproved(uint256)',
  'isApprovedForAll(address,address)',
  'tokenURI(uint256)',
  'tokenOfOwnerByIndex(address,uint256)',
  'tokenByIndex(uint256)',
  // ERC-1155
  'safeTransferFrom(address,address,uint256,uint256,bytes)',
  'safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)',
  'balanceOf(address,uint256)',
  'balanceOfBatch(address[],uint256[])',
  'uri(uint256)',
  // ERC-4626
  'asset()',
  'totalAssets()',
  'deposit(uint256,address)',
  'mint(uint256,address)',
  'withdraw(uint256,address,address)',
  'redeem(uint256,address,address)',
  'convertToShares(uint256)',
  'convertToAssets(uint256)',
  // ERC-173
  'owner()',
  'transferOwnership(address)',
];

/** A canonical signature's selector (Solidity, ABI Specification, "Function Selector"). */
export function selectorOf(signature: string): Hex {
  return bytesToHex(keccak256(new TextEncoder().encode(signature)).subarray(0, 4));
}

let standardBySelector: ReadonlyMap<Hex, string> | null = null;

/** The standard function that a selector stands for. */
export function standardFunction(selector: Hex): string | null {
  standardBySelector ??= new Map(
    STANDARD_FUNCTIONS.map((signature) => [selectorOf(signature), signature] as const),
  );
  return standardBySelector.get(selector) ?? null;
}

function addressAt(value: bigint): Address {
  return `0x${value.toString(16).padStart(40, '0')}`;
}
