/** The oracle against the official tests' own results: state roots and logs. */

import { RLP } from '@ethereumjs/rlp';
import { expect, test } from '@jest/globals';
import { keccak256 } from '../../src/input/keccak.ts';
import { describeCorpus } from '../corpus-suite.ts';
import { isLong } from '../effort.ts';
import { Oracle, RefusedError } from './recorder.ts';
import { hexOf } from './state.ts';
import { stateRootOf } from './state-root.ts';
import { stateTests } from './state-tests.ts';

describeCorpus('oracle on official state tests', () => {
  test('ends in the state and with the logs that they say, and refuses what is invalid', async () => {
    let valid = 0;
    for await (const { name, input, prestate, ...expected } of stateTests(
      isLong ? {} : { quick: true, every: 25 },
    )) {
      // The oracle leaves the block's gas limit to whoever made the block.
      if (input === null || expected.expectException?.includes('GAS_ALLOWANCE_EXCEEDED')) continue;
      const oracle = await Oracle.create(input, prestate);
      const recorded = await oracle.run(0).catch(nullIfRefused);
      if (recorded === null || expected.expectException !== null) {
        expect([name, recorded === null]).toEqual([name, expected.expectException !== null]);
        continue;
      }
      const logs = recorded.logs.map(({ address, topics, data }) => [address, [...topics], data]);
      expect([name, hexOf(keccak256(RLP.encode(logs)))]).toEqual([name, expected.logsHash]);
      expect([name, await stateRootOf(oracle.state.dump())]).toEqual([name, expected.stateRoot]);
      valid++;
    }
    expect(valid).toBeGreaterThan(100);
  }, 600_000);
});

function nullIfRefused(error: unknown): null {
  if (error instanceof RefusedError) return null;
  throw error;
}
