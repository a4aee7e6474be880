import { describe, expect, test } from '@jest/globals';
import { buildDocument } from '../../src/report/document.ts';
import { slotHex } from '../../src/state/key.ts';
import { account, analysis, execution, feeRecipient, graph, plan, token } from './hand-made.ts';

const document = buildDocument({ analysis, graph, plan, execution: null });
const slot = `0x${'ab'.repeat(32)}`;

describe('a transaction of the document', () => {
  test('has each key under its strongest mode, ascending', () => {
    expect(document.transactions[0]?.accesses).toEqual({
      reads: [`${token}:code`],
      writes: [`${account(0)}:balance`, `${token}:${slot}`],
      deltas: [`${account(0)}:nonce`, `${feeRecipient}:balance`],
      regions: [],
    });
  });

  test('has amounts in hex, the gas estimate as a number', () => {
    expect(document.transactions[0]).toMatchObject({ index: 0, gasLimit: '0x186a0', gasEstimate: 40_000 });
  });

  test('names creation, component and predecessors', () => {
    expect(document.transactions[3]).toMatchObject({ to: null, component: 0, predecessors: [1, 2] });
  });

  test('says what it waits for only where it waits', () => {
    expect(document.transactions.map(({ resolveAfter }) => resolveAfter)).toEqual([
      undefined,
      undefined,
      [0, 1],
      undefined,
      undefined,
    ]);
    expect(document.transactions.map(({ heldBy }) => heldBy)).toEqual([
      undefined,
      undefined,
      undefined,
      [2],
      [2],
    ]);
    expect(Object.keys(document.transactions[0] ?? {})).not.toContain('heldBy');
  });

  test('tells a declared list from a derived one, and from none', () => {
    expect(document.transactions[0]?.accessList).toEqual({
      declared: null,
      derived: [{ address: token, storageKeys: [slot] }],
    });
    expect(document.transactions[1]?.accessList.declared).toEqual([
      { address: token, storageKeys: [slotHex(1n)] },
    ]);
    expect(document.transactions[3]?.accessList).toEqual({ declared: null, derived: null });
  });

  test('says where a reason is, what it depends on, and who may write that', () => {
    expect(document.transactions[1]?.reasons).toEqual([
      {
        code: 'unknown-branch',
        message: expect.any(String),
        at: { address: token, selector: '0xa9059cbb', pc: 291 },
        dependsOn: [`${token}:${slotHex(2n)}`, `${token}:${slotHex(9n)}`],
        writtenBy: { [`${token}:${slotHex(9n)}`]: [0] },
      },
    ]);
    expect(document.transactions[3]?.reasons[0]?.at).toEqual({ address: token, selector: null, pc: 5 });
  });

  test('identifies its regions', () => {
    expect(document.transactions[1]?.accesses.regions).toEqual([
      {
        address: token,
        field: 'storage',
        shape: 'mapping',
        mode: 'write',
        baseSlot: slotHex(3n),
        keys: [slotHex(8n), null],
        preimage: {
          byteLength: 64,
          words: [null, { hashOf: { byteLength: 64, words: [slotHex(8n), slotHex(3n)] }, offset: '0x0' }],
        },
        first: '0x0',
        last: '0x1',
      },
      {
        address: token,
        field: 'storage',
        shape: 'array',
        mode: 'read',
        baseSlot: slotHex(5n),
        first: slot,
        last: slotHex(BigInt(slot) + 9n),
        origin: { preimage: { byteLength: 32, words: [slotHex(5n)] }, offset: '0x0' },
      },
      { address: token, field: 'storage', shape: 'account', mode: 'write' },
    ]);
    expect(document.transactions[3]?.accesses.regions).toEqual([
      { address: null, field: 'any', shape: 'everything', mode: 'write' },
    ]);
  });
});

test('the block names its rules', () => {
  expect(document.block).toMatchObject({ number: '0x121eac0', hardfork: 'shanghai', chainId: '0x1' });
});

