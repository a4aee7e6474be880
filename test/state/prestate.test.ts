import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InputError } from '../../src/errors.ts';
import type { Address } from '../../src/input/block.ts';
import { overlayState } from '../../src/state/overlay.ts';
import { mergeSnapshots, snapshotState } from '../../src/state/prestate.ts';
import { Snapshot } from '../../src/state/snapshot.ts';
import { mainnetBlocks, readCorpusBlock } from '../corpus.ts';
import { describeCorpus } from '../corpus-suite.ts';

const A = `0x${'aa'.repeat(20)}` as const;
const B = `0x${'bb'.repeat(20)}` as const;
const C = `0x${'cc'.repeat(20)}` as const;

describe('snapshotState', () => {
  test('reads an account, in whatever width and case', () => {
    const state = snapshotState({
      [A.toUpperCase().replace('0X', '0x')]: {
        balance: '0x0de0',
        nonce: 3,
        code: '0x60FF',
        storage: { '0x01': '0x2', [`0x${'0'.repeat(63)}f`]: `0x${'0'.repeat(62)}10`, '0x2': '0x0' },
      },
    });
    expect(state.account(A)).toMatchObject({ balance: 0xde0n, nonce: 3n, code: Uint8Array.of(0x60, 0xff) });
    expect([1n, 15n, 2n, 3n].map((slot) => state.storage(A, slot))).toEqual([2n, 16n, 0n, 0n]);
  });

  test.each<[unknown, bigint]>([
    ['0x64', 100n],
    ['100', 100n],
    [100, 100n],
    [String(2n ** 256n - 1n), 2n ** 256n - 1n],
  ])('takes a balance of %p', (balance, value) => {
    expect(snapshotState({ [A]: { balance } }).account(A)?.balance).toBe(value);
  });

  test('what is missing is empty; in a partial one it is unknown', () => {
    const prestate = {
      [A]: { balance: '0x1', storage: { '0x1': '0x2' } },
      [B]: { storage: { '0x1': '0x2' } },
    };
    const whole = snapshotState(prestate);
    expect(whole.account(A)).toMatchObject({ balance: 1n, nonce: 0n, code: new Uint8Array(0) });
    expect(whole.account(B)).toMatchObject({ balance: 0n, nonce: 0n });
    expect(whole.account(C)).toBeNull();
    expect([whole.storage(A, 1n), whole.storage(A, 2n), whole.storage(C, 1n)]).toEqual([2n, 0n, 0n]);
    const partial = snapshotState(prestate, { partial: true });
    expect(partial.account(A)).toMatchObject({ balance: 1n, nonce: 0n, code: new Uint8Array(0) });
    expect([partial.account(B), partial.account(C)]).toEqual([undefined, undefined]);
    expect([partial.storage(B, 1n), partial.storage(A, 2n), partial.storage(C, 1n)]).toEqual([
      2n,
      undefined,
      undefined,
    ]);
  });

  test('an account with nothing exists (before EIP-161 it makes a difference)', () => {
    expect(snapshotState({ [A]: { balance: '0x0', nonce: 0 }, [B]: {} }).account(A)).toMatchObject({
      balance: 0n,
    });
    expect(snapshotState({ [B]: {} }).account(B)).not.toBeNull();
  });

  test('code is the same array whenever it is asked for, and wherever it is equal', () => {
    const state = snapshotState([{ [A]: { code: '0x6001' } }, { [B]: { code: '0x6001' }, [C]: {} }]);
    expect(state.account(A)?.code).toBe(state.account(A)?.code);
    expect(state.account(A)?.code).toBe(state.account(B)?.code);
    expect(state.account(C)?.code).toHaveLength(0);
  });

  test('survives structured cloning, equal code still one array', () => {
    const { accounts, absent, storageOnly, codeOnly, partial } = snapshotState({
      [A]: { code: '0x6001', storage: { '0x1': '0x2' } },
      [B]: { code: '0x6001' },
    });
    const copy = new Snapshot(structuredClone({ accounts, absent, storageOnly, codeOnly, partial }));
    expect(copy.storage(A, 1n)).toBe(2n);
    expect(copy.account(A)?.code).toBe(copy.account(B)?.code);
  });
});

