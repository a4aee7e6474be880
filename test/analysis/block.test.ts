/** The block rule: what earlier transactions leave is known, unstable, or held back for. */
import { describe, expect, test } from '@jest/globals';
import { analyzeBlock, isOpen } from '../../src/analysis/block.ts';
import type { AnalysisOptions, BlockAnalysis, TransactionAnalysis } from '../../src/analysis/result.ts';
import type { Address, Transaction } from '../../src/input/block.ts';
import { accountKey, storageKey } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { Prestate } from '../corpus.ts';
import { assemble, type Code, label, OP, placeOf, push } from '../generators/assembler.ts';
import {
  addressOf,
  argument,
  call,
  create,
  deploying,
  inMemory,
  slot,
  store,
  unless,
} from '../generators/snippets.ts';
import { CONTRACTS, SENDERS } from '../generators/universe.ts';
import { missesOf } from '../oracle/coverage.ts';
import { Oracle } from '../oracle/recorder.ts';
import { runResolving } from '../oracle/resolve.ts';
import {
  contract,
  inputOf,
  OTHER,
  prestateOf,
  type Scene,
  SENDER,
  TARGET,
  THIRD,
  transaction,
  words,
} from './scene.ts';

const FOURTH = CONTRACTS[3] as Address;
const SWITCH: Address = `0x5717c4${'0'.repeat(33)}1`;
const RICH = { balance: `0x${(10n ** 24n).toString(16)}`, nonce: 0, code: '0x', storage: {} };

/** A number that only execution knows, once a fee has been paid: 0 or 1. */
const UNKNOWN_BIT: Code = [OP.coinbase, OP.balance, ...push(1n), OP.and];

/** A contract that sets its slot 0 to its argument, give or take the unknown bit; without one it runs the body. */
function box(body: Code): Code {
  const go = label();
  const set = store(0n, [...argument(0n), ...UNKNOWN_BIT, OP.add]);
  return [OP.callDataSize, OP.isZero, placeOf(go), OP.jumpIf, ...set, OP.stop, go, ...body];
}

/** Runs one body when a transaction calls, another when a contract does. */
function byCaller(transactionBody: Code, contractBody: Code): Code {
  const inner = label();
  return [
    OP.caller,
    OP.origin,
    OP.eq,
    OP.isZero,
    placeOf(inner),
    OP.jumpIf,
    ...transactionBody,
    OP.stop,
    inner,
    ...contractBody,
  ];
}

interface Run extends Partial<AnalysisOptions> {
  readonly hardfork?: string;
}

function scene(
  prestate: Prestate,
  transactions: readonly Partial<Transaction>[],
  hardfork = 'cancun',
): Scene {
  const senders = Object.fromEntries(SENDERS.map((address) => [address, RICH]));
  const nonces = new Map<string, bigint>();
  return {
    hardfork,
    prestate: { ...senders, ...prestate },
    transactions: transactions.map((fields, index) => {
      const from = fields.from ?? (SENDERS[index % SENDERS.length] as Address);
      const nonce = nonces.get(from) ?? 0n;
      nonces.set(from, nonce + 1n);
      return transaction({ from, nonce, ...fields });
    }),
  };
}

function analysisOf(of: Scene, options: Run = {}): BlockAnalysis {
  return analyzeBlock(inputOf(of), { state: snapshotState(prestateOf(of)), ...options });
}

/** Runs the whole block; each step says what is outside of the sets. */
async function missesOfAll(of: Scene, derived: readonly TransactionAnalysis[]): Promise<unknown[]> {
  const input = inputOf(of);
  const oracle = await Oracle.create(input, prestateOf(of));
  const misses: unknown[] = [];
  for (const one of derived) misses.push(...missesOf(input, one, await oracle.run(one.index)));
  return misses;
}

const statuses = ({ transactions }: BlockAnalysis) => transactions.map(({ status }) => status);

