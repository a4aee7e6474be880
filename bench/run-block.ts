/** The peer: `runBlock` of @ethereumjs/vm on a MerkleStateManager. */
import { createBlockFromRPC, type JSONRPCBlock } from '@ethereumjs/block';
import { createEVM, type EVM, type EVMMockBlockchainInterface } from '@ethereumjs/evm';
import { hexToBytes } from '@ethereumjs/util';
import { createVM, runBlock } from '@ethereumjs/vm';
import type { BlockFiles } from './blocks.ts';
import type { Contender } from './contender.ts';
import { commonOf, type MerkleForm, merkleState } from './merkle-state.ts';

export interface PreparedPeer {
  readonly evm: EVM;
  /**
   * Runs the block, once, from its JSON to its results. A part of the real state has another root, so that is
   * computed and not compared.
   */
  readonly run: () => Promise<void>;
}

/** The block's JSON as the peer reads it, with its signers recovered. */
export function readByPeer({ block: json }: BlockFiles, form: MerkleForm): readonly string[] {
  const common = commonOf(json, form);
  const block = createBlockFromRPC(json as unknown as JSONRPCBlock, [], { common, setHardfork: true });
  return block.transactions.map((transaction) => transaction.getSenderAddress().toString());
}

/** Makes all that is not timed: the state, and the machine. */
export async function prepareRunBlock(files: BlockFiles, form: MerkleForm = 'plain'): Promise<PreparedPeer> {
  const { block: json, blockHashes } = files;
  const { common, state: stateManager } = await merkleState(files, form);
  const blockchain: EVMMockBlockchainInterface & { putBlock: () => Promise<void> } = {
    getBlock: async (number) => ({
      hash: () => hexToBytes((blockHashes[String(number)] ?? `0x${'0'.repeat(64)}`) as `0x${string}`),
    }),
    putBlock: async () => {},
    shallowCopy: () => blockchain,
  };
  const evm = await createEVM({ common, stateManager, blockchain });
  const vm = await createVM({ common, evm, stateManager });
  const run = async (): Promise<void> => {
    const block = createBlockFromRPC(json as unknown as JSONRPCBlock, [], { common, setHardfork: true });
    const { gasUsed } = await runBlock(vm, { block, generate: true, skipBlockValidation: true });
    if (gasUsed !== BigInt(json.gasUsed)) throw new Error(`runBlock: ${gasUsed} gas in block ${json.number}`);
  };
  return { evm, run };
}

/** `runBlock` as a contender. */
export function runBlockContender(name: string, form: MerkleForm): Contender {
  const prepare: Contender['prepare'] = async (files) => {
    const { run } = await prepareRunBlock(files, form);
    return async () => {
      const start = performance.now();
      await run();
      return { total: performance.now() - start, workers: 1 };
    };
  };
  return { name, prepare };
}
