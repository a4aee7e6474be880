/** Prices of each hardfork against the EVM's; `metering.test.ts` has the programs. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allButOneSixtyFourth, gasSchedule, memoryPrice } from '../../src/analysis/gas.ts';
import { fuzzing } from '../effort.ts';
import { type Code, OP, push } from '../generators/assembler.ts';
import { repeat } from '../generators/snippets.ts';
import { oracleCommon } from '../oracle/evm.ts';
import { analyzed, contract, HARDFORKS, metered, OTHER, type Scene, TARGET, transaction } from './scene.ts';

const schedule = gasSchedule(oracleCommon({ chainId: 1n, hardfork: 'cancun' }));

test('memory costs what the Yellow Paper says, and never less for more', () => {
  fc.assert(
    fc.property(fc.nat(1 << 22), fc.nat(1 << 22), (a, b) => {
      expect(memoryPrice(schedule, a)).toBe(3 * a + Math.floor(a ** 2 / 512));
      expect(memoryPrice(schedule, Math.max(a, b))).toBeGreaterThanOrEqual(
        memoryPrice(schedule, Math.min(a, b)),
      );
    }),
    fuzzing({ short: 500, long: 10_000 }),
  );
});

test.each([2n ** 50n + 30_001n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n])(
  'is estimated for a gas limit of %d, which is no number',
  (gasLimit) => {
    const code = [...push(1n), ...push(0n), OP.sstore];
    const estimated = (limit: bigint): bigint =>
      analyzed({
        hardfork: 'cancun',
        prestate: { [TARGET]: contract(code) },
        transactions: [transaction({ gasLimit: limit, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n })],
      }).gasEstimate;
    expect(estimated(gasLimit)).toBe(estimated(100_000n));
  },
);

test('one sixty-fourth stays (EIP-150)', () => {
  expect([0, 1, 63, 64, 65, 6_400].map(allButOneSixtyFourth)).toEqual([0, 1, 63, 63, 64, 6_300]);
});

/** Every opcode on operands that are small, with all that it may need on the stack. */
function codeOf(opcode: number): Code {
  return [...repeat(8, (i) => push(BigInt(8 - i))), opcode];
}

describe.each(HARDFORKS)('%s', (hardfork) => {
  test('every opcode costs what the EVM charges', async () => {
    const differing: string[] = [];
    for (let opcode = 0; opcode < 256; opcode++) {
      const scene: Scene = {
        hardfork,
        prestate: { [TARGET]: contract(codeOf(opcode), { 7: 5n }, { balance: '0x9' }) },
        transactions: [transaction({ gasLimit: 200_000n })],
      };
      const { gas } = await metered(scene);
      const { gasEstimate, status } = analyzed(scene);
      if (gasEstimate !== gas || status !== 'exact')
        differing.push(`${opcode}: ${gasEstimate} for ${gas}, ${status}`);
    }
    expect(differing).toEqual([]);
  });

  test('SSTORE for all ways between three values', async () => {
    const values = [0n, 1n, 2n];
    const differing: string[] = [];
    for (const original of values) {
      for (const current of values) {
        for (const next of values) {
          const set = (value: bigint): Code => [...push(value), ...push(0n), OP.sstore];
          const scene: Scene = {
            hardfork,
            prestate: {
              [TARGET]: contract([...set(current), ...set(next)], { 0: original }),
              [OTHER]: contract([]),
            },
            transactions: [transaction({ gasLimit: 200_000n })],
          };
          const { gas } = await metered(scene);
          const { gasEstimate } = analyzed(scene);
          if (gasEstimate !== gas)
            differing.push(`${original} ${current} ${next}: ${gasEstimate} for ${gas}`);
        }
      }
    }
    expect(differing).toEqual([]);
  });
});
