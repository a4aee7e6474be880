/** Why sets are not exact: each reason where it arises, on what it depends, and who may write that. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { analyzeBlock, isOpen } from '../../src/analysis/block.ts';
import { knownOrigin } from '../../src/analysis/known-hashes.ts';
import { regionMayContainKey } from '../../src/analysis/overlap.ts';
import { REASONS, type Reason, type ReasonCode } from '../../src/analysis/reason.ts';
import type { AnalysisOptions, BlockAnalysis, TransactionAnalysis } from '../../src/analysis/result.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/analysis/transaction.ts';
import type { Transaction } from '../../src/input/block.ts';
import { parseKey, type StateKey, storageKey } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { Prestate, PrestateAccount } from '../corpus.ts';
import { fuzzing, say } from '../effort.ts';
import { assemble, type Code, label, OP, placeOf, push } from '../generators/assembler.ts';
import { blockDraft, materialize } from '../generators/block.ts';
import { analyzed, contract, inputOf, OTHER, type Scene, TARGET, transaction, words } from './scene.ts';

const slot = (number: bigint): Code => [...push(number), OP.sload];
const store = (to: bigint): Code => [...push(1n), ...push(to), OP.sstore];
const call = (target: Code): Code => [
  ...[0n, 0n, 0n, 0n, 0n].flatMap((zero) => push(zero)),
  ...target,
  OP.gas,
  OP.call,
  OP.pop,
];

function scene(code: Code, fields: Partial<Transaction> = {}, others: Prestate = {}): Scene {
  const prestate = { [TARGET]: contract(code, { 0: 5n, 1: 6n }), ...others };
  return { hardfork: 'cancun', prestate, transactions: [transaction(fields)] };
}

/** The reasons where slot 0 of the target is not stable. */
function reasonsOf(of: Scene, limits?: Limits) {
  const { reasons } = analyzed(of, {
    isUnstable: (key) => key === storageKey(TARGET, 0n),
    ...(limits !== undefined && { limits }),
  });
  return reasons.map(({ code, at, dependsOn }) => ({ code, ...at, dependsOn }));
}

function pcOf(code: Code, opcode: number): number {
  const bytes = assemble(code);
  for (let pc = 0; pc < bytes.length; pc++) {
    const byte = bytes[pc] as number;
    if (byte === opcode) return pc;
    if (byte >= 0x60 && byte <= 0x7f) pc += byte - 0x5f;
  }
  throw new Error('the program has no such opcode');
}

