/**
 * Sets taken from recordings, as geth's `prestateTracer` makes them, on real blocks: they hold every recorded access,
 * their slots are the recorded ones, and the block runs by them.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { modesConflict } from '../../src/analysis/overlap.ts';
import { recordedAnalysis } from '../../src/analysis/recorded.ts';
import type { BlockAnalysis } from '../../src/analysis/result.ts';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import type { BlockInput } from '../../src/input/block.ts';
import type { BlockAccessList } from '../../src/input/block-access-list/list.ts';
import { bytesToHex } from '../../src/input/hex.ts';
import { readInput } from '../../src/input/read.ts';
import { addressOf, parseKey, type StateKey, slotHex } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { readRecordings } from '../../src/state/recording.ts';
import { type CorpusBlock, readCorpusBlock } from '../corpus.ts';
import { describeCorpus } from '../corpus-suite.ts';
import { say } from '../effort.ts';
import { WORKER_URL } from './small-blocks.ts';

const BLOCKS = [14_029_313, 17_666_333, 19_933_612];

let executor: Executor;
beforeAll(async () => {
  executor = await createExecutor({ workers: 2, workerUrl: WORKER_URL });
});
afterAll(() => executor.close());

type Account = { balance?: string; nonce?: number; code?: string; storage?: Record<string, string> };
type Accounts = Record<string, Account>;

/** As `debug_traceBlock*` returns it without diff mode; values are not looked at. */
function touchedOf({ accesses }: CorpusBlock, { block, transactions }: BlockInput) {
  return accesses.map(({ hash, reads, writes, adds }, index) => {
    const { from = '', to } = transactions[index] ?? {};
    const result: Accounts = {};
    for (const address of [from, to, block?.feeRecipient]) if (address) result[address] = { balance: '0x0' };
    for (const key of [...reads, ...writes, ...adds]) {
      const { slot } = parseKey(key);
      const account = result[addressOf(key)] ?? { balance: '0x0' };
      result[addressOf(key)] = account;
      if (slot !== null) account.storage = { ...account.storage, [slotHex(slot)]: slotHex(0n) };
    }
    return { txHash: hash, result };
  });
}

/** As in diff mode, by what each step of the block left. */
function diffsOf({ prestate }: CorpusBlock, { transactions }: BlockInput, list: BlockAccessList) {
  const diffs = transactions.map(() => ({ pre: {} as Accounts, post: {} as Accounts }));
  for (const { address, storageChanges, balanceChanges, nonceChanges, codeChanges } of list) {
    const before = prestate[address];
    const first = Math.min(
      ...[
        ...balanceChanges,
        ...nonceChanges,
        ...codeChanges,
        ...storageChanges.flatMap(({ changes }) => changes),
      ].map(({ index }) => index),
    );
    const add = (index: number, part: Account) => {
      const diff = diffs[index - 1];
      if (diff === undefined) return;
      if (before !== undefined || index > first)
        diff.pre[address] ??= { balance: '0x0', code: before?.code ?? '0x' };
      const { storage, ...fields } = part;
      const post = diff.post[address] ?? {};
      diff.post[address] = { ...post, ...fields, storage: { ...post.storage, ...storage } };
    };
    for (const { index, value } of balanceChanges) add(index, { balance: `0x${value.toString(16)}` });
    for (const { index, value } of nonceChanges) add(index, { nonce: Number(value) });
    for (const { index, code } of codeChanges) add(index, { code: bytesToHex(code) });
    for (const { slot, changes } of storageChanges) {
      for (const { index, value } of changes) add(index, { storage: { [slotHex(slot)]: slotHex(value) } });
    }
  }
  return diffs.map((result, index) => ({ txHash: transactions[index]?.hash, result }));
}

function isSlot(key: StateKey): boolean {
  return parseKey(key).field === 'storage';
}