describe('what earlier transactions leave', () => {
  test('a value that they certainly leave is known', async () => {
    const of = scene(
      {
        [TARGET]: contract(store(0n, argument(0n))),
        [OTHER]: contract([...call(addressOf(TARGET))]),
        [THIRD]: contract(store(1n, slot(0n))),
      },
      [{ data: words(5n) }, { data: words(6n) }],
    );
    const analysis = analysisOf(of);
    expect(statuses(analysis)).toEqual(['exact', 'exact']);
    expect(await missesOfAll(of, analysis.transactions)).toEqual([]);
  });

  test('a slot that one side of a branch writes is unstable', async () => {
    // Slot 0 := 7 if the origin is not known to be... if slot 1 is zero; slot 1 is written by the first.
    const code: Code = [
      ...unless(argument(0n), store(1n, [OP.gas])),
      ...unless([...slot(1n), ...push(1n), OP.and], store(100n)),
    ];
    const of = scene({ [TARGET]: contract(code) }, [{}, { data: words(1n) }]);
    const analysis = analysisOf(of);
    expect(await missesOfAll(of, analysis.transactions)).toEqual([]);
  });

  test('later transactions do not matter', () => {
    const of = scene({ [TARGET]: contract([...slot(0n), OP.sload]), [OTHER]: contract(store(0n)) }, [
      {},
      { to: OTHER },
    ]);
    expect(statuses(analysisOf(of))).toEqual(['exact', 'exact']);
  });

  test('code that was known is not known after a transaction that may change it', async () => {
    // The first deploys at a known address; the second may destroy it, or put other code there.
    const made = assemble([...unless(slot(7n), [OP.caller, OP.selfDestruct])]);
    const factory: Code = [...create(deploying(made)), ...push(0n), OP.sstore];
    const of = scene(
      {
        [TARGET]: contract(factory),
        // Calls what is made if its own slot 0, which nobody knows, says so.
        [OTHER]: contract([...unless([...slot(0n), ...push(3n), OP.lt], call(argument(0n)))]),
        [THIRD]: contract([...call(argument(0n)), ...push(5n), OP.sstore]),
        [FOURTH]: contract(store(0n, [OP.gas])),
      },
      [{}, { to: OTHER, data: words(0n) }, { to: THIRD }],
      'london',
    );
    // The address that the factory makes.
    const first = analysisOf(of);
    const created = [...(first.transactions[0] as TransactionAnalysis).effects.codes.keys()][0] as Address;
    const named = scene(
      of.prestate,
      [{}, { to: OTHER, data: words(BigInt(created)) }, { to: THIRD, data: words(BigInt(created)) }],
      'london',
    );
    const analysis = analysisOf(named);
    expect(await missesOfAll(named, analysis.transactions)).toEqual([]);
  });

  test('code that may have been destroyed is not known', () => {
    // Made in the first; in the second a slot that a gas value decides says whether it goes.
    const made = assemble([OP.caller, OP.selfDestruct]);
    const maker: Code = create(deploying(made));
    const base: Prestate = {
      [TARGET]: contract([...maker, OP.pop]),
      [OTHER]: contract(unless(UNKNOWN_BIT, call(argument(0n)))),
      [THIRD]: contract([...call(argument(0n)), ...store(9n)]),
    };
    const [first] = analysisOf(scene(base, [{}], 'london')).transactions;
    const created = [...(first as TransactionAnalysis).effects.codes.keys()][0] as Address;
    const data = words(BigInt(created));
    const analysis = analysisOf(scene(base, [{}, { to: OTHER, data }, { to: THIRD, data }], 'london'));
    const [, , third] = analysis.transactions;
    expect(analysis.transactions[1]?.accesses.keys.get(accountKey(created, 'code'))).toBe('write');
    expect(third?.status).toBe('deferred');
    expect(third?.resolveAfter).toEqual([0, 1]);
  });

  test('a new account that was written at a slot that is not known is not all zero', () => {
    // Init code asks its creator for a slot, and stores there.
    const init = assemble([
      ...push(32n),
      ...push(0n),
      ...push(0n),
      ...push(0n),
      ...push(0n),
      OP.caller,
      OP.gas,
      OP.call,
      OP.pop,
      ...push(5n),
      ...push(0n),
      OP.mload,
      OP.sstore,
      ...inMemory(assemble(slot(3n))),
      ...push(0n),
      OP.return,
    ]);
    const asked: Code = [...slot(0n), ...push(0n), OP.mstore, ...push(32n), ...push(0n), OP.return];
    const prestate: Prestate = { [TARGET]: contract(box(byCaller([...create(init), OP.pop], asked))) };
    const [alone] = analysisOf(scene(prestate, [{}])).transactions;
    const created = [...(alone as TransactionAnalysis).effects.codes.keys()][0] as Address;
    expect(alone?.effects.reset.has(created)).toBe(true);
    // One of two slots, and any slot at all.
    const after = scene(prestate, [{ to: OTHER }, { data: words(1n << 100n) }, {}]);
    expect(analysisOf(after).transactions[2]?.effects.reset.has(created)).toBe(false);
    const any: Prestate = {
      [TARGET]: contract(
        box(
          byCaller(
            [...create(init), OP.pop],
            [...slot(0n), ...slot(0n), OP.mul, ...push(0n), OP.mstore, ...push(32n), ...push(0n), OP.return],
          ),
        ),
      ),
    };
    const third = analysisOf(scene(any, [{ to: OTHER }, { data: words(1n << 100n) }, {}])).transactions[2];
    expect(third?.effects.reset.has(created)).toBe(false);
  });
});

