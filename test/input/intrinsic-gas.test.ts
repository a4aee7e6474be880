import { Common, Mainnet } from '@ethereumjs/common';
import { getCalldataFloorGas } from '@ethereumjs/tx';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evmTransaction, transactionRules } from '../../src/executor/evm-transaction.ts';
import type { Transaction } from '../../src/input/block.ts';
import { intrinsicGas, intrinsicPrices } from '../../src/input/intrinsic-gas.ts';
import { address } from '../executor/small-blocks.ts';
import { HARDFORKS } from '../generators/program.ts';

const data = fc.uint8Array({ maxLength: 100 }).chain((bytes) =>
  fc.constantFrom(
    bytes,
    bytes.map((byte) => byte & 1),
  ),
);
const accessList = fc.array(
  fc.record({
    address: fc.constantFrom(address(1), address(2)),
    storageKeys: fc.array(fc.constant(`0x${'1'.padStart(64, '0')}` as const), { maxLength: 3 }),
  }),
  { maxLength: 3 },
);

test('is what @ethereumjs counts, on every hardfork', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...HARDFORKS),
      data,
      accessList,
      fc.boolean(),
      (hardfork, input, list, isCreation) => {
        const common = new Common({ chain: Mainnet, hardfork });
        const prices = intrinsicPrices(common);
        const isListed = common.isActivatedEIP(2930);
        const transaction: Transaction = {
          type: isListed ? 1 : 0,
          hash: `0x${'0'.repeat(64)}`,
          from: address(3),
          to: isCreation ? null : address(4),
          nonce: 0n,
          gasLimit: 1_000_000n,
          value: 0n,
          data: input,
          maxFeePerGas: 1n,
          maxPriorityFeePerGas: 1n,
          accessList: isListed ? list : null,
          maxFeePerBlobGas: 0n,
          blobVersionedHashes: [],
          authorizationList: [],
          chainId: 1n,
          signature: null,
        };
        const theirs = evmTransaction(transaction, transactionRules(common));
        const { intrinsic, floor } = intrinsicGas(transaction, prices);
        expect(BigInt(intrinsic)).toBe(theirs.getIntrinsicGas());
        expect(BigInt(floor)).toBe(getCalldataFloorGas(theirs));
      },
    ),
  );
});
