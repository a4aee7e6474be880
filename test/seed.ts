/** Random tests are the same in every run, unless `FUZZ_SEED` says otherwise; fast-check prints the seed of a failure. */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? 20_260_101) });
