import { describe, expect, test } from '@jest/globals';
import { createNames, type NameBook } from '../../src/names/names.ts';
import { accountKey, storageKey } from '../../src/state/key.ts';
import { account, analysis, feeRecipient, token } from '../report/hand-made.ts';

const SILENT: NameBook = { contract: () => null, function: () => null, variable: () => null };
const hashedSlot = BigInt(`0x${'ab'.repeat(32)}`);
const data = new Uint8Array([0xa9, 0x05, 0x9c, 0xbb, 1, 2, 3]);

describe('without any book', () => {
  const names = createNames(analysis);

  test('slots are told by what was hashed', () => {
    const described = names.key(storageKey(token, hashedSlot));
    expect(described).toMatchObject({ address: token, contract: null, field: 'storage', variable: null });
    expect(described.text).toBe('0xc0c0…c0c0 mapping 3 [8]');
    expect(described.place).toEqual({
      root: { kind: 'slot', slot: 3n },
      steps: [{ kind: 'key', key: 8n }],
    });
    expect(names.key(storageKey(token, 8n)).text).toBe('0xc0c0…c0c0 slot 8');
    expect(names.key(storageKey(token, hashedSlot - 1n)).text).toBe('0xc0c0…c0c0 slot 0xabab…abaa');
  });

  test('whatever an edge names is told', () => {
    expect(names.meeting(storageKey(token, 8n))).toBe('0xc0c0…c0c0 slot 8');
    expect(names.meeting(`${token}: all storage`)).toBe('0xc0c0…c0c0: all storage');
    expect(names.meeting('everything')).toBe('everything (an unbounded transaction)');
  });

  test('what the protocol gives a meaning has its name', () => {
    expect(names.key(accountKey(feeRecipient, 'balance')).text).toBe('0xfefe…fefe balance (fee recipient)');
    expect(names.key(accountKey(token, 'nonce'))).toMatchObject({ text: '0xc0c0…c0c0 nonce', place: null });
    expect(names.account(account(0))).toBe('ecrecover 0x0000…0001');
    expect(names.contract('0x000f3df6d732807ef1319fb7b8bb8522d0beac02')).toBe('beacon roots');
  });

  test('calls are named where a standard does', () => {
    const call = (bytes: Uint8Array, value = 0n, to: typeof token | null = token) =>
      names.call({ to, data: bytes, value }).text;
    expect(names.call({ to: token, data, value: 0n })).toEqual({
      selector: '0xa9059cbb',
      signature: 'transfer(address,uint256)',
      text: 'transfer',
    });
    expect(call(new Uint8Array([1, 2, 3, 4]))).toBe('0x01020304');
    expect(call(new Uint8Array([1]))).toBe('fallback');
    expect(call(new Uint8Array(0), 1n)).toBe('ether transfer');
    expect(call(new Uint8Array(0))).toBe('empty call');
    expect(call(data, 0n, null)).toBe('new contract');
  });

  test('regions are told by what is known of them', () => {
    const regions = analysis.transactions[1]?.accesses.regions ?? [];
    expect(regions.map((region) => names.region(region))).toEqual([
      '0xc0c0…c0c0 mapping 3 [8] [?]',
      '0xc0c0…c0c0 array 5 [0] and 9 more',
      '0xc0c0…c0c0 all storage',
    ]);
    const everything = { shape: 'everything', address: null, mode: 'write' } as const;
    expect(names.region({ ...everything, field: 'any' })).toBe('all state');
    expect(names.region({ ...everything, field: 'nonce' })).toBe('the nonce of every account');
  });
});

describe('with books', () => {
  const first: NameBook = {
    ...SILENT,
    contract: (address) => (address === token ? 'TKN' : null),
    variable: (_, slot, place, word) =>
      slot === 8n
        ? { variable: 'total', text: 'total' }
        : place === null
          ? null
          : { variable: 'balances', text: `balances [${word(BigInt(token))}]` },
  };
  const second: NameBook = {
    ...SILENT,
    contract: () => 'second',
    function: (address) => (address === token ? 'own()' : address === null ? 'any()' : null),
  };
  const names = createNames(analysis, [first, second]);

  test('the first one that knows something says it', () => {
    expect([names.contract(token), names.contract(feeRecipient)]).toEqual(['TKN', 'second']);
    expect(names.key(storageKey(token, 8n))).toMatchObject({
      contract: 'TKN',
      variable: 'total',
      text: 'TKN 0xc0c0…c0c0 total',
    });
    expect(names.key(storageKey(token, hashedSlot)).text).toBe('TKN 0xc0c0…c0c0 balances [TKN 0xc0c0…c0c0]');
  });

  test("an account's own functions come before those of any", () => {
    expect(names.function(token, '0xa9059cbb')).toBe('own()');
    expect(names.function(feeRecipient, '0xa9059cbb')).toBe('any()');
    expect(names.function(null, '0xa9059cbb')).toBe('any()');
  });
});
