import { describe, expect, test } from '@jest/globals';
import {
  createChain,
  hardforkOfBlock,
  isHardforkFrom,
  readChain,
  readHardfork,
} from '../../src/input/chain.ts';

const where = { source: 'input', path: 'timestamp' };

describe('hardforkOfBlock', () => {
  // First blocks of each hardfork of mainnet, with their own times, and the last before it.
  test.each<[bigint, bigint, string]>([
    [0n, 0n, 'chainstart'],
    [1_149_999n, 1_457_981_342n, 'chainstart'],
    [1_150_000n, 1_457_981_393n, 'homestead'],
    [1_920_001n, 1_469_020_841n, 'dao'],
    [2_462_999n, 1_476_796_748n, 'dao'],
    [2_463_000n, 1_476_796_771n, 'tangerineWhistle'],
    [2_674_999n, 1_479_831_337n, 'tangerineWhistle'],
    [2_675_000n, 1_479_831_344n, 'spuriousDragon'],
    [4_369_999n, 1_508_131_303n, 'spuriousDragon'],
    [4_370_000n, 1_508_131_331n, 'byzantium'],
    [7_279_999n, 1_551_383_501n, 'byzantium'],
    [7_280_000n, 1_551_383_524n, 'petersburg'],
    [9_068_999n, 1_575_764_708n, 'petersburg'],
    [9_069_000n, 1_575_764_709n, 'istanbul'],
    [9_200_000n, 1_577_953_849n, 'muirGlacier'],
    [12_243_999n, 1_618_481_214n, 'muirGlacier'],
    [12_244_000n, 1_618_481_223n, 'berlin'],
    [12_964_999n, 1_628_166_812n, 'berlin'],
    [12_965_000n, 1_628_166_822n, 'london'],
    [13_773_000n, 1_639_079_723n, 'arrowGlacier'],
    [15_050_000n, 1_656_586_444n, 'grayGlacier'],
    [15_537_393n, 1_663_224_162n, 'grayGlacier'],
    [15_537_394n, 1_663_224_179n, 'paris'],
    [17_034_869n, 1_681_338_443n, 'paris'],
    [17_034_870n, 1_681_338_455n, 'shanghai'],
    [19_426_586n, 1_710_338_123n, 'shanghai'],
    [19_426_587n, 1_710_338_135n, 'cancun'],
    [22_431_083n, 1_746_612_299n, 'cancun'],
    [22_431_084n, 1_746_612_311n, 'prague'],
    [23_935_693n, 1_764_798_539n, 'prague'],
    [23_935_694n, 1_764_798_551n, 'osaka'],
    [24_000_000n, 1_765_300_000n, 'bpo1'],
    [24_200_000n, 1_768_000_000n, 'bpo2'],
  ])('block %d at %d: %s', (number, timestamp, hardfork) => {
    expect(hardforkOfBlock(1n, { number, timestamp }, where)).toBe(hardfork);
  });

  test.each<[string, bigint, bigint, string]>([
    ['sepolia', 1_000_000n, 1_650_000_000n, 'london'],
    ['sepolia', 8_000_000n, 1_742_000_000n, 'prague'],
    ['hoodi', 100n, 1_742_300_000n, 'cancun'],
    ['holesky', 100n, 1_696_000_100n, 'mergeNetsplitBlock'],
    ['1337', 1n, 1n, 'osaka'],
  ])('%s, block %d', (chain, number, timestamp, hardfork) => {
    expect(hardforkOfBlock(readChain(chain), { number, timestamp }, where)).toBe(hardfork);
  });
});

describe('createChain', () => {
  test('has the rules of the hardfork, on whatever chain', () => {
    for (const chainId of [1n, 11_155_111n, 17_000n, 560_048n, 1337n, 2n ** 52n]) {
      for (const hardfork of ['chainstart', 'dao', 'byzantium', 'cancun', 'osaka', 'bpo2', 'amsterdam']) {
        const chain = createChain({ chainId, hardfork });
        expect([chain.chainId(), chain.hardfork()]).toEqual([chainId, hardfork]);
        expect(chain.isActivatedEIP(4844)).toBe(isHardforkFrom(hardfork, 'cancun'));
      }
    }
  });

  test('takes custom primitives', () => {
    const keccak256 = () => new Uint8Array(32);
    expect(
      createChain({ chainId: 1n, hardfork: 'cancun' }, { customCrypto: { keccak256 } }).customCrypto,
    ).toEqual({
      keccak256,
    });
  });
});

test('readChain takes names and ids', () => {
  expect(
    ['mainnet', 'Sepolia', 'HOLESKY', 'hoodi', '1', '0xa', 137, 10n].map((chain) => readChain(chain)),
  ).toEqual([1n, 11_155_111n, 17_000n, 560_048n, 1n, 10n, 137n, 10n]);
});

test('readHardfork takes any case, and the usual other names', () => {
  expect(
    ['CANCUN', 'tangerinewhistle', ' London ', 'merge', 'Frontier'].map((name) => readHardfork(name)),
  ).toEqual(['cancun', 'tangerineWhistle', 'london', 'paris', 'chainstart']);
});
