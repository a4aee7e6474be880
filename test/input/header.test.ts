/** The hardfork of a block of a chain whose dates are not known, by what its header has. */
import { expect, test } from '@jest/globals';
import { readInput } from '../../src/input/read.ts';
import { mainnetBlock } from './block-json.ts';

const whole: Readonly<Record<string, unknown>> = { ...mainnetBlock('cancun'), withdrawals: [] };
const { withdrawals, blobGasUsed, excessBlobGas, parentBeaconBlockRoot, ...paris } = whole;
const shanghai = { ...paris, withdrawals };
const cancun = { ...shanghai, blobGasUsed, excessBlobGas, parentBeaconBlockRoot };
const hash = `0x${'11'.repeat(32)}`;
const { baseFeePerGas, ...rest } = paris;
const berlin: Readonly<Record<string, unknown>> = { ...rest, difficulty: '0x1' };
const hungry = {
  from: `0x${'aa'.repeat(20)}`,
  to: null,
  data: '0x',
  nonce: '0x0',
  gasPrice: '0x1',
  gas: '0x1000001',
};

test.each<[string, object]>([
  ['berlin', berlin],
  ['london', { ...berlin, baseFeePerGas }],
  ['paris', paris],
  ['shanghai', shanghai],
  ['cancun', cancun],
  ['osaka', { ...cancun, requestsHash: hash }],
  ['prague', { ...cancun, requestsHash: hash, transactions: [hungry] }],
  ['amsterdam', { ...cancun, requestsHash: hash, blockAccessListHash: hash }],
])('%s', (hardfork, block) => {
  const chain = 31_337;
  expect(readInput({ transactions: [], ...block }, { chain })).toMatchObject({ hardfork, chainId: 31_337n });
  expect(readInput({ transactions: [], ...block }, { chain, hardfork: 'shanghai' }).hardfork).toBe(
    'shanghai',
  );
});

test('the chain is the one that the options suggest, unless a transaction names another one', () => {
  const block = { ...cancun, transactions: [] };
  expect(readInput(block, { defaultChain: 31_337n }).chainId).toBe(31_337n);
  const named = { ...block, transactions: [{ ...hungry, chainId: '0x5' }] };
  expect(readInput(named, { defaultChain: 31_337n }).chainId).toBe(5n);
});