describe('the traces of a block', () => {
  const trace = (...entries: unknown[]) => entries.map((result, index) => ({ txHash: `0x${index}`, result }));

  test('show the state before their own transaction: the first word counts', () => {
    const state = snapshotState(
      trace(
        { [A]: { balance: '0x5', nonce: 1, storage: { '0x1': '0x10' } } },
        {
          [A]: { balance: '0x4', nonce: 2, storage: { '0x1': '0x11', '0x2': '0x12' } },
          [B]: { balance: '0x1' },
        },
      ),
    );
    expect(state.account(A)).toMatchObject({ balance: 5n, nonce: 1n });
    expect([state.storage(A, 1n), state.storage(A, 2n)]).toEqual([0x10n, 0x12n]);
    expect(state.account(B)).toMatchObject({ balance: 1n });
  });

  test('leave out zero nonces and empty code, which later entries do not fill', () => {
    // A sends its first two transactions, and between them authorises code (EIP-7702).
    const state = snapshotState(
      trace({ [A]: { balance: '0x5' } }, { [A]: { balance: '0x4', nonce: 1, code: '0xef0100' } }),
    );
    expect(state.account(A)).toMatchObject({ balance: 5n, nonce: 0n, code: new Uint8Array(0) });
  });

  test('with single fields fill what nobody has said', () => {
    const state = snapshotState([
      { [A]: { balance: '0x5' } },
      { [A]: { nonce: 7 } },
      { [B]: { code: '0x00' } },
      { [B]: { balance: '0x1' } },
    ]);
    // The first entry of A is of a whole account, whose nonce was left out as zero.
    expect(state.account(A)).toMatchObject({ balance: 5n, nonce: 0n });
    expect(state.account(B)).toMatchObject({ balance: 1n, code: Uint8Array.of(0) });
  });

  test('in diff mode tell what was not there before', () => {
    const state = snapshotState(
      trace(
        {
          pre: { [A]: { balance: '0x5' } },
          post: { [A]: { balance: '0x4', nonce: 1 }, [B]: { code: '0x00', nonce: 1 } },
        },
        {
          pre: { [A]: { balance: '0x4', nonce: 1 }, [B]: { balance: '0x0', nonce: 1, code: '0x00' } },
          post: { [A]: { nonce: 2, storage: { '0x1': '0x9' } }, [B]: { storage: { '0x1': '0x9' } } },
        },
        {
          pre: {
            [A]: { balance: '0x4', storage: { '0x1': '0x9' } },
            [B]: { balance: '0x0', storage: { '0x1': '0x9' } },
          },
          post: {},
        },
      ),
      { partial: true },
    );
    expect(state.account(A)).toMatchObject({ balance: 5n, nonce: 0n });
    // Its slot was zero: only the state after the second transaction has it.
    expect(state.storage(A, 1n)).toBe(0n);
    expect(state.account(B)).toBeNull();
    expect(state.storage(B, 1n)).toBe(0n);
    expect(state.account(C)).toBeUndefined();
  });

  test.each<[string, (prestate: unknown) => unknown]>([
    ['bare', (prestate) => prestate],
    ['in a response', (prestate) => ({ jsonrpc: '2.0', id: 1, result: prestate })],
    ['in a response of traces', (prestate) => ({ id: 1, result: trace(prestate) })],
    ['as bare entries', (prestate) => [prestate]],
    ['with a pre', (prestate) => ({ pre: prestate })],
  ])('are found %s', (_, wrap) => {
    expect(snapshotState(wrap({ [A]: { balance: '0x5' } })).account(A)?.balance).toBe(5n);
  });
});

