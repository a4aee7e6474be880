/**
 * The corpus's official blockchain tests (`BlockchainTests/ValidBlocks` of ethereum/tests): blocks on top of
 * each other, with what their headers say. Their format: ethereum-tests documentation, "Blockchain Tests".
 */
import { RLP } from '@ethereumjs/rlp';
import type { Address, BlockHeader, BlockInput, Hex, Transaction } from '../../src/input/block.ts';
import { readInput } from '../../src/input/read.ts';
import { corpusDirectory, type Prestate } from '../corpus.ts';
import { archiveFiles, isSampled } from './archive.ts';
import { hexOf } from './state.ts';

export interface BlockchainTest {
  /** `folder/file:name`. */
  readonly name: string;
  /** Before the first block. */
  readonly prestate: Prestate;
  /** In their order. */
  readonly blocks: readonly BlockInput[];
  /** Why the executor cannot run it yet; `null`: it can. */
  readonly unsupported: string | null;
}

interface TestJson {
  readonly network: string;
  readonly pre: Prestate;
  readonly genesisBlockHeader: HeaderJson;
  readonly blocks: readonly BlockJson[];
}

interface BlockJson {
  readonly rlp: Hex;
  readonly blockHeader?: HeaderJson;
  readonly expectException?: string;
  readonly uncleHeaders?: readonly unknown[];
  readonly withdrawals?: readonly Readonly<
    Record<'address' | 'amount' | 'index' | 'validatorIndex', string>
  >[];
}

type HeaderJson = Readonly<Record<string, Hex>>;

const HARDFORKS: ReadonlyMap<string, string> = new Map([
  ['Paris', 'paris'],
  ['Shanghai', 'shanghai'],
  ['Cancun', 'cancun'],
]);
const GWEI = 1_000_000_000n;

/** All of them, or one in `every`, always the same ones; none without a corpus. */
export async function* blockchainTests(every = 1): AsyncGenerator<BlockchainTest> {
  const directory = corpusDirectory();
  if (directory === null) return;
  for await (const { name: path, json } of archiveFiles(`${directory}/blockchain-tests.tar.gz`, () => true)) {
    for (const [test, content] of Object.entries(json as Readonly<Record<string, TestJson>>)) {
      const name = `${path.replace(/\.json$/, '')}:${test}`;
      if (isSampled(name, every)) yield blockchainTest(name, content);
    }
  }
}

function blockchainTest(name: string, test: TestJson): BlockchainTest {
  const { pre: prestate } = test;
  const unsupported = reasonAgainst(test);
  if (unsupported !== null) return { name, prestate, blocks: [], unsupported };
  const hardfork = HARDFORKS.get(test.network) ?? '';
  const hashes = new Map([[0n, test.genesisBlockHeader.hash as Hex]]);
  const blocks: BlockInput[] = [];
  for (const json of test.blocks) {
    const block = headerOf(json);
    const transactions = transactionsOf(json.rlp, hardfork);
    blocks.push({ block, transactions, chainId: 1n, hardfork, blockHashes: new Map(hashes) });
    hashes.set(block.number, block.hash ?? '0x');
  }
  return { name, prestate, blocks, unsupported };
}

function reasonAgainst({ network, blocks }: TestJson): string | null {
  if (!HARDFORKS.has(network)) return `rewards of miners, or requests, are due under ${network}`;
  if (blocks.some(({ expectException }) => expectException !== undefined)) return 'a block in it is invalid';
  return blocks.some(({ uncleHeaders }) => (uncleHeaders?.length ?? 0) > 0) ? 'it has uncles' : null;
}

/** The transactions as they were signed, through the same door as any others. */
function transactionsOf(rlp: Hex, hardfork: string): readonly Transaction[] {
  const [, items] = RLP.decode(rlp) as [unknown, readonly (Uint8Array | Uint8Array[])[]];
  if (items.length === 0) return [];
  const raw = items.map((item) => hexOf(item instanceof Uint8Array ? item : RLP.encode(item)));
  return readInput(raw, { hardfork, chain: 1, source: 'blockchain test' }).transactions;
}

function headerOf({ blockHeader = {}, withdrawals }: BlockJson): BlockHeader {
  const text = (name: string): Hex => blockHeader[name] ?? '0x0';
  const number = (name: string): bigint => BigInt(text(name));
  const optional = (name: string): bigint | null => (name in blockHeader ? number(name) : null);
  return {
    number: number('number'),
    timestamp: number('timestamp'),
    gasLimit: number('gasLimit'),
    feeRecipient: text('coinbase') as Address,
    parentHash: text('parentHash'),
    difficulty: number('difficulty'),
    prevRandao: text('mixHash'),
    extraData: text('extraData'),
    baseFeePerGas: optional('baseFeePerGas'),
    excessBlobGas: optional('excessBlobGas'),
    blobGasUsed: optional('blobGasUsed'),
    parentBeaconBlockRoot: blockHeader.parentBeaconBlockRoot ?? null,
    withdrawals:
      withdrawals?.map(({ address, amount, index, validatorIndex }) => ({
        address: address as Address,
        amount: BigInt(amount) * GWEI,
        index: BigInt(index),
        validatorIndex: BigInt(validatorIndex),
      })) ?? null,
    uncles: [],
    hash: text('hash'),
    gasUsed: number('gasUsed'),
    receiptsRoot: text('receiptTrie'),
    logsBloom: text('bloom'),
    stateRoot: text('stateRoot'),
    requestsHash: blockHeader.requestsHash ?? null,
    blockAccessListHash: blockHeader.blockAccessListHash ?? null,
  };
}
