import { RLP } from '@ethereumjs/rlp';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { joinBlooms, type ReceiptFields, receiptsRoot, writeReceipt } from '../../src/executor/receipts.ts';
import { RlpWriter } from '../../src/input/rlp-writer.ts';

const none = { isSuccess: true, cumulativeGasUsed: 21_000n, bloom: new Uint8Array(256), logs: [] };

function encodeReceipt(receipt: ReceiptFields): Uint8Array {
  const writer = new RlpWriter();
  writeReceipt(writer, receipt);
  return writer.view();
}

const bytes = fc.uint8Array({ maxLength: 70 });

const receipt: fc.Arbitrary<ReceiptFields> = fc.record({
  type: fc.nat({ max: 4 }),
  isSuccess: fc.boolean(),
  cumulativeGasUsed: fc.bigInt({ min: 0n, max: 2n ** 40n }),
  bloom: fc.uint8Array({ minLength: 256, maxLength: 256 }),
  logs: fc.array(fc.tuple(bytes, fc.array(bytes, { maxLength: 4 }), bytes), { maxLength: 4 }),
});

describe('receipts', () => {
  test('are encoded as @ethereumjs/rlp encodes them', () => {
    fc.assert(
      fc.property(receipt, (drawn) => {
        const { type, isSuccess, cumulativeGasUsed, bloom, logs } = drawn;
        const status = Uint8Array.from(isSuccess ? [1] : []);
        const fields = [status, cumulativeGasUsed, bloom, logs.map(([a, topics, d]) => [a, [...topics], d])];
        const envelope = type === 0 ? [] : [type];
        expect([...encodeReceipt(drawn)]).toEqual([...envelope, ...RLP.encode(fields)]);
      }),
    );
  });

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
