import { MerkleStateManager, SimpleStateManager } from '@ethereumjs/statemanager';
import { createAccount, createAddressFromString, hexToBytes } from '@ethereumjs/util';
import { describe, expect, test } from '@jest/globals';
import { accountKey, slotHex, storageKey } from '../../src/state/key.ts';
import { stateManagerState } from '../../src/state/state-manager.ts';

const token = `0x${'70'.repeat(20)}` as const;
const person = `0x${'12'.repeat(20)}` as const;
const nobody = `0x${'34'.repeat(20)}` as const;

describe.each([
  ['MerkleStateManager', () => new MerkleStateManager(), true],
  ['SimpleStateManager', () => new SimpleStateManager(), false],
])('%s', (_name, create, hasRoots) => {
  test('accounts, code and slots are those of the state manager', async () => {
    const manager = create();
    await manager.putAccount(
      createAddressFromString(person),
      createAccount({ balance: 10n ** 20n, nonce: 3n }),
    );
    await manager.putAccount(createAddressFromString(token), createAccount({ nonce: 1n }));
    await manager.putCode(createAddressFromString(token), hexToBytes('0x600160025500'));
    await manager.putStorage(createAddressFromString(token), hexToBytes(slotHex(2n)), hexToBytes('0x0102'));
    // A trie knows its root once what was put is in it.
    if (manager instanceof MerkleStateManager) await manager.flush();
    const source = stateManagerState(manager);
    expect(source.account(person)).toBeUndefined();
    await source.load([
      accountKey(person, 'balance'),
      accountKey(token, 'code'),
      accountKey(nobody, 'nonce'),
      storageKey(token, 2n),
      storageKey(token, 3n),
      storageKey(nobody, 1n),
    ]);
    expect(source.account(person)).toEqual({ balance: 10n ** 20n, nonce: 3n, code: new Uint8Array(0) });
    expect(source.account(token)).toEqual({ balance: 0n, nonce: 1n, code: hexToBytes('0x600160025500') });
    expect(source.account(nobody)).toBeNull();
    expect([2n, 3n].map((slot) => source.storage(token, slot))).toEqual([0x0102n, 0n]);
    expect(source.storage(nobody, 1n)).toBe(0n);
    expect(source.hasStorage?.(person)).toBe(false);
    expect(source.hasStorage?.(token)).toBe(hasRoots);
  });
});