describe('a reason names its place and its keys', () => {
  const here = { address: TARGET, selector: null, dependsOn: [storageKey(TARGET, 0n)] };
  const end = label();
  const branching: Code = [...slot(0n), placeOf(end), OP.jumpIf, ...store(7n), end];
  const cases: [ReasonCode, Code, number][] = [
    ['unknown-slot', [...slot(0n), OP.sload, OP.pop], 3],
    ['unknown-branch', branching, pcOf(branching, OP.jumpIf)],
    ['unknown-call-target', call(slot(0n)), pcOf(call(slot(0n)), OP.call)],
    ['unknown-jump-target', [...slot(0n), OP.jump], 3],
    ['unknown-account', [...slot(0n), OP.balance], 3],
  ];

  test.each(cases)('%s', (code, program, pc) => {
    expect(reasonsOf(scene(program))).toEqual([{ code, pc, ...here }]);
  });

  test('where the sides of a branch touch the same, there is none', () => {
    const [a, b] = [label(), label()];
    const same: Code = [
      ...slot(0n),
      placeOf(a),
      OP.jumpIf,
      ...store(7n),
      placeOf(b),
      OP.jump,
      a,
      ...store(7n),
      b,
    ];
    expect(analyzed(scene(same), { isUnstable: (key) => key === storageKey(TARGET, 0n) })).toMatchObject({
      status: 'exact',
      reasons: [],
    });
  });

  test('of several branches the one whose sides differ is to blame', () => {
    const [a, b] = [label(), label()];
    const harmless: Code = [...slot(0n), placeOf(a), OP.jumpIf, ...push(1n), OP.pop, a];
    const harmful: Code = [...slot(0n), OP.isZero, placeOf(b), OP.jumpIf, ...store(7n), b];
    const program = [...harmless, ...harmful];
    const pc = assemble(harmless).length + pcOf(harmful, OP.jumpIf);
    expect(reasonsOf(scene(program))).toEqual([{ code: 'unknown-branch', pc, ...here }]);
  });

  test('however many branches there were', () => {
    const harmless = Array.from({ length: 200 }, (): Code => {
      const end = label();
      return [...slot(0n), placeOf(end), OP.jumpIf, ...push(1n), OP.pop, end];
    }).flat();
    const end = label();
    const harmful: Code = [...slot(0n), OP.isZero, placeOf(end), OP.jumpIf, ...store(7n), end];
    const pc = assemble(harmless).length + pcOf(harmful, OP.jumpIf);
    expect(reasonsOf(scene([...harmless, ...harmful]))).toEqual([{ code: 'unknown-branch', pc, ...here }]);
  });

  test('a branch whose sides differ, and then touch the rest as well, is not to blame', () => {
    const a = label();
    const program = [...slot(0n), placeOf(a), OP.jumpIf, ...store(7n), a, ...store(7n)];
    expect(reasonsOf(scene(program))).toEqual([]);
  });

  test('in a callee: its code, its function, its pc', () => {
    const callee: Code = [...push(0n), OP.callDataLoad, ...slot(0n), OP.add, OP.sload];
    const selector = 0xa9059cbbn << 224n;
    const caller: Code = [
      ...push(selector, 32),
      ...push(0n),
      OP.mstore,
      ...[0n, 0n, 36n, 0n].flatMap((word) => push(word)),
      ...push(BigInt(OTHER)),
      OP.gas,
      OP.delegateCall,
    ];
    expect(reasonsOf(scene(caller, {}, { [OTHER]: contract(callee) }))).toEqual([
      { ...here, code: 'unknown-slot', address: OTHER, selector: '0xa9059cbb', pc: pcOf(callee, OP.add) + 1 },
    ]);
  });

  test('the function of the transaction is the start of its call data', () => {
    const data = words(0x022c0d9fn << 224n);
    const [first] = reasonsOf(scene([...slot(0n), OP.sload], { data }));
    expect(first?.selector).toBe('0x022c0d9f');
  });

  test('gas that may end, where it may end first', () => {
    const program = [...slot(0n), OP.sload, OP.pop, ...store(7n)];
    const codes = reasonsOf(scene(program, { gasLimit: 21_000n + 3n + 2_100n + 2_050n }));
    expect(codes.map(({ code, pc }) => [code, pc])).toContainEqual(['may-run-out-of-gas', 3]);
  });

  test('limits, where they were hit', () => {
    const start = label();
    const endless: Code = [start, ...push(1n), OP.pop, placeOf(start), OP.jump];
    const [reason] = reasonsOf(scene(endless), { ...DEFAULT_LIMITS, steps: 34 });
    expect(reason).toEqual({ code: 'step-limit', address: TARGET, selector: null, pc: 3, dependsOn: [] });
  });

  test('code that nobody knows, at the account that has it', () => {
    const { reasons, status } = analyzeBlock(
      { ...inputOf(scene([OP.stop])), block: null },
      { state: snapshotState({}, { partial: true }) },
    ).transactions[0] as TransactionAnalysis;
    expect([status, reasons.map(({ code, at, dependsOn }) => ({ code, at, dependsOn }))]).toEqual([
      'unbounded',
      [
        {
          code: 'unknown-code',
          at: { address: TARGET, selector: null, pc: 0 },
          dependsOn: [`${TARGET}:code`],
        },
      ],
    ]);
  });
});

test('there are at most eight, of each code the first ones, most important first', () => {
  const many = Array.from({ length: 40 }, (_, i) => [
    ...slot(0n),
    ...push(BigInt(i)),
    OP.add,
    OP.sload,
    OP.pop,
  ]);
  const end = label();
  const program = [
    ...many.flat(),
    ...slot(0n),
    placeOf(end),
    OP.jumpIf,
    ...store(7n),
    end,
    ...call(slot(0n)),
  ];
  const reasons = reasonsOf(scene(program));
  expect(reasons.map(({ code }) => code)).toEqual([
    'unknown-call-target',
    ...new Array(7).fill('unknown-slot'),
  ]);
  const bounded = reasonsOf(scene(program.slice(0, -call(slot(0n)).length)));
  expect(bounded.map(({ code }) => code)).toEqual([...new Array(7).fill('unknown-slot'), 'unknown-branch']);
  expect(new Set(bounded.map(({ pc }) => pc)).size).toBe(8);
});

test('of very many keys the first sixteen are named, and only those that were met', () => {
  // The block's number is not known, so the slot is not either; the slots in the sum are.
  const sum = Array.from({ length: 130 }, (_, i) => [...slot(BigInt(i)), OP.add]).flat();
  const program: Code = [OP.number, ...sum, OP.sload];
  const { transactions, ...rest } = inputOf(scene(program));
  const state = snapshotState({ [TARGET]: contract(program) });
  const { reasons } = analyzeBlock({ ...rest, block: null, transactions }, { state }).transactions[0] ?? {};
  expect(reasons?.map(({ code }) => code)).toEqual(['unknown-slot']);
  expect(reasons?.[0]?.dependsOn.length).toBeLessThanOrEqual(16);
});

/** Opcodes at which a reason may arise; the others arise anywhere. */
const OPCODES: Partial<Record<ReasonCode, readonly number[]>> = {
  'unknown-slot': [OP.sload, OP.sstore],
  'unknown-branch': [OP.jumpIf],
  'unknown-jump-target': [OP.jump, OP.jumpIf],
  'unknown-call-target': [OP.call, OP.callCode, OP.delegateCall, OP.staticCall],
  'unknown-create-address': [OP.create, OP.create2],
  'unknown-return-data': [OP.returnDataCopy],
};

