/**
 * How much the theorem suites do: a fixed subset by default, everything with `PEVM_TEST=long`. Random ones
 * take `FUZZ_SEED` and `FUZZ_RUNS`; seed and count are printed.
 */

export const isLong = process.env.PEVM_TEST === 'long';

/** Seed and number of runs of a random suite. */
export function fuzzing(runs: { readonly short: number; readonly long: number }): {
  readonly seed: number;
  readonly numRuns: number;
} {
  const { FUZZ_SEED, FUZZ_RUNS } = process.env;
  const seed = FUZZ_SEED === undefined ? 20_260_101 : Number(FUZZ_SEED);
  const numRuns = FUZZ_RUNS === undefined ? (isLong ? runs.long : runs.short) : Number(FUZZ_RUNS);
  return { seed, numRuns };
}

/** A line for whoever reads the test's output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