/** Recorded accesses that the sets do not allow; what was written and left as it was may count as read. */
function outside(
  { transactions }: BlockAnalysis,
  { accesses }: CorpusBlock,
  changed: readonly ReadonlySet<string>[],
): string[] {
  return accesses.flatMap(({ reads, writes, adds }, index) => {
    const keys = transactions[index]?.accesses.keys ?? new Map<StateKey, string>();
    const isChanged = (key: StateKey) => changed[index]?.has(key) === true;
    const missing = [...reads, ...adds].filter((key) => !keys.has(key));
    const weak = writes.filter((key) => isChanged(key) && keys.get(key) !== 'write');
    const credits = adds.filter((key) => isChanged(key) && keys.get(key) === 'read');
    return [...missing, ...weak, ...credits].map((key) => `${index} ${key}`);
  });
}

/** Keys by what each transaction left in them. */
function changedBy(diffs: ReturnType<typeof diffsOf>): ReadonlySet<string>[] {
  return diffs.map(({ result }) => {
    const keys = new Set<string>();
    for (const [address, { storage = {}, ...fields }] of Object.entries(result.post)) {
      for (const field of Object.keys(fields)) keys.add(`${address}:${field}`);
      for (const slot of Object.keys(storage)) keys.add(`${address}:${slot}`);
    }
    return keys;
  });
}

/** Pairs of transactions that meet on a slot whose value one of them changes. */
function slotConflicts(sets: readonly ReadonlyMap<StateKey, 'read' | 'write' | 'delta'>[]): string[] {
  const pairs: string[] = [];
  for (const [later, own] of sets.entries()) {
    for (const [earlier, other] of sets.slice(0, later).entries()) {
      for (const [key, mode] of own) {
        const met = other.get(key);
        if (isSlot(key) && met !== undefined && modesConflict(mode, met)) {
          pairs.push(`${earlier}-${later}`);
          break;
        }
      }
    }
  }
  return pairs;
}

describeCorpus('recorded sets', () => {
  test.each(BLOCKS)(
    '%d',
    async (number) => {
      const corpus = readCorpusBlock(number);
      const input = readInput(corpus.block, { blockHashes: corpus.blockHashes });
      const state = snapshotState(corpus.prestate);
      const plain = await executor.executeBlock(input, { state });
      const diffs = diffsOf(corpus, input, plain.execution.blockAccessList);
      const documents = [
        { value: { jsonrpc: '2.0', id: 1, result: diffs }, source: 'diff.json' },
        { value: touchedOf(corpus, input), source: 'touched.json' },
      ];
      const hashes = input.transactions.map(({ hash }) => hash);
      const analysis = recordedAnalysis(input, readRecordings(documents, hashes));
      const changed = changedBy(diffs);
      expect(outside(analysis, corpus, changed)).toEqual([]);
      expect(new Set(analysis.transactions.map(({ status }) => status))).toEqual(new Set(['recorded']));

      const slots = analysis.transactions.map(({ accesses }) =>
        [...accesses.keys.keys()].filter(isSlot).sort(),
      );
      expect(slots).toEqual(corpus.accesses.map(({ reads }) => reads.filter(isSlot).sort()));
      // The corpus counts each SSTORE as a write; those that change nothing conflict with nobody.
      const observed = corpus.accesses.map(
        ({ reads }, index) =>
          new Map(
            reads.map((key) => [key, changed[index]?.has(key) ? ('write' as const) : ('read' as const)]),
          ),
      );
      const conflicts = slotConflicts(analysis.transactions.map(({ accesses }) => accesses.keys));
      expect(conflicts).toEqual(slotConflicts(observed));
      expect(conflicts.length).toBeGreaterThan(0);

      const { execution, plan } = await executor.executeBlock(input, {
        state,
        analysis,
        mode: 'parallel',
        verify: true,
      });
      expect(execution.escapes).toEqual([]);
      expect(execution.verified).toMatchObject({ sequential: true, header: true });
      say(
        `${number}: ${conflicts.length} slot conflicts; speed-up bound by recorded sets ${plan.speedup.bound.toFixed(2)}, derived ${plain.plan.speedup.bound.toFixed(2)}`,
      );
    },
    120_000,
  );
});
