/** Lists of every shape, in canonical order. */
import fc from 'fast-check';
import type { Address } from '../../../src/input/block.ts';
import type { AccountChanges, BlockAccessList } from '../../../src/input/block-access-list/list.ts';

const word = fc.oneof(fc.bigInt({ min: 0n, max: 300n }), fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }));
const nonce = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

/** Steps ascending, each once. */
function changes<T extends object>(values: fc.Arbitrary<T>, minLength = 0) {
  return fc
    .uniqueArray(fc.nat({ max: 300 }), { minLength, maxLength: 4 })
    .chain((indices) =>
      fc.tuple(...indices.sort((a, b) => a - b).map((index) => values.map((value) => ({ index, ...value })))),
    );
}

const account = fc
  .record({
    address: fc
      .bigInt({ min: 0n, max: 2n ** 160n - 1n })
      .map((value): Address => `0x${value.toString(16).padStart(40, '0')}`),
    slots: fc.uniqueArray(word, { maxLength: 6 }),
    written: fc.array(changes(fc.record({ value: word }), 1), { maxLength: 3 }),
    balanceChanges: changes(fc.record({ value: word })),
    nonceChanges: changes(fc.record({ value: nonce })),
    codeChanges: changes(fc.record({ code: fc.uint8Array({ maxLength: 80 }) })),
  })
  .map(({ slots, written, ...rest }): AccountChanges => {
    const ascending = (some: readonly bigint[]) => [...some].sort((a, b) => (a < b ? -1 : 1));
    const changed = ascending(slots.slice(0, written.length));
    return {
      ...rest,
      storageChanges: changed.map((slot, at) => ({ slot, changes: written[at] ?? [] })),
      storageReads: ascending(slots.slice(written.length)),
    };
  });

export const lists: fc.Arbitrary<BlockAccessList> = fc
  .uniqueArray(account, { selector: ({ address }) => address, maxLength: 6 })
  .map((accounts) => [...accounts].sort((a, b) => (a.address < b.address ? -1 : 1)));
