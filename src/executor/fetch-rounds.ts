/** Analysis over a state source that has to be asked for what it knows, in as few rounds as can be. */
import { type AnalyzeOptions, analyzeBlock, BlockPass } from '../analysis/block.ts';
import { foreseenKeys, scoutBlock } from '../analysis/foresight.ts';
import type { AnalysisOptions, BlockAnalysis } from '../analysis/result.ts';
import type { BlockInput, Hex } from '../input/block.ts';
import { blockOfHashKey, type StateKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import { Pauses } from './pauses.ts';

/**
 * Requests for one block. Ordinary ones take a handful; code that walks a list through storage could ask for
 * thousands, one after the other. What is missing after that counts as not known.
 */
const MAX_REQUESTS = 64;

/**
 * Analyses a block, and has the source load what turns out to be missing. The result is that over the whole
 * state, unless a transaction takes more than `MAX_REQUESTS` to get through.
 *
 * @throws The signal's reason, soon after it is aborted.
 */
export async function analyzeFetching(
  given: BlockInput,
  options: Partial<AnalysisOptions> &
    Pick<AnalyzeOptions, 'state' | 'onDerived'> & { readonly signal?: AbortSignal },
): Promise<BlockAnalysis> {
  const { state, signal } = options;
  if (state.load === undefined) return analyzePausing(given, options);
  const blockHashes = new Map(given.blockHashes);
  const input: BlockInput =
    state.blockHash === undefined ? given : { ...given, blockHashes, otherBlockHashes: 'missing' };
  const asked = new Set<StateKey>();
  let requests = 0;
  /** Whether there was anything new to ask for. */
  const ask = async (keys: Iterable<StateKey>): Promise<boolean> => {
    const unasked = [...new Set(keys)].filter((key) => !asked.has(key));
    if (unasked.length === 0 || requests === MAX_REQUESTS) return false;
    for (const key of unasked) asked.add(key);
    requests++;
    signal?.throwIfAborted();
    await state.load?.(unasked);
    signal?.throwIfAborted();
    addBlockHashes(blockHashes, unasked, state);
    return true;
  };
  const hints = (await state.foresee?.(input)) ?? [];
  await ask([...foreseenKeys(input), ...hints]);
  // One by one while the most is missing: what is not known of one would make all later ones ask in vain.
  let needs = scoutBlock(input, state, input.transactions.keys());
  while (await ask([...needs.values()].flat())) needs = scoutBlock(input, state, needs.keys());
  for (;;) {
    const analysis = await analyzePausing(input, options);
    if (!(await ask(analysis.missing))) return analysis;
  }
}

/** Takes over the hashes of blocks that were loaded. */
function addBlockHashes(hashes: Map<bigint, Hex>, loaded: readonly StateKey[], state: StateSource): void {
  for (const key of loaded) {
    const number = blockOfHashKey(key);
    const hash = number === null ? undefined : state.blockHash?.(number);
    if (number !== null && hash !== undefined) hashes.set(number, hash);
  }
}

/** The same as `analyzeBlock`. A mempool is derived in one piece. */
async function analyzePausing(
  input: BlockInput,
  options: Parameters<typeof analyzeFetching>[1],
): Promise<BlockAnalysis> {
  if (options.unordered === true) return analyzeBlock(input, options);
  const pass = new BlockPass(input, options);
  const pauses = new Pauses();
  while (pass.next() !== null) {
    if (!pauses.isDue) continue;
    await pauses.take();
    options.signal?.throwIfAborted();
  }
  return pass.finish();
}
