/**
 * The claim of a derivation (ANALYSIS section 1), against runs on other states: sets and effects hold for every
 * state that agrees with the pre-state on the assumptions, and for every value of the keys said to be unstable.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { TransactionAnalysis } from '../../src/analysis/result.ts';
import { knownBits, maxOf, minOf, unknownBits, type Word } from '../../src/analysis/word.ts';
import { parseKey, type StateKey, slotHex, storageKey } from '../../src/state/key.ts';
import type { Prestate, PrestateAccount } from '../corpus.ts';
import { fuzzing } from '../effort.ts';
import { programOf } from '../generators/program.ts';
import { ABSENT, ADDRESSES, CONTRACTS, HOLDER } from '../generators/universe.ts';
import { missesOf } from '../oracle/coverage.ts';
import { Oracle, type Recorded } from '../oracle/recorder.ts';
import { hexOf } from '../oracle/state.ts';
import { analyzed, inputOf, mutated, prestateOf, type Scene, SENDER, transaction, words } from './scene.ts';

const { seed, numRuns } = fuzzing({ short: 120, long: 5000 });
const MAX = (1n << 256n) - 1n;

const HARDFORKS = [
  'homestead',
  'byzantium',
  'petersburg',
  'istanbul',
  'berlin',
  'london',
  'cancun',
  'prague',
  'osaka',
];

const value = fc.oneof(
  { weight: 5, arbitrary: fc.bigInt(0n, 6n) },
  { weight: 2, arbitrary: fc.constantFrom(...ADDRESSES).map(BigInt) },
  { weight: 1, arbitrary: fc.constantFrom(MAX, 1n << 255n, MAX - 1n, 1n << 64n, 32n, 64n) },
);

interface Trial {
  readonly scene: Scene;
  /** Which keys are unstable, by a hash of the key. */
  readonly share: number;
  readonly salt: number;
  readonly values: readonly bigint[];
}

const trial: fc.Arbitrary<Trial> = fc.constantFrom(...HARDFORKS).chain((hardfork) => {
  const account = fc
    .tuple(
      programOf(hardfork),
      fc.constantFrom('0x0', '0x32'),
      fc.array(value, { minLength: 6, maxLength: 6 }),
    )
    .map(
      ([bytes, balance, slots]): PrestateAccount => ({
        balance,
        nonce: 1,
        code: hexOf(bytes),
        storage: Object.fromEntries(slots.map((word, slot) => [slotHex(BigInt(slot)), slotHex(word)])),
      }),
    );
  return fc.record({
    scene: fc
      .record({
        accounts: fc.tuple(...CONTRACTS.map(() => account)),
        to: fc.constantFrom(...CONTRACTS, null),
        init: programOf(hardfork),
        sent: fc.constantFrom(0n, 0n, 5n),
        gasLimit: fc.oneof(
          { weight: 1, arbitrary: fc.bigInt(60_000n, 200_000n) },
          { weight: 2, arbitrary: fc.constant(2_000_000n) },
        ),
        data: fc.array(value, { maxLength: 4 }),
      })
      .map(({ accounts, to, init, sent, gasLimit, data }) => ({
        hardfork,
        prestate: {
          ...Object.fromEntries(CONTRACTS.map((address, index) => [address, accounts[index] ?? {}])),
          [HOLDER]: { balance: '0x5', nonce: 0, code: '0x', storage: {} },
        } satisfies Prestate,
        transactions: [transaction({ to, value: sent, gasLimit, data: to === null ? init : words(...data) })],
      })),
    share: fc.constantFrom(0, 0, 1, 3, 8),
    salt: fc.nat(1000),
    values: fc.array(value, { minLength: 12, maxLength: 12 }),
  });
});

function hashOf(text: string, salt: number): number {
  let hash = salt;
  for (const char of text) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) | 0;
  return (hash >>> 3) & 0xffff;
}

function holds(word: Word, concrete: bigint): boolean {
  const isWithin = minOf(word) <= concrete && concrete <= maxOf(word);
  return isWithin && (concrete & ~unknownBits(word) & MAX) === knownBits(word);
}

