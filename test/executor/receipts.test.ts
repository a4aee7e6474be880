import { describe, expect, test } from '@jest/globals';
import { encodeReceipt, joinBlooms, receiptsRoot } from '../../src/executor/receipts.ts';

const none = { isSuccess: true, cumulativeGasUsed: 21_000n, bloom: new Uint8Array(256), logs: [] };

describe('receipts', () => {
  test('of an empty block have the root of the empty trie', () => {
    expect(receiptsRoot([])).toBe('0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421');
  });

  test('of one plain transfer have the root that mainnet has for it', () => {
    // The receipts root of every block with one successful transfer, e.g. Sepolia and mainnet alike.
    expect(receiptsRoot([{ ...none, type: 0 }])).toBe(
      '0x056b23fbba480696b65fe5a59b8f2148a1299103c4f57df839233af2cf4ca2d2',
    );
  });

  test('of typed transactions begin with the type', () => {
    const [legacy, typed] = [0, 2].map((type) => encodeReceipt({ ...none, type }));
    expect(typed?.[0]).toBe(2);
    expect(typed?.subarray(1)).toEqual(legacy);
  });

  test('say failure by an empty status', () => {
    const [success, failure] = [true, false].map((isSuccess) =>
      encodeReceipt({ ...none, type: 0, isSuccess }),
    );
    expect(success?.[3]).toBe(1);
    expect(failure?.[3]).toBe(0x80);
  });
});

test('blooms are joined bit by bit', () => {
  const one = new Uint8Array(256).fill(0b0101);
  const other = new Uint8Array(256).fill(0b0011);
  expect(joinBlooms([one, other])).toEqual(new Uint8Array(256).fill(0b0111));
  expect(joinBlooms([])).toEqual(new Uint8Array(256));
});
