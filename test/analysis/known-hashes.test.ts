import { describe, expect, test } from '@jest/globals';
import { constantPreimage, hashOf, knownOrigin } from '../../src/analysis/known-hashes.ts';

function constants(...values: bigint[]) {
  return {
    byteLength: values.length * 32,
    words: values.map((value) => ({ kind: 'constant', value }) as const),
  };
}

const text = (name: string) => constantPreimage(new TextEncoder().encode(name));

describe('hashOf', () => {
  test('hashes exactly byteLength bytes', () => {
    expect(hashOf({ byteLength: 0, words: [] })).toBe(
      0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470n,
    );
    expect(hashOf(text('transfer(address,uint256)'))).toBe(
      0xa9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049bn,
    );
  });

  test('resolves nested hashes with their offset', () => {
    const inner = constants(0n);
    const nested = {
      byteLength: 32,
      words: [{ kind: 'hash', preimage: inner, offset: 2n } as const],
    };
    expect(hashOf(nested)).toBe(hashOf(constants((hashOf(inner) ?? 0n) + 2n)));
  });

  test('is null for unknown bytes', () => {
    expect(hashOf({ byteLength: 32, words: [{ kind: 'unknown' }] })).toBeNull();
  });
});

describe('knownOrigin', () => {
  test.each([
    // Solidity documentation, "Mappings and Dynamic Arrays": keccak256(0), keccak256(1).
    [0x290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563n, constants(0n), 0n],
    [0xb10e2d527612073b26eecdfd717e6a320cf44b4afac2b0732d9fcbe2b7fa0cf6n, constants(1n), 0n],
    [0xb10e2d527612073b26eecdfd717e6a320cf44b4afac2b0732d9fcbe2b7fa0d00n, constants(1n), 10n],
    // ERC-1967.
    [
      0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbcn,
      text('eip1967.proxy.implementation'),
      -1n,
    ],
    [0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50n, text('eip1967.proxy.beacon'), -1n],
    [0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103n, text('eip1967.proxy.admin'), -1n],
    // ERC-1822.
    [0xc5f16f0fcc639fa48a6947836d9850f504798523bf8c9a3a87d5876cf622bcf7n, text('PROXIABLE'), 0n],
    // ZeppelinOS.
    [
      0x7050c9e0f4ca769c69bd3a8ef740bc37934f8e2c036e5a723fd8ee048ed3f8c3n,
      text('org.zeppelinos.proxy.implementation'),
      0n,
    ],
    // ERC-2535, LibDiamond.
    [
      0xc8fcad8db84d3cc18b4c41d551ea0ee66dd599cde068d998e57d5e09332c131cn,
      text('diamond.standard.diamond.storage'),
      0n,
    ],
  ])('%#: %s', (slot, preimage, offset) => {
    expect(knownOrigin(slot)).toEqual({ preimage, offset });
  });

  test('knows ERC-7201 namespaces', () => {
    // OpenZeppelin Contracts 5: Initializable, ERC20Upgradeable.
    const initializable = 0xf0c57e16840df040f15088dc2f81fe391c3923bec73e23a9662efc9c229c6a00n;
    const erc20 = 0x52c63247e1f47db19d5ce0460030c497f067ca4cebf71ba98eeadabe20bace00n;
    for (const [slot, id] of [
      [initializable, 'openzeppelin.storage.Initializable'],
      [erc20, 'openzeppelin.storage.ERC20'],
    ] as const) {
      for (const member of [0n, 3n, 300n]) {
        const origin = knownOrigin(slot + member);
        expect(origin?.preimage).toEqual(constants((hashOf(text(id)) ?? 0n) - 1n));
        const hash = origin === null ? null : hashOf(origin.preimage);
        expect((hash ?? 0n) + (origin?.offset ?? 0n)).toBe(slot + member);
      }
    }
  });

  test('covers keccak256(0) to keccak256(255), up to 2^64 above', () => {
    const hash = hashOf(constants(255n)) ?? 0n;
    expect(knownOrigin(hash + 2n ** 64n - 1n)).toEqual({ preimage: constants(255n), offset: 2n ** 64n - 1n });
    expect(knownOrigin(hash + 2n ** 64n)).toBeNull();
    expect(knownOrigin(hashOf(constants(256n)) ?? 0n)).toBeNull();
  });

  test('small slots are no hashes', () => {
    expect(knownOrigin(0n)).toBeNull();
    expect(knownOrigin(2n ** 64n - 1n)).toBeNull();
    expect(knownOrigin(2n ** 256n - 1n)).toBeNull();
  });
});
