import { expect, test } from '@jest/globals';
import { weiText } from '../../../src/report/text/wei.ts';

test.each([
  [0n, '0 wei'],
  [99_999n, '99999 wei'],
  [100_000n, '0.0001 Gwei'],
  [1_501_799_999n, '1.501 Gwei'],
  [64_585_123_456_789n, '64,585 Gwei'],
  [10n ** 14n, '0.0001 ETH'],
  [1_234_567_890_123_456_789n, '1.234 ETH'],
  [2n * 10n ** 18n, '2 ETH'],
  [12_345_678n * 10n ** 18n, '12,345,678 ETH'],
  [-3n * 10n ** 15n, '-0.003 ETH'],
])('%d', (amount, text) => {
  expect(weiText(amount)).toBe(text);
});
