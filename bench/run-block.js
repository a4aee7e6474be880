/** `runBlock` of @ethereumjs/vm on a MerkleStateManager, as it comes, with a stand-in for KZG proofs. */
import { createBlockFromRPC } from '@ethereumjs/block';
import { Common, Mainnet } from '@ethereumjs/common';
import { createEVM } from '@ethereumjs/evm';
import { MerkleStateManager } from '@ethereumjs/statemanager';
import { Account, bigIntToBytes, createAddressFromString, hexToBytes } from '@ethereumjs/util';
import { createVM, runBlock } from '@ethereumjs/vm';

/** A state manager that holds the pre-state. */
async function merkleState(common, prestate) {
  const state = new MerkleStateManager({ common });
  await state.checkpoint();
  for (const [text, { nonce = 0, balance = '0x0', code = '0x', storage = {} }] of Object.entries(prestate)) {
    const address = createAddressFromString(text);
    await state.putAccount(address, new Account(BigInt(nonce), BigInt(balance)));
    if (code !== '0x') await state.putCode(address, hexToBytes(code));
    for (const [slot, value] of Object.entries(storage)) {
      if (BigInt(value) !== 0n) {
        await state.putStorage(address, hexToBytes(slot), bigIntToBytes(BigInt(value)));
      }
    }
  }
  await state.commit();
  await state.flush();
  return state;
}

/**
 * Makes all that is not timed: the state, and the machine.
 *
 * @returns The EVM, and a function that runs the block from its JSON. The pre-state is a part of the real one,
 *   so its root is another one: it is computed, not compared.
 */
export async function prepareRunBlock(json, prestate, blockHashes) {
  const common = new Common({ chain: Mainnet, customCrypto: { kzg: { verifyProof: () => true } } });
  common.setHardforkBy({ blockNumber: BigInt(json.number), timestamp: BigInt(json.timestamp) });
  const stateManager = await merkleState(common, prestate);
  const blockchain = {
    getBlock: async (number) => ({
      hash: () => hexToBytes(blockHashes[String(number)] ?? `0x${'0'.repeat(64)}`),
    }),
    putBlock: async () => {},
    shallowCopy: () => blockchain,
  };
  const evm = await createEVM({ common, stateManager, blockchain });
  const vm = await createVM({ common, evm, stateManager, blockchain });
  const run = async () => {
    const block = await createBlockFromRPC(json, [], { common, setHardfork: true });
    return runBlock(vm, { block, generate: true, skipBlockValidation: true });
  };
  return { evm, run };
}
