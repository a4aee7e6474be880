/** A block of the project's input as @ethereumjs reads it, with nothing of `src/executor` in between. */
import type { Block } from '@ethereumjs/block';
import { paramsBlock } from '@ethereumjs/block';
import { type Common, createCustomCommon, Mainnet } from '@ethereumjs/common';
import { type EVMMockBlockchainInterface, paramsEVM } from '@ethereumjs/evm';
import {
  Blob4844Tx,
  type BlobEIP4844TxData,
  createTx,
  paramsTx,
  type TypedTransaction,
  type TypedTxData,
} from '@ethereumjs/tx';
import { createAddressFromString, type KZG } from '@ethereumjs/util';
import { loadKZG } from 'kzg-wasm';
import type { BlockHeader, BlockInput, Hex, Transaction } from '../../src/input/block.ts';
import { keccak256 } from '../../src/input/keccak.ts';

const ZERO_HASH: Hex = `0x${'0'.repeat(64)}`;

let kzg: Promise<KZG> | null = null;

/** Gives the rules what EIP-4844's precompile needs. Takes seconds the first time, so only where it is called. */
export async function addKzg(common: Common): Promise<void> {
  kzg ??= loadQuietly();
  common.customCrypto.kzg = await kzg;
}

const PROCESS_ERRORS = ['uncaughtException', 'unhandledRejection'] as const;

/** Without the listeners that the library adds to the process, which turn every rejection into a crash. */
async function loadQuietly(): Promise<KZG> {
  const before = PROCESS_ERRORS.map((name) => new Set(process.rawListeners(name)));
  const library = (await loadKZG()) as unknown as KZG;
  for (const [index, name] of PROCESS_ERRORS.entries()) {
    for (const listener of process.rawListeners(name)) {
      if (before[index]?.has(listener) === false) process.removeListener(name, listener as () => void);
    }
  }
  return library;
}

/** The rules of an input. */
export function oracleCommon(input: Pick<BlockInput, 'chainId' | 'hardfork'>): Common {
  const common = createCustomCommon({ chainId: Number(input.chainId) }, Mainnet, {
    hardfork: input.hardfork,
    // There, but of no use: see `addKzg`.
    customCrypto: { keccak256, kzg: {} as KZG },
  });
  for (const params of [paramsEVM, paramsTx, paramsBlock]) common.updateParams(params);
  return common;
}

/** The part of a block that `runTx` reads. */
export function oracleBlock(header: BlockHeader, common: Common): Block {
  const price = blobGasPrice(header, common);
  return {
    common,
    header: {
      number: header.number,
      timestamp: header.timestamp,
      coinbase: createAddressFromString(header.feeRecipient),
      difficulty: header.difficulty,
      prevRandao: bytesOf(header.prevRandao),
      gasLimit: header.gasLimit,
      gasUsed: 0n,
      baseFeePerGas: common.isActivatedEIP(1559) ? (header.baseFeePerGas ?? 0n) : undefined,
      getBlobGasPrice: () => price,
    },
  } as unknown as Block;
}

/** EIP-4844, `get_base_fee_per_blob_gas`, by its own definition. */
function blobGasPrice(header: BlockHeader, common: Common): bigint {
  if (!common.isActivatedEIP(4844)) return 0n;
  const fraction = common.getBlobGasSchedule().blobGasPriceUpdateFraction;
  const excess = header.excessBlobGas ?? 0n;
  let output = 0n;
  let accumulator = fraction;
  for (let i = 1n; accumulator > 0n; i++) {
    output += accumulator;
    accumulator = (accumulator * excess) / (fraction * i);
  }
  return output / fraction;
}

/** A transaction whose sender is already known. */
export function oracleTransaction(transaction: Transaction, common: Common): TypedTransaction {
  const { type } = transaction;
  const fee =
    type < 2
      ? { gasPrice: transaction.maxFeePerGas }
      : {
          maxFeePerGas: transaction.maxFeePerGas,
          maxPriorityFeePerGas: transaction.maxPriorityFeePerGas,
        };
  const data = {
    type,
    nonce: transaction.nonce,
    gasLimit: transaction.gasLimit,
    value: transaction.value,
    data: transaction.data,
    ...(transaction.to === null ? {} : { to: createAddressFromString(transaction.to) }),
    ...fee,
    ...(type === 0 ? {} : { chainId: common.chainId(), accessList: transaction.accessList ?? [] }),
    ...(type === 3
      ? {
          maxFeePerBlobGas: transaction.maxFeePerBlobGas,
          blobVersionedHashes: transaction.blobVersionedHashes,
        }
      : {}),
    ...(type === 4
      ? {
          authorizationList: transaction.authorizationList.map(
            ({ chainId, address, nonce, yParity, r, s }) =>
              [
                shortBytes(chainId),
                bytesOf(address),
                shortBytes(nonce),
                shortBytes(yParity),
                shortBytes(r),
                shortBytes(s),
              ] as const,
          ),
        }
      : {}),
  };
  const options = { common, freeze: false };
  // `createTx` asks for a KZG library even where there are only hashes to be carried.
  const tx =
    type === 3
      ? new Blob4844Tx(data as unknown as BlobEIP4844TxData, options)
      : createTx(data as unknown as TypedTxData, options);
  const sender = createAddressFromString(transaction.from);
  tx.getSenderAddress = () => sender;
  return tx;
}

/** What BLOCKHASH asks. */
export function oracleBlockchain(blockHashes: BlockInput['blockHashes']): EVMMockBlockchainInterface {
  return {
    getBlock: async (number: number) => {
      const hash = bytesOf(blockHashes.get(BigInt(number)) ?? ZERO_HASH);
      return { hash: () => hash };
    },
    putBlock: async () => {},
    shallowCopy: () => oracleBlockchain(blockHashes),
  } as EVMMockBlockchainInterface;
}

export function bytesOf(hex: Hex): Uint8Array {
  return new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
}

/** Shortest big-endian bytes, as RLP has integers. */
export function shortBytes(value: bigint): Uint8Array {
  const hex = value.toString(16);
  return value === 0n ? new Uint8Array(0) : bytesOf(`0x${hex.length % 2 === 0 ? hex : `0${hex}`}`);
}