/** Values that are left, outside of what the effects say. */
function wrongEffects(derived: TransactionAnalysis, after: Prestate): string[] {
  const wrong: string[] = [];
  const { values, codes, reset } = derived.effects;
  for (const [key, word] of values) {
    const { address, field, slot } = parseKey(key);
    const account = after[address];
    let concrete = 0n;
    if (field === 'storage') concrete = BigInt(account?.storage?.[slotHex(slot)] ?? 0);
    else if (field === 'balance') concrete = BigInt(account?.balance ?? 0);
    else if (field === 'nonce') concrete = BigInt(account?.nonce ?? 0);
    if (!holds(word, concrete)) wrong.push(`${key} is ${concrete}`);
  }
  for (const [address, possible] of codes) {
    const isPossible = possible?.some((code) => hexOf(code) === (after[address]?.code ?? '0x'));
    if (isPossible === false) wrong.push(`${address}: other code`);
  }
  for (const address of reset) {
    for (const [slot, word] of Object.entries(after[address]?.storage ?? {})) {
      const key = storageKey(address, BigInt(slot));
      if (!values.has(key)) wrong.push(`${key} is ${word} after a reset`);
    }
  }
  return wrong;
}

/** Keys that mutations reach for, beside those that were derived. */
function keysOf(derived: TransactionAnalysis): StateKey[] {
  const keys = new Set<StateKey>([
    ...derived.accesses.keys.keys(),
    ...derived.inputs.answers.map(({ key }) => key),
  ]);
  for (const address of CONTRACTS) {
    for (let slot = 0n; slot < 6n; slot++) keys.add(storageKey(address, slot));
    keys.add(`${address}:balance`);
  }
  for (const address of [...ABSENT, HOLDER]) keys.add(`${address}:balance`);
  return [...keys].filter((key) => {
    const { address, field } = parseKey(key);
    if (field === 'code' || address === SENDER) return false;
    // Accounts with storage and nothing else do not exist; a nonce never goes down.
    return field !== 'storage' || CONTRACTS.includes(address);
  });
}

async function run(scene: Scene): Promise<{ seen: Recorded; after: Prestate }> {
  const oracle = await Oracle.create(inputOf(scene), prestateOf(scene));
  const seen = await oracle.run(0);
  return { seen, after: oracle.state.dump() };
}

const BALANCES = [0n, 1n, 50n, 10n ** 18n];

describe('a derivation', () => {
  test(`holds on every state that agrees on its assumptions (seed ${seed})`, async () => {
    const statuses = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(trial, async ({ scene, share, salt, values }) => {
        try {
          await run(scene);
        } catch {
          return; // An invalid transaction.
        }
        const isUnstable = (key: StateKey) => {
          const { address, field } = parseKey(key);
          return field !== 'code' && address !== SENDER && hashOf(key, salt) % 8 < share;
        };
        const derived = analyzed(scene, { isUnstable });
        statuses.set(derived.status, (statuses.get(derived.status) ?? 0) + 1);
        const asked = new Set(derived.inputs.answers.map(({ key }) => key));
        const free = keysOf(derived).filter((key) => isUnstable(key) || !derived.assumptions.has(key));
        for (let round = 0; round < 4; round++) {
          const changes = new Map<StateKey, bigint>();
          // Values that decide nothing change the effects, not the sets.
          const keepsInputs = round % 2 === 0;
          for (const [i, key] of free.entries()) {
            if (keepsInputs && !isUnstable(key) && asked.has(key)) continue;
            const choice = hashOf(key, salt + round);
            if (round > 0 && choice % 3 === 0) continue;
            const word = values[(i + choice) % values.length] as bigint;
            const { field } = parseKey(key);
            if (field === 'storage') changes.set(key, word);
            else if (field === 'balance') changes.set(key, BALANCES[choice % 4] as bigint);
          }
          const other = round === 0 ? scene : mutated(scene, changes);
          const { seen, after } = await run(other);
          const context = {
            unstable: free.filter(isUnstable),
            changes: [...changes],
            reasons: derived.reasons,
          };
          expect({ misses: missesOf(inputOf(scene), derived, seen), context }).toEqual({
            misses: [],
            context,
          });
          const wrong = keepsInputs ? wrongEffects(derived, after) : [];
          expect({ wrong, context }).toEqual({ wrong: [], context });
          if (derived.status === 'exact') {
            const storage = [...derived.accesses.keys.keys()].filter(
              (key) => parseKey(key).field === 'storage',
            );
            const missed = storage.filter((key) => !seen.reads.has(key));
            expect({ missed, context }).toEqual({ missed: [], context });
          }
        }
      }),
      { seed, numRuns },
    );
    expect([...statuses.keys()]).toEqual(expect.arrayContaining(['exact', 'bounded', 'deferred']));
  });
});