describe('deferral', () => {
  const jumpy = box(call(slot(0n)));
  const changing = (prestate: Prestate, last: Partial<Transaction>): Scene =>
    scene({ [TARGET]: contract(jumpy, { 0: BigInt(OTHER) }), ...prestate }, [
      { to: FOURTH },
      { data: words(BigInt(THIRD) - (BigInt(THIRD) % 2n)) },
      {},
      last,
    ]);

  test('a call target that earlier transactions may write is resolved after them', async () => {
    const of = changing({ [OTHER]: contract(store(1n)), [THIRD]: contract(store(1n)) }, { to: FOURTH });
    const first = analysisOf(of);
    expect(statuses(first)).toEqual(['exact', 'exact', 'deferred', 'exact']);
    expect(first.transactions[2]?.resolveAfter).toEqual([1]);
    expect(first.transactions[3]?.heldBy).toEqual([2]);
    expect(first.transactions[2]?.reasons[0]).toMatchObject({
      code: 'unknown-call-target',
      dependsOn: [storageKey(TARGET, 0n)],
    });
    const { analysis: again } = await runResolving(first, prestateOf(of));
    const resolved = again.transactions[2] as TransactionAnalysis;
    expect(resolved.status).toBe('deferred');
    expect(isOpen(resolved)).toBe(false);
    expect(again.transactions[3]?.heldBy).toEqual([2]);
    expect(await missesOfAll(of, again.transactions)).toEqual([]);
    // What has run stays as it was.
    expect(again.transactions[1]).toBe(first.transactions[1]);
    expect(again.transactions[3]?.accesses).toEqual(first.transactions[3]?.accesses);
  });

  test('sets that rest on values which a transaction derived anew no longer leaves are derived again', async () => {
    // 2 calls what slot 0 says, either neighbour of the third: sets the third's slot 1. 3 calls the fourth unless
    // that is set; called so, the fourth sets its slot 0. 4 writes the fourth's slot 50 unless slot 0 is set.
    const [neighbour, other] = [`0x2e1${'0'.repeat(37)}`, `0x2e1${'0'.repeat(36)}1`] as const;
    const relay: Code = [...call(addressOf(SWITCH))];
    const first: Scene = scene(
      {
        [TARGET]: contract(jumpy, { 0: BigInt(OTHER) }),
        [OTHER]: contract(store(9n)),
        [neighbour]: contract(relay),
        [other]: contract(relay),
        [SWITCH]: contract(byCaller(unless(slot(1n), call(addressOf(FOURTH))), store(1n))),
        [FOURTH]: contract(byCaller(unless(slot(0n), store(50n)), store(0n))),
      },
      [{ to: OTHER }, { data: words(BigInt(neighbour)) }, {}, { to: SWITCH }, { to: FOURTH }],
    );
    const analysis = analysisOf(first);
    expect(isOpen(analysis.transactions[2] as TransactionAnalysis)).toBe(true);
    expect(analysis.transactions[4]?.accesses.keys.has(storageKey(FOURTH, 50n))).toBe(false);
    const { analysis: again } = await runResolving(analysis, prestateOf(first));
    expect(await missesOfAll(first, again.transactions)).toEqual([]);
    expect(again.transactions[4]?.accesses.keys.has(storageKey(FOURTH, 50n))).toBe(true);
  });
});

