/**
 * Gas is metered exactly where everything is known, under every hardfork: then the sets are exact, and equal to
 * what is observed.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Prestate, PrestateAccount } from '../corpus.ts';
import { fuzzing } from '../effort.ts';
import { HARDFORKS as DRAWN, programOf } from '../generators/program.ts';
import { ABSENT, ADDRESSES, CONTRACTS, HOLDER } from '../generators/universe.ts';
import { missesOf } from '../oracle/coverage.ts';
import { hexOf } from '../oracle/state.ts';
import { analyzed, HARDFORKS, inputOf, metered, recorded, type Scene, transaction, words } from './scene.ts';

const { seed, numRuns } = fuzzing({ short: 25, long: 1000 });

/** Programs of the nearest hardfork that there are programs for. */
const drawnFor = (hardfork: string): string =>
  DRAWN.includes(hardfork)
    ? hardfork
    : ({
        chainstart: 'homestead',
        tangerineWhistle: 'homestead',
        spuriousDragon: 'homestead',
        constantinople: 'petersburg',
        paris: 'london',
      }[hardfork] ?? 'homestead');

/** Any bytes, so that every opcode comes up with operands of every kind. */
const anyCode = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.nat(255).map((opcode) => [opcode]) },
      { weight: 5, arbitrary: fc.nat(255).map((value) => [0x60, value]) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(...ADDRESSES).map((a) => [0x73, ...Buffer.from(a.slice(2), 'hex')]),
      },
      {
        weight: 1,
        arbitrary: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((value) => [0x7f, ...value]),
      },
    ),
    { maxLength: 60 },
  )
  .map((pieces) => Uint8Array.from(pieces.flat()));

function sceneOf(hardfork: string): fc.Arbitrary<Scene> {
  const code = fc.oneof(programOf(drawnFor(hardfork)), anyCode);
  const account = fc
    .tuple(code, fc.constantFrom('0x0', '0x32'))
    .map(([bytes, balance]): PrestateAccount => ({ balance, nonce: 1, code: hexOf(bytes), storage: {} }));
  return fc
    .record({
      accounts: fc.tuple(...CONTRACTS.map(() => account)),
      to: fc.constantFrom(...CONTRACTS, ...CONTRACTS, ...ABSENT, HOLDER, null),
      init: code,
      value: fc.constantFrom(0n, 0n, 5n),
      gasLimit: fc.oneof(fc.bigInt(60_000n, 200_000n), fc.constant(2_000_000n)),
      data: fc.array(fc.bigInt(0n, 6n), { maxLength: 4 }).map((values) => words(...values)),
    })
    .map(({ accounts, to, init, value, gasLimit, data }) => ({
      hardfork,
      prestate: {
        ...Object.fromEntries(CONTRACTS.map((address, index) => [address, accounts[index] ?? {}])),
        [HOLDER]: { balance: '0x5', nonce: 0, code: '0x', storage: {} },
      } satisfies Prestate,
      transactions: [transaction({ to, value, gasLimit, data: to === null ? init : data })],
    }));
}

describe.each(HARDFORKS)('%s', (hardfork) => {
  test(`random programs (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(sceneOf(hardfork), async (scene) => {
        let run: Awaited<ReturnType<typeof metered>>;
        try {
          run = await metered(scene);
        } catch {
          return; // An invalid transaction.
        }
        const derived = analyzed(scene);
        expect({ status: derived.status, reasons: derived.reasons }).toEqual({
          status: 'exact',
          reasons: [],
        });
        expect(derived.gasEstimate).toBe(run.gas);
        if (derived.receipt !== undefined) {
          const { isSuccess, gasUsed } = derived.receipt;
          expect({ isSuccess, gasUsed }).toEqual({ isSuccess: run.status === 1, gasUsed: run.gasUsed });
        }
        const seen = await recorded(scene);
        expect(missesOf(inputOf(scene), derived, seen)).toEqual([]);
      }),
      { seed, numRuns },
    );
  });
});
