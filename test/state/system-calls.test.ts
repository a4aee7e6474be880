import { createEVM } from '@ethereumjs/evm';
import { SimpleStateManager } from '@ethereumjs/statemanager';
import { Account, createAddressFromString, hexToBytes, setLengthLeft, toBytes } from '@ethereumjs/util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Hex } from '../../src/input/block.ts';
import { createChain } from '../../src/input/chain.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import {
  BEACON_ROOTS_ADDRESS,
  HISTORY_STORAGE_ADDRESS,
  systemCallsDiff,
  withdrawalsDiff,
} from '../../src/state/system-calls.ts';

/** Byte code from EIP-4788. */
const BEACON_ROOTS_CODE =
  '0x3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500';

/** Byte code from EIP-2935. */
const HISTORY_STORAGE_CODE =
  '0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500';

const SYSTEM_ADDRESS = createAddressFromString('0xfffffffffffffffffffffffffffffffffffffffe');

const state = snapshotState({
  [BEACON_ROOTS_ADDRESS]: { nonce: 1, code: BEACON_ROOTS_CODE },
  [HISTORY_STORAGE_ADDRESS]: { nonce: 1, code: HISTORY_STORAGE_CODE },
});

const block = {
  number: 22_500_000n,
  timestamp: 1_750_000_000n,
  parentHash: `0x${'aa'.repeat(32)}` as Hex,
  parentBeaconBlockRoot: `0x${'bb'.repeat(32)}` as Hex,
};

/** Runs the contract as the EIPs say: called by the system address, with one word. */
async function callContract(address: Hex, code: Hex, data: Hex, number: bigint, timestamp: bigint) {
  const stateManager = new SimpleStateManager();
  const evm = await createEVM({ common: createChain({ chainId: 1n, hardfork: 'prague' }), stateManager });
  const to = createAddressFromString(address);
  await stateManager.putAccount(to, new Account());
  await stateManager.putCode(to, hexToBytes(code));
  const header = { number, timestamp, gasLimit: 30_000_000n, coinbase: SYSTEM_ADDRESS, difficulty: 0n };
  const context = {
    header: { ...header, prevRandao: new Uint8Array(32), baseFeePerGas: 0n, getBlobGasPrice: () => 1n },
  };
  const result = await evm.runCall({
    caller: SYSTEM_ADDRESS,
    to,
    data: hexToBytes(data),
    gasLimit: 30_000_000n,
    block: context as never,
  });
  expect(result.execResult.exceptionError).toBeUndefined();
  return async (slot: bigint) => {
    const value = await stateManager.getStorage(to, setLengthLeft(toBytes(slot), 32));
    return value.length === 0 ? 0n : BigInt(`0x${Buffer.from(value).toString('hex')}`);
  };
}

describe('systemCallsDiff', () => {
  test('writes what the contracts of EIP-4788 and EIP-2935 write', async () => {
    const words = fc
      .bigInt({ min: 0n, max: 2n ** 256n - 1n })
      .map((word): Hex => `0x${word.toString(16).padStart(64, '0')}`);
    const uint = fc.bigInt({ min: 1n, max: 2n ** 40n });
    await fc.assert(
      fc.asyncProperty(
        words,
        words,
        uint,
        uint,
        async (parentHash, parentBeaconBlockRoot, number, timestamp) => {
          const diff = systemCallsDiff(
            state,
            { number, timestamp, parentHash, parentBeaconBlockRoot },
            'prague',
          );
          const beacon = await callContract(
            BEACON_ROOTS_ADDRESS,
            BEACON_ROOTS_CODE,
            parentBeaconBlockRoot,
            number,
            timestamp,
          );
          const history = await callContract(
            HISTORY_STORAGE_ADDRESS,
            HISTORY_STORAGE_CODE,
            parentHash,
            number,
            timestamp,
          );
          expect([...diff.keys()]).toEqual([BEACON_ROOTS_ADDRESS, HISTORY_STORAGE_ADDRESS]);
          for (const [slot, value] of diff.get(BEACON_ROOTS_ADDRESS)?.storage ?? [])
            expect(await beacon(slot)).toBe(value);
          for (const [slot, value] of diff.get(HISTORY_STORAGE_ADDRESS)?.storage ?? [])
            expect(await history(slot)).toBe(value);
        },
      ),
      { numRuns: 10 },
    );
  });

  test('beacon roots since Cancun, block hashes since Prague', () => {
    const addresses = ['shanghai', 'cancun', 'prague', 'osaka', 'bpo1'].map((hardfork) => [
      ...systemCallsDiff(state, block, hardfork).keys(),
    ]);
    const both = [BEACON_ROOTS_ADDRESS, HISTORY_STORAGE_ADDRESS];
    expect(addresses).toEqual([[], [BEACON_ROOTS_ADDRESS], both, both, both]);
  });

  test('nothing without a contract, without a root, or before the first block', () => {
    expect(systemCallsDiff(snapshotState({}), block, 'osaka').size).toBe(0);
    expect(systemCallsDiff(snapshotState({}, { partial: true }), block, 'osaka').size).toBe(0);
    expect(systemCallsDiff(state, { ...block, parentBeaconBlockRoot: null, number: 0n }, 'osaka').size).toBe(
      0,
    );
  });
});

describe('withdrawalsDiff', () => {
  const A = `0x${'aa'.repeat(20)}` as const;
  const B = `0x${'bb'.repeat(20)}` as const;
  const withdrawal = (address: Hex, amount: bigint) => ({ index: 0n, validatorIndex: 0n, address, amount });

  test('adds up what each receiver gets', () => {
    const withdrawals = [withdrawal(A, 1n), withdrawal(B, 2n), withdrawal(A, 3n)];
    const diff = withdrawalsDiff(snapshotState({ [A]: { balance: '0x5', nonce: 2 } }), { withdrawals });
    expect([...diff]).toEqual([
      [A, { balance: 9n, storage: new Map() }],
      [B, { balance: 2n, storage: new Map() }],
    ]);
  });

  test('creates nothing for nothing', () => {
    expect(withdrawalsDiff(snapshotState({}), { withdrawals: [withdrawal(A, 0n)] }).size).toBe(0);
    expect(withdrawalsDiff(snapshotState({}), { withdrawals: null }).size).toBe(0);
  });

  test('does not guess at a balance', () => {
    const unknown = snapshotState({}, { partial: true });
    expect(() => withdrawalsDiff(unknown, { withdrawals: [withdrawal(A, 1n)] })).toThrow(
      expect.objectContaining({ code: 'internal-error' }),
    );
  });
});