describe('several files', () => {
  test('merge in order: earlier ones win, later ones add', () => {
    const state = mergeSnapshots([
      { source: '1.json', value: { [A]: { balance: '0x1', storage: { '0x1': '0x1' } } } },
      {
        source: '2.json',
        value: { [A]: { balance: '0x2', storage: { '0x1': '0x2', '0x2': '0x2' } }, [B]: { nonce: 1 } },
      },
      { source: '3.json', value: { [A]: { code: '0x00' }, [B]: { nonce: 2, balance: '0x3' } } },
    ]);
    expect(state.account(A)).toMatchObject({ balance: 1n, code: Uint8Array.of(0) });
    expect([state.storage(A, 1n), state.storage(A, 2n)]).toEqual([1n, 2n]);
    expect(state.account(B)).toMatchObject({ balance: 3n, nonce: 1n });
  });

  test('of an account without a balance only the code is known, where what is missing is unknown', () => {
    const prestate = { [A]: { code: '0x6001', storage: { '0x1': '0x2' } }, [B]: { nonce: 3 } };
    const partial = snapshotState(prestate, { partial: true });
    expect([partial.account(A), partial.account(B)]).toEqual([undefined, undefined]);
    expect([partial.code(A), partial.code(B), partial.code(C)]).toEqual([
      new Uint8Array([0x60, 1]),
      undefined,
      undefined,
    ]);
    expect(partial.storage(A, 1n)).toBe(2n);
    expect(snapshotState(prestate).account(A)).toMatchObject({
      balance: 0n,
      code: new Uint8Array([0x60, 1]),
    });
    const changed = overlayState(partial, new Map([[A, { storage: new Map([[1n, 7n]]) }]]));
    expect([changed.account(A), changed.code?.(A), changed.storage(A, 1n)]).toEqual([
      undefined,
      new Uint8Array([0x60, 1]),
      7n,
    ]);
  });

  test('none, and partial: nothing is known', () => {
    const state = mergeSnapshots([], { partial: true });
    expect([state.account(A), state.storage(A, 1n)]).toEqual([undefined, undefined]);
  });

  test('are named in errors', () => {
    const files = [
      { source: '1.json', value: {} },
      { source: '2.json', value: [{ result: { [A]: { nonce: 'x' } } }] },
    ];
    expect(() => mergeSnapshots(files)).toThrow(
      `2.json: [0].result.${A}.nonce: expected a nonce of at most 64 bits, got "x"`,
    );
  });
});

