/** What is derived for a mempool is a function of its members and of the state, however it got there. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AnyOrder } from '../../src/analysis/any-order.ts';
import { BlockDeriver } from '../../src/analysis/block.ts';
import { regionText } from '../../src/analysis/region-text.ts';
import type { TransactionAnalysis } from '../../src/analysis/result.ts';
import { DEFAULT_LIMITS, entryOf } from '../../src/analysis/transaction.ts';
import { unsettled } from '../../src/analysis/unordered.ts';
import type { BlockInput, Transaction } from '../../src/input/block.ts';
import { parseKey, type StateKey } from '../../src/state/key.ts';
import { overlayState } from '../../src/state/overlay.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { StateSource } from '../../src/state/source.ts';
import { fuzzing } from '../effort.ts';
import { blockDraft, materialize, type RandomBlock } from '../generators/block.ts';
import { blocksOfCalls } from '../generators/deferral.ts';

const options = fuzzing({ short: 60, long: 3_000 });
const RULES = { unordered: true, trustAccessLists: false, skipInvalid: false };

/** Transactions of the input that run in a row, by their numbers. */
type Member = readonly number[];

/** @param state - Now; may be another one later. */
function poolOver(input: BlockInput, state: () => StateSource): AnyOrder<Member> {
  const indexOf = (member: Member, at: number) => member[at] as number;
  return new AnyOrder<Member>(state(), {
    lengthOf: (member) => member.length,
    isAnything: () => false,
    mayBeLeftOut: (member, at) => at > 0 && (member[at] ?? 0) % 3 === 0,
    derive: (member, at, knowledge) =>
      new BlockDeriver(input, state(), RULES, DEFAULT_LIMITS).one(indexOf(member, at), knowledge, () => []),
    isCurrent: () => true,
    unsettled: (member, at, one) =>
      unsettled(one, entryOf(input.transactions[indexOf(member, at)] as Transaction)),
  });
}

/** All that others could see of a result. */
function textOf({ status, accesses, effects, reasons, debits, nonceWrites }: TransactionAnalysis) {
  const words = [...effects.values].map(([key, word]) => [
    key,
    typeof word === 'bigint' ? word : [word.value, word.unknown, word.min, word.max],
  ]);
  return {
    status,
    keys: [...accesses.keys].sort(),
    regions: accesses.regions.map(regionText).sort(),
    words: words.sort(),
    codes: [...effects.codes].sort(),
    reset: [...effects.reset].sort(),
    reasons: reasons.map(({ code, at }) => `${code} ${at.address} ${at.pc}`),
    debits: [...debits].sort(),
    nonceWrites: [...nonceWrites].sort(),
  };
}

function textsOf(pool: AnyOrder<Member>, members: readonly Member[]) {
  return members.map((member) => pool.resultsOf(member)?.map(textOf));
}

/** Some transactions alone, some in a row with the next one. */
function membersOf({ input }: RandomBlock, inRows: readonly boolean[]): Member[] {
  const members: number[][] = [];
  for (const index of input.transactions.keys()) {
    const last = members.at(-1);
    if (last !== undefined && inRows[index % inRows.length] === true) last.push(index);
    else members.push([index]);
  }
  return members;
}

const moves = fc.array(fc.tuple(fc.nat(1000), fc.constantFrom('toggle', 'toggle', 'state')), {
  minLength: 8,
  maxLength: 16,
});
const rows = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });

/** A slot that some contract has, with another value. */
function changeOf(state: StateSource, keys: readonly StateKey[], at: number) {
  const key = keys[at % keys.length];
  if (key === undefined) return null;
  const { address, slot } = parseKey(key);
  const before = slot === null ? undefined : state.storage(address, slot);
  if (slot === null || before === undefined) return null;
  return {
    key,
    source: overlayState(state, new Map([[address, { storage: new Map([[slot, before + 1n]]) }]])),
  };
}

async function compare(
  block: RandomBlock,
  inRows: readonly boolean[],
  script: readonly (readonly [number, string])[],
): Promise<void> {
  const members = membersOf(block, inRows);
  if (members.length === 0) return;
  let state: StateSource = snapshotState(block.prestate);
  const pool = poolOver(block.input, () => state);
  const inside = new Set<Member>();
  const slots = Object.entries(block.prestate).flatMap(([address, { storage }]) =>
    Object.keys(storage ?? {}).map((slot) => `${address}:${slot}`),
  );
  for (const [at, what] of script) {
    const member = members[at % members.length] as Member;
    const changed = what === 'state' ? changeOf(state, slots, at) : null;
    if (changed !== null) {
      state = changed.source;
      pool.change({ state: { source: state, keys: new Set([changed.key]), accounts: [] } });
    } else if (inside.delete(member)) pool.change({ remove: [member] });
    else {
      inside.add(member);
      pool.change({ add: [member] });
    }
    const fresh = poolOver(block.input, () => state);
    const sorted = members.filter((one) => inside.has(one));
    fresh.change({ add: sorted });
    expect(textsOf(pool, sorted)).toEqual(textsOf(fresh, sorted));
  }
}

test(`members come and go, and state changes, as from scratch: calls (seed ${options.seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(blocksOfCalls(4, 9), rows, moves, (block, inRows, script) =>
      compare(block, inRows, script),
    ),
    options,
  );
});

test(`members come and go, and state changes, as from scratch: programs (seed ${options.seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(blockDraft, rows, moves, async (draft, inRows, script) =>
      compare(await materialize(draft), inRows, script),
    ),
    options,
  );
});
