/** The peer: `runBlock` of @ethereumjs/vm on a MerkleStateManager. */
import { createBlockFromRPC, type JSONRPCBlock } from '@ethereumjs/block';
import { Common, type CustomCrypto, Mainnet } from '@ethereumjs/common';
import { createEVM, type EVM, type EVMMockBlockchainInterface } from '@ethereumjs/evm';
import { Caches, MerkleStateManager } from '@ethereumjs/statemanager';
import { Account, bigIntToBytes, createAddressFromString, hexToBytes, type KZG } from '@ethereumjs/util';
import { createVM, runBlock } from '@ethereumjs/vm';
import { evmCrypto } from '../dist/executor/crypto.js';
import { recoverPublicKey } from '../dist/input/signature.js';
import type { BlockFiles } from './blocks.ts';
import type { Contender } from './contender.ts';

/**
 * `plain`: as it comes, with hashing and recovery of senders in pure JavaScript (and a stand-in for KZG proofs,
 * which it needs and does not ship). `helped`: with this executor's crypto, and with the caches that its state
 * manager offers.
 */
export type PeerForm = 'plain' | 'helped';

export interface PeerRun {
  readonly gasUsed: bigint;
  /**
   * Milliseconds that went from the caches into the Merkle tree, and into state roots, which this executor does
   * not compute. In the plain form every write goes to the tree at once, and is not counted apart.
   */
  readonly stateRootMs: number;
}

export interface PreparedPeer {
  readonly evm: EVM;
  /** Runs the block, once, from its JSON to its results. */
  readonly run: () => Promise<PeerRun>;
}

function settingsOf(form: PeerForm): { readonly crypto: CustomCrypto; readonly caches?: Caches } {
  switch (form) {
    case 'plain':
      return { crypto: { kzg: { verifyProof: () => true } as unknown as KZG } };
    case 'helped':
      return { crypto: { ...evmCrypto(), ecrecover: recoverSender }, caches: new Caches() };
    default:
      return form satisfies never;
  }
}

/** `v` as in a signature, as in EIP-155, or the bare parity of a typed transaction. */
function recoverSender(hash: Uint8Array, v: bigint, r: Uint8Array, s: Uint8Array): Uint8Array {
  const parity = v < 2n ? v : v < 35n ? v - 27n : (v - 35n) % 2n;
  const signature = new Uint8Array(64);
  signature.set(r, 32 - r.length);
  signature.set(s, 64 - s.length);
  const key = recoverPublicKey(hash, signature, parity === 0n ? 0 : 1);
  if (key === null) throw new Error('no public key fits the signature');
  return key;
}

function commonOf(json: BlockFiles['block'], customCrypto: CustomCrypto): Common {
  const common = new Common({ chain: Mainnet, customCrypto });
  common.setHardforkBy({ blockNumber: BigInt(json.number), timestamp: BigInt(json.timestamp) });
  return common;
}

/** Reads a block and recovers its senders. */
export function readByPeer({ block: json }: BlockFiles, form: PeerForm): string[] {
  const common = commonOf(json, settingsOf(form).crypto);
  const block = createBlockFromRPC(json as unknown as JSONRPCBlock, [], { common, setHardfork: true });
  return block.transactions.map((transaction) => transaction.getSenderAddress().toString());
}

/** Makes all that is not timed: the state, and the machine. */
export async function prepareRunBlock(
  { block: json, prestate, blockHashes }: BlockFiles,
  form: PeerForm = 'plain',
): Promise<PreparedPeer> {
  const { crypto: customCrypto, ...caching } = settingsOf(form);
  const common = commonOf(json, customCrypto);
  const stateManager = new TimedStateManager({ common, ...caching });
  await load(stateManager, prestate);
  const blockchain: EVMMockBlockchainInterface & { putBlock: () => Promise<void> } = {
    getBlock: async (number) => ({
      hash: () => hexToBytes((blockHashes[String(number)] ?? `0x${'0'.repeat(64)}`) as `0x${string}`),
    }),
    putBlock: async () => {},
    shallowCopy: () => blockchain,
  };
  const evm = await createEVM({ common, stateManager, blockchain });
  const vm = await createVM({ common, evm, stateManager });
  const run = async (): Promise<PeerRun> => {
    stateManager.rootMs = 0;
    const block = createBlockFromRPC(json as unknown as JSONRPCBlock, [], { common, setHardfork: true });
    const { gasUsed } = await runBlock(vm, { block, generate: true, skipBlockValidation: true });
    if (gasUsed !== BigInt(json.gasUsed)) throw new Error(`runBlock: ${gasUsed} gas in block ${json.number}`);
    return { gasUsed, stateRootMs: stateManager.rootMs };
  };
  return { evm, run };
}

async function load(state: MerkleStateManager, prestate: BlockFiles['prestate']): Promise<void> {
  await state.checkpoint();
  for (const [text, { nonce = 0, balance = '0x0', code = '0x', storage = {} }] of Object.entries(prestate)) {
    const address = createAddressFromString(text);
    await state.putAccount(address, new Account(BigInt(nonce), BigInt(balance)));
    if (code !== '0x') await state.putCode(address, hexToBytes(code as `0x${string}`));
    for (const [slot, value] of Object.entries(storage)) {
      if (BigInt(value) !== 0n) {
        await state.putStorage(address, hexToBytes(slot as `0x${string}`), bigIntToBytes(BigInt(value)));
      }
    }
  }
  await state.commit();
  await state.flush();
}

/** Takes the time of what only the state root needs. */
class TimedStateManager extends MerkleStateManager {
  rootMs = 0;
  #isInside = false;

  override flush(): Promise<void> {
    return this.#timed(() => super.flush());
  }

  override getStateRoot(): Promise<Uint8Array> {
    return this.#timed(() => super.getStateRoot());
  }

  async #timed<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isInside) return work();
    this.#isInside = true;
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.rootMs += performance.now() - start;
      this.#isInside = false;
    }
  }
}

/** `runBlock` as a contender. */
export function runBlockContender(name: string, form: PeerForm): Contender {
  const prepare: Contender['prepare'] = async (files) => {
    const { run } = await prepareRunBlock(files, form);
    return async () => {
      const start = performance.now();
      const { stateRootMs } = await run();
      return { total: performance.now() - start, stateRoot: stateRootMs, workers: 1 };
    };
  };
  return { name, prepare };
}