describe('wrong pre-states', () => {
  const PRESTATE = 'a pre-state (accounts by address), or an array of them';
  test.each<[unknown, string]>([
    [undefined, `expected ${PRESTATE}, got nothing`],
    [7, `expected ${PRESTATE}, got 7`],
    ['0x', `expected ${PRESTATE}, got "0x"`],
    [[7], `[0]: expected ${PRESTATE}, got 7`],
    [{ result: null }, `result: expected ${PRESTATE}, got null`],
    [{ pre: [] }, `pre: expected ${PRESTATE}, got an empty array`],
    [[{ txHash: '0x', error: 'timeout' }], '[0].error: expected no error, got "timeout"'],
    [{ error: { message: 'no such method' } }, 'error: expected no error, got "no such method"'],
    [{ alice: {} }, 'expected addresses (20 bytes of hex) as names, got "alice"'],
    [{ [`${A}00`]: {} }, `expected addresses (20 bytes of hex) as names, got "${A}…" (44 characters)`],
    [JSON.parse('{"__proto__":{}}'), 'expected addresses (20 bytes of hex) as names, got "__proto__"'],
    [{ [A]: 7 }, `${A}: expected an account, got 7`],
    [{ [A]: { balance: '-1' } }, `${A}.balance: expected a balance, hex or decimal, got "-1"`],
    [{ [A]: { balance: '0x' } }, `${A}.balance: expected a balance, hex or decimal, got "0x"`],
    [
      { [A]: { balance: `0x1${'0'.repeat(64)}` } },
      `${A}.balance: expected a balance, hex or decimal, got "0x1${'0'.repeat(39)}…" (67 characters)`,
    ],
    [
      { [A]: { balance: String(2n ** 256n) } },
      `${A}.balance: expected a balance, hex or decimal, got "${String(2n ** 256n).slice(0, 42)}…" (78 characters)`,
    ],
    [{ [A]: { nonce: 1.5 } }, `${A}.nonce: expected a nonce of at most 64 bits, got 1.5`],
    [{ [A]: { nonce: 2 ** 60 } }, `${A}.nonce: expected a nonce of at most 64 bits, got ${2 ** 60}`],
    [{ [A]: { code: '0x6' } }, `${A}.code: expected code in hex, got "0x6"`],
    [{ [A]: { code: 'PUSH1' } }, `${A}.code: expected code in hex, got "PUSH1"`],
    [{ [A]: { storage: [] } }, `${A}.storage: expected an object of slots and values, got an empty array`],
    [
      { [A]: { storage: { '1': '0x1' } } },
      `${A}.storage: expected slots of at most 32 bytes of hex as names, got "1"`,
    ],
    [
      { [A]: { storage: { '0x1': 'x' } } },
      `${A}.storage.0x1: expected a value of at most 32 bytes of hex, got "x"`,
    ],
  ])('%#', (prestate, message) => {
    expect(() => snapshotState(prestate, { source: 'state.json' })).toThrow(
      expect.objectContaining({ name: 'InputError', message: `state.json: ${message}` }),
    );
  });

  test('of any kind are an error of one line', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom(A, B, 'pre', 'post', 'result'), fc.jsonValue()),
      fc.dictionary(
        fc.constantFrom(A),
        fc.dictionary(fc.constantFrom('balance', 'nonce', 'code', 'storage'), fc.jsonValue()),
      ),
    );
    fc.assert(
      fc.property(value, (prestate) => {
        try {
          snapshotState(prestate);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as InputError).message).not.toContain('\n');
        }
      }),
      { numRuns: 500 },
    );
  });

  test('nested deep are one error', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(() => snapshotState(deep)).toThrow(/^pre-state: \[0\]\[0\]\[0\]\[0\]: expected a pre-state/);
  });
});

describeCorpus('real pre-states', () => {
  test.each(mainnetBlocks())('%d: hold what the file holds', (number) => {
    const { prestate } = readCorpusBlock(number);
    const state = snapshotState(prestate);
    expect(state.accounts.size).toBe(Object.keys(prestate).length);
    for (const [address, { balance, nonce, code, storage }] of Object.entries(prestate)) {
      const account = state.account(address as Address);
      expect([account?.balance, account?.nonce]).toEqual([BigInt(balance ?? 0), BigInt(nonce ?? 0)]);
      expect(Buffer.from(account?.code ?? []).toString('hex')).toBe((code ?? '0x').slice(2));
      const slots = Object.keys(storage ?? {}).map((slot) => state.storage(address as Address, BigInt(slot)));
      expect(slots).toEqual(Object.values(storage ?? {}).map(BigInt));
    }
  });

  test('before EIP-161 an account may exist with nothing in it', () => {
    const { prestate } = readCorpusBlock(2_674_998);
    const identity = '0x0000000000000000000000000000000000000004';
    expect(prestate[identity]).toEqual({ balance: '0x0', nonce: 0 });
    expect(snapshotState(prestate).account(identity)).toMatchObject({ balance: 0n, nonce: 0n });
  });
});

test('code that was left out is not taken for none', () => {
  const address = `0x${'aa'.repeat(20)}`;
  const empty = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470';
  expect(() => snapshotState({ [address]: { balance: '0x0', codeHash: empty } })).not.toThrow();
  expect(() => snapshotState({ [address]: { balance: '0x0', codeHash: `0x${'12'.repeat(32)}` } })).toThrow(
    `${address}.code: expected the code that codeHash is of (disableCode leaves it out), got nothing`,
  );
});