test('transactions without a block have none', () => {
  const loose = { ...analysis, input: { ...analysis.input, block: null } };
  expect(buildDocument({ analysis: loose, graph, plan, execution: null }).block).toBeNull();
});

test('the keys that the state lacks are named', () => {
  expect(document.missing).toEqual([]);
  const missing = [`${token}:code`, `${token}:${slotHex(1n)}`];
  expect(buildDocument({ analysis: { ...analysis, missing }, graph, plan, execution: null }).missing).toEqual(
    missing,
  );
});

test('edges are in order, whatever order the graph has them in', () => {
  expect(document.graph.edges.map(({ from, to }) => [from, to])).toEqual([
    [0, 1],
    [1, 2],
    [1, 3],
    [2, 3],
    [3, 4],
  ]);
});

test('the plan has a lane a worker, with start and end of each transaction', () => {
  expect(document.plan).toMatchObject({ workers: 2, makespan: '0x30d40' });
  expect(document.plan.lanes[0]?.[1]).toEqual({ transaction: 1, start: '0x9c40', end: '0x13880' });
  expect(document.plan.lanes[0]?.[2]).toMatchObject({ transaction: 2, resolved: '0x13880' });
  expect(document.plan.lanes[1]).toEqual([]);
});

test('it survives being written and read', () => {
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
});

describe('execution', () => {
  const executed = buildDocument({ analysis, graph, plan, execution }).execution;

  test('is null when there was none', () => {
    expect(document.execution).toBeNull();
  });

  test('has its receipts in block order, of those that ran', () => {
    expect(executed?.receipts).toEqual([
      {
        transactionIndex: 0,
        transactionHash: slotHex(1n),
        type: '0x2',
        status: '0x1',
        gasUsed: '0xc350',
        cumulativeGasUsed: '0xc350',
        contractAddress: null,
        logsBloom: `0x${'00'.repeat(256)}`,
        logs: [{ address: token, topics: [`0x${'11'.repeat(32)}`], data: '0x0102' }],
      },
      expect.objectContaining({ transactionIndex: 3, status: '0x0', contractAddress: account(9) }),
    ]);
  });

  test('has the changed accounts and slots ascending', () => {
    expect(JSON.stringify(executed?.stateDiff)).toBe(
      JSON.stringify({
        [account(0)]: { balance: '0x5', nonce: '0x1' },
        [account(8)]: { destroyed: true },
        [account(9)]: { destroyed: true, code: '0x6000' },
        [token]: { storage: { [slotHex(1n)]: slotHex(0n), [slot]: slotHex(7n) } },
      }),
    );
  });

  test('names what was left out and what was not known, only where there is something', () => {
    expect(executed?.skipped).toEqual([
      { transactionIndex: 1, reason: 'nonce-too-low', detail: 'nonce 0, the account has 1' },
    ]);
    expect(executed?.missingBlockHashes).toEqual(['0x11']);
    const clean = { ...execution, skipped: [], missingBlockHashes: [] };
    const keys = Object.keys(buildDocument({ analysis, graph, plan, execution: clean }).execution ?? {});
    expect(keys).not.toContain('skipped');
    expect(keys).not.toContain('missingBlockHashes');
  });

  test('counts escapes, and says what was compared', () => {
    expect(executed).toMatchObject({ escapes: 0, verified: { sequential: true, header: null } });
  });

  test('keeps in the timings whatever depends on workers and clock', () => {
    const other = { ...execution, mode: 'sequential', modeReason: 'why', workers: 1 } as const;
    const again = buildDocument({ analysis, graph, plan, execution: other }).execution;
    expect({ ...again, timings: null }).toEqual({ ...executed, timings: null });
    expect(executed?.timings).toMatchObject({ mode: 'parallel', workers: 2, total: 12.25 });
  });
});
