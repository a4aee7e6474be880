/**
 * The peer EDR, Hardhat's engine (revm in Rust), where `@nomicfoundation/edr` is installed as well: 0.13.0 is the
 * last for Node 20, and takes 189 MB, so it is not a dependency.
 *
 * It takes no state of ours and speaks JSON-RPC only: the state before the block is its genesis, signed
 * transactions are sent into its pool, and one block is mined from them. Being made for development, it observes
 * what it runs, and keeps a Merkle tree; both are in its times.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createBlockFromRPC, type JSONRPCBlock } from '@ethereumjs/block';
import { bytesToHex } from '@ethereumjs/util';
import { createExampleCommon } from '../examples/generator/chain.ts';
import type { BlockFiles } from './blocks.ts';
import type { Contender } from './contender.ts';

const EDR_VERSION = '0.13.0';

export const INSTALL_EDR = `npm install --no-save @nomicfoundation/edr@${EDR_VERSION}`;

/** The parts of the package that are used here. */
interface Edr {
  readonly L1_CHAIN_TYPE: string;
  readonly MineOrdering: { readonly Fifo: string };
  readonly EdrContext: new () => EdrContext;
  readonly ContractDecoder: new () => object;
  readonly l1ProviderFactory: () => object;
}

interface EdrContext {
  registerProviderFactory(chainType: string, factory: object): Promise<void>;
  createProvider(
    chainType: string,
    config: object,
    logger: object,
    subscriptions: object,
    decoder: object,
  ): Promise<Provider>;
}

interface Provider {
  handleRequest(request: string): Promise<{ readonly data: unknown }>;
}

/** @returns `null` where the package is not installed in this version. */
export async function edrContender(): Promise<Contender | null> {
  const edr = loadEdr();
  if (edr === null) return null;
  const context = new edr.EdrContext();
  await context.registerProviderFactory(edr.L1_CHAIN_TYPE, edr.l1ProviderFactory());
  const prepare: Contender['prepare'] = async (files) => {
    if (!canPayAtOnce(files)) return null;
    const provider = await startProvider(edr, context, files);
    const signed = signedTransactions(files);
    return async () => {
      const start = performance.now();
      for (const one of signed) await request(provider, 'eth_sendRawTransaction', [one]);
      await request(provider, 'evm_mine', []);
      const total = performance.now() - start;
      const mined = await request(provider, 'eth_getBlockByNumber', ['latest', false]);
      const { receiptsRoot } = mined as { readonly receiptsRoot: string };
      if (receiptsRoot !== files.block.receiptsRoot) throw new Error(`EDR: receipts root ${receiptsRoot}`);
      return { total, workers: 1 };
    };
  };
  return { name: 'EDR', prepare };
}

function loadEdr(): Edr | null {
  const load = createRequire(import.meta.url);
  try {
    const manifest = join(dirname(load.resolve('@nomicfoundation/edr')), 'package.json');
    const { version }: { readonly version: string } = JSON.parse(readFileSync(manifest, 'utf8'));
    // The node of the tests brings an older one, which is set up otherwise.
    return version === EDR_VERSION ? (load('@nomicfoundation/edr') as Edr) : null;
  } catch {
    return null;
  }
}

/** Its pool refuses a transaction whose sender cannot pay yet, even if an earlier one of the block sees to that. */
function canPayAtOnce({ block, prestate }: BlockFiles): boolean {
  const { transactions } = parse(block);
  return transactions.every((tx) => {
    const balance = prestate[tx.getSenderAddress().toString()]?.balance ?? '0x0';
    const price = 'maxFeePerGas' in tx ? tx.maxFeePerGas : tx.gasPrice;
    return BigInt(balance) >= tx.value + tx.gasLimit * price;
  });
}

function signedTransactions({ block }: BlockFiles): string[] {
  return parse(block).transactions.map((tx) => bytesToHex(tx.serialize()));
}

function parse(block: BlockFiles['block']) {
  return createBlockFromRPC(block as unknown as JSONRPCBlock, [], { common: createExampleCommon() });
}

/** A chain whose next block has the header of this one, but for its number. */
async function startProvider(
  edr: Edr,
  context: EdrContext,
  { block, prestate }: BlockFiles,
): Promise<Provider> {
  const gasLimit = BigInt(block.gasLimit);
  const baseFee = BigInt(block.baseFeePerGas);
  const config = {
    allowBlocksWithSameTimestamp: false,
    allowUnlimitedContractSize: false,
    bailOnCallFailure: true,
    bailOnTransactionFailure: true,
    chainId: 1n,
    coinbase: bytesOf(block.miner),
    defaultTransactionGasLimit: gasLimit,
    genesisState: Object.entries(prestate).map(([address, { balance = '0x0', nonce = 0, code }]) => ({
      address: bytesOf(address),
      balance: BigInt(balance),
      nonce: BigInt(nonce),
      ...(code === undefined ? {} : { code: bytesOf(code) }),
    })),
    hardfork: 'Prague',
    initialBaseFeePerGas: baseFee,
    initialParentBeaconBlockRoot: bytesOf(block.parentBeaconBlockRoot),
    minGasPrice: 0n,
    mining: { autoMine: false, blockGasLimit: gasLimit, memPool: { order: edr.MineOrdering.Fifo } },
    network: { genesisBlockGasLimit: gasLimit, genesisBlockTime: BigInt(block.timestamp) - 12n },
    networkId: 1n,
    observability: {},
    ownedAccounts: [],
    precompileOverrides: [],
    transactionGasCap: false,
  };
  const logger = { enable: false, decodeConsoleLogInputsCallback: () => [], printLineCallback: () => {} };
  const provider = await context.createProvider(
    edr.L1_CHAIN_TYPE,
    config,
    logger,
    { subscriptionCallback: () => {} },
    new edr.ContractDecoder(),
  );
  // Slots of the genesis state are not taken.
  for (const [address, { storage = {} }] of Object.entries(prestate)) {
    for (const [slot, value] of Object.entries(storage)) {
      const place = `0x${BigInt(slot).toString(16)}`;
      await request(provider, 'hardhat_setStorageAt', [address, place, value]);
    }
  }
  await request(provider, 'hardhat_setNextBlockBaseFeePerGas', [block.baseFeePerGas]);
  await request(provider, 'hardhat_setPrevRandao', [block.mixHash]);
  await request(provider, 'evm_setNextBlockTimestamp', [Number(block.timestamp)]);
  return provider;
}

async function request(provider: Provider, method: string, params: readonly unknown[]): Promise<unknown> {
  const { data } = await provider.handleRequest(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
  const response = typeof data === 'string' ? JSON.parse(data) : data;
  if (response.error !== undefined) throw new Error(`EDR, ${method}: ${response.error.message}`);
  return response.result;
}

function bytesOf(hex: string): Uint8Array {
  return Buffer.from(hex.slice(2), 'hex');
}