describe('on random blocks', () => {
  const { seed, numRuns } = fuzzing({ short: 120, long: 5_000 });
  type Mode = {
    readonly name: string;
    readonly options: Partial<AnalysisOptions>;
    readonly partial: boolean;
  };
  const modes: readonly Mode[] = [
    { name: 'in order', options: {}, partial: false },
    { name: 'in any order', options: { unordered: true }, partial: false },
    { name: 'leaving invalid ones out', options: { skipInvalid: true }, partial: false },
    { name: 'without some of the state', options: {}, partial: true },
    { name: 'in any order, without some of the state', options: { unordered: true }, partial: true },
  ];

  test.each(modes)(
    'whatever is not exact has a place and names who writes what it depends on: $name',
    async ({ name, options, partial }) => {
      const counts = new Map<string, number>();
      await fc.assert(
        fc.asyncProperty(
          blockDraft,
          fc.array(fc.nat(99), { minLength: 40, maxLength: 40 }),
          async (draft, dice) => {
            const { input, prestate } = await materialize(draft);
            const known = partial ? withGaps(prestate, dice) : prestate;
            const analysis = analyzeBlock(input, { ...options, state: snapshotState(known, { partial }) });
            for (const one of analysis.transactions) {
              expect(one.reasons.length === 0).toBe(one.status === 'exact');
              expect(one.reasons.length).toBeLessThanOrEqual(8);
              for (const reason of one.reasons) {
                counts.set(reason.code, (counts.get(reason.code) ?? 0) + 1);
                checkPlace(reason, prestate);
                checkWriters(reason, one, analysis);
              }
            }
          },
        ),
        { seed, numRuns },
      );
      say(`reasons ${name}: ${[...counts].map(([code, count]) => `${code} ${count}`).join(', ')}`);
    },
    600_000,
  );
});

/** Without about a third of the accounts, and a third of the slots of the others. */
function withGaps(prestate: Prestate, dice: readonly number[]): Prestate {
  let at = 0;
  const isKept = () => (dice[at++ % dice.length] as number) >= 33;
  const kept: Record<string, PrestateAccount> = {};
  for (const [address, account] of Object.entries(prestate)) {
    if (!isKept()) continue;
    const storage = Object.fromEntries(Object.entries(account.storage ?? {}).filter(isKept));
    kept[address] = { ...account, storage };
  }
  return kept;
}

function checkPlace({ code, at, message }: Reason, prestate: Prestate): void {
  expect(Object.keys(REASONS)).toContain(code);
  expect(message).not.toBe('');
  expect(at.address).toMatch(/^0x[0-9a-f]{40}$/);
  expect(at.selector ?? '0x00000000').toMatch(/^0x[0-9a-f]{8}$/);
  const bytes = Buffer.from((prestate[at.address]?.code ?? '0x').slice(2), 'hex');
  const opcodes = OPCODES[code];
  // Code that a transaction makes, or delegates to, is not that of the pre-state.
  if (opcodes !== undefined && bytes.length > 0 && bytes[0] !== 0xef) {
    expect(opcodes).toContain(bytes[at.pc]);
  }
}

/** Compares with who may write a key by the sets that came out. */
function checkWriters(
  { dependsOn, writtenBy }: Reason,
  { index }: TransactionAnalysis,
  { transactions, options }: BlockAnalysis,
): void {
  expect(dependsOn).toEqual([...new Set(dependsOn)].sort());
  const named = [...dependsOn].map((key) => [key, writtenBy.get(key) ?? []]);
  const others = transactions.filter((one) => (options.unordered ? one.index !== index : one.index < index));
  // In a mempool, one that may touch anything is named where its sets of an earlier round made others grow; those
  // that it has in the end are only what is likely.
  const isNamed = (one: TransactionAnalysis, key: StateKey): boolean =>
    writtenBy.get(key)?.includes(one.index) === true;
  const expected = dependsOn.map((key) => [
    key,
    others
      .filter((one) => (options.unordered && isOpen(one) ? isNamed(one, key) : mayWrite(one, key)))
      .map((one) => one.index),
  ]);
  expect(named).toEqual(expected);
  expect([...writtenBy.keys()].filter((key) => !dependsOn.includes(key))).toEqual([]);
}

function mayWrite(one: TransactionAnalysis, key: StateKey): boolean {
  const mode = one.accesses.keys.get(key);
  if (mode !== undefined && mode !== 'read') return true;
  const { field, slot: number } = parseKey(key);
  const origin = field === 'storage' ? knownOrigin(number) : null;
  const isHeld = isOpen(one);
  return one.accesses.regions.some(
    (region) =>
      region.mode !== 'read' &&
      // Who depends on one that may touch anything is held back for it.
      !(isHeld && region.address === null) &&
      regionMayContainKey(region, key, origin),
  );
}

test('docs/reasons.md lists every code with its sentence, in this order', () => {
  const text = readFileSync(new URL('../../docs/reasons.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z0-9-]+)` \| (.+) \|$/gm)].map(([, code, sentence]) => [
    code,
    sentence,
  ]);
  expect(rows).toEqual(Object.entries(REASONS));
});