describe('a mempool', () => {
  test('a key has its first value, or what any other may leave', () => {
    const of = scene({ [TARGET]: contract([...slot(0n), OP.sload]), [OTHER]: contract(store(0n)) }, [
      {},
      { to: TARGET },
    ]);
    expect(statuses(analysisOf(of, { unordered: true }))).toEqual(['exact', 'exact']);
    const writing = scene(
      { [TARGET]: contract([...unless(argument(0n), store(0n)), ...slot(0n), OP.sload]) },
      [{ data: words(1n) }, {}],
    );
    const [first] = analysisOf(writing, { unordered: true }).transactions;
    expect(first?.accesses.regions).toMatchObject([{ shape: 'array', address: TARGET, first: 0n, last: 1n }]);
  });

  test('sets that grow round after round end in an answer', () => {
    // Transaction i writes slot i of the target if slot i + 1 is not zero: known only when the last has been seen.
    const code: Code = (() => {
      const end = label();
      return [
        ...push(1n),
        ...argument(0n),
        OP.add,
        OP.sload,
        OP.isZero,
        ...argument(1n),
        OP.isZero,
        OP.and,
        placeOf(end),
        OP.jumpIf,
        ...push(1n),
        ...argument(0n),
        OP.sstore,
        end,
      ];
    })();
    const count = 40;
    const of = scene(
      { [TARGET]: contract(code) },
      Array.from({ length: count }, (_, i) => ({ data: words(BigInt(i), i === count - 1 ? 1n : 0n) })),
    );
    const { transactions } = analysisOf(of, { unordered: true });
    for (const [i, one] of transactions.entries()) {
      const key = storageKey(TARGET, BigInt(i));
      expect(isOpen(one) || one.accesses.keys.get(key) === 'write').toBe(true);
    }
  });

  test('which keys are written counts, not how many', () => {
    // With slot 0 zero: writes slot 10 of its own; else slot 11. Another one sets slot 0 once it sees slot 11...
    const flip: Code = (() => {
      const [other, end] = [label(), label()];
      return [
        ...slot(0n),
        placeOf(other),
        OP.jumpIf,
        ...store(10n),
        placeOf(end),
        OP.jump,
        other,
        ...store(11n),
        end,
      ];
    })();
    const of = scene(
      {
        [TARGET]: contract(
          (() => {
            const go = label();
            return [OP.callDataSize, OP.isZero, placeOf(go), OP.jumpIf, ...store(0n), OP.stop, go, ...flip];
          })(),
        ),
      },
      [{}, { data: words(1n) }],
    );
    const [first] = analysisOf(of, { unordered: true }).transactions;
    expect(
      [...(first?.accesses.keys ?? [])].filter(([, mode]) => mode === 'write').map(([key]) => key),
    ).toEqual(expect.arrayContaining([storageKey(TARGET, 10n), storageKey(TARGET, 11n)]));
  });
});

describe('options', () => {
  test('a binding list narrows the slots, never the rest', () => {
    const of = scene(
      { [TARGET]: contract([...slot(0n), ...store(1n), ...call(addressOf(OTHER))]), [OTHER]: contract([]) },
      [
        {
          type: 1,
          chainId: 1n,
          accessList: [{ address: TARGET, storageKeys: [storageKey(TARGET, 1n).slice(43) as `0x${string}`] }],
        },
      ],
    );
    const free = analysisOf(of).transactions[0] as TransactionAnalysis;
    expect([...free.accesses.keys.keys()]).toEqual(
      expect.arrayContaining([storageKey(TARGET, 0n), storageKey(TARGET, 1n)]),
    );
    const bound = analysisOf(of, { trustAccessLists: true }).transactions[0] as TransactionAnalysis;
    expect(bound.accesses.keys.has(storageKey(TARGET, 0n))).toBe(false);
    expect(bound.accesses.keys.get(storageKey(TARGET, 1n))).toBe('write');
    expect(bound.accesses.keys.get(accountKey(OTHER, 'code'))).toBe('read');
  });

  test('transactions that may be left out leave what was there or what they write, and plain writes', () => {
    const of = scene({ [TARGET]: contract([...slot(0n), OP.sload, ...store(0n, argument(0n))]) }, [
      { data: words(5n), from: SENDER },
      { data: words(5n), from: SENDER },
    ]);
    const valid = analysisOf(of);
    expect(statuses(valid)).toEqual(['exact', 'exact']);
    expect(valid.transactions[1]?.accesses.keys.get(accountKey(SENDER, 'nonce'))).toBe('delta');
    const skipping = analysisOf(of, { skipInvalid: true });
    expect(skipping.transactions[1]?.accesses.regions).toMatchObject([
      { shape: 'array', address: TARGET, first: 0n, last: 5n },
    ]);
    for (const field of ['balance', 'nonce'] as const) {
      expect(skipping.transactions[1]?.accesses.keys.get(accountKey(SENDER, field))).toBe('write');
    }
  });
});
