/** Requests to the consensus layer: deposits out of logs, and what two contracts queue up, taken by their own code. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import type { Execution } from '../../src/executor/outcome.ts';
import { depositsOf, requestsHash } from '../../src/executor/requests.ts';
import type { Ran } from '../../src/executor/transaction-runner.ts';
import type { Address, BlockInput, Hex } from '../../src/input/block.ts';
import { bytesToHex } from '../../src/input/hex.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { CONSOLIDATION_QUEUE_ADDRESS, WITHDRAWAL_QUEUE_ADDRESS } from '../../src/state/system-calls.ts';
import type { Prestate } from '../corpus.ts';
import { fuzzing } from '../effort.ts';
import { accessListFacts, recordedBlock } from '../oracle/access-list.ts';
import { OracleState } from '../oracle/state.ts';
import { stateAfter } from '../oracle/state-after.ts';
import { blockOf, SENDERS, WORKER_URL } from './small-blocks.ts';

/** Byte code from EIP-7002. */
const WITHDRAWAL_QUEUE_CODE =
  '0x3373fffffffffffffffffffffffffffffffffffffffe1460cb5760115f54807fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff146101f457600182026001905f5b5f82111560685781019083028483029004916001019190604d565b909390049250505036603814608857366101f457346101f4575f5260205ff35b34106101f457600154600101600155600354806003026004013381556001015f35815560010160203590553360601b5f5260385f601437604c5fa0600101600355005b6003546002548082038060101160df575060105b5f5b8181146101835782810160030260040181604c02815460601b8152601401816001015481526020019060020154807fffffffffffffffffffffffffffffffff00000000000000000000000000000000168252906010019060401c908160381c81600701538160301c81600601538160281c81600501538160201c81600401538160181c81600301538160101c81600201538160081c81600101535360010160e1565b910180921461019557906002556101a0565b90505f6002555f6003555b5f54807fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff14156101cd57505f5b6001546002828201116101e25750505f6101e8565b01600290035b5f555f600155604c025ff35b5f5ffd';

/** Byte code from EIP-7251. */
const CONSOLIDATION_QUEUE_CODE =
  '0x3373fffffffffffffffffffffffffffffffffffffffe1460d35760115f54807fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff1461019a57600182026001905f5b5f82111560685781019083028483029004916001019190604d565b9093900492505050366060146088573661019a573461019a575f5260205ff35b341061019a57600154600101600155600354806004026004013381556001015f358155600101602035815560010160403590553360601b5f5260605f60143760745fa0600101600355005b6003546002548082038060021160e7575060025b5f5b8181146101295782810160040260040181607402815460601b815260140181600101548152602001816002015481526020019060030154905260010160e9565b910180921461013b5790600255610146565b90505f6002555f6003555b5f54807fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff141561017357505f5b6001546001828201116101885750505f61018e565b01600190035b5f555f6001556074025ff35b5f5ffd';

const PRESTATE: Prestate = {
  ...Object.fromEntries(
    SENDERS.map((sender) => [sender, { balance: `0x${(10n ** 18n).toString(16)}`, nonce: 5 }]),
  ),
  [WITHDRAWAL_QUEUE_ADDRESS]: { balance: '0x0', nonce: 1, code: WITHDRAWAL_QUEUE_CODE },
  [CONSOLIDATION_QUEUE_ADDRESS]: { balance: '0x0', nonce: 1, code: CONSOLIDATION_QUEUE_CODE },
};

interface Asked {
  readonly sender: number;
  readonly kind: 'withdrawal' | 'consolidation';
  readonly fill: number;
  readonly value: bigint;
}

/** More requests than one block takes out, with some that do not pay. */
const asked: fc.Arbitrary<Asked[]> = fc.array(
  fc.record({
    sender: fc.nat({ max: SENDERS.length - 1 }),
    kind: fc.constantFrom('withdrawal', 'consolidation'),
    fill: fc.nat({ max: 255 }),
    value: fc.constantFrom(1n, 1n, 1n, 10n, 0n),
  }),
  { maxLength: 24 },
);

function blockOfRequests(requests: readonly Asked[], requestsHash: Hex | null = null): BlockInput {
  return blockOf(
    requests.map(({ sender, kind, fill, value }) => ({
      from: SENDERS[sender] as Address,
      to: kind === 'withdrawal' ? WITHDRAWAL_QUEUE_ADDRESS : CONSOLIDATION_QUEUE_ADDRESS,
      data: new Uint8Array(kind === 'withdrawal' ? 56 : 96).fill(fill),
      value,
      gasLimit: 400_000n,
    })),
    { hardfork: 'prague', header: { excessBlobGas: 0n, blobGasUsed: 0n, requestsHash } },
  );
}

describe('queues of requests', () => {
  const executors: Executor[] = [];
  beforeAll(async () => {
    executors.push(await createExecutor({ workers: 1, engine: 'tuned' }));
    executors.push(await createExecutor({ workers: 1, engine: 'stock' }));
    executors.push(await createExecutor({ workers: 2, engine: 'tuned', workerUrl: WORKER_URL }));
  });
  afterAll(async () => {
    for (const executor of executors) await executor.close();
  });

  async function execute(executor: Executor, input: BlockInput, prestate: Prestate): Promise<Execution> {
    const mode = executor.workers === 1 ? 'sequential' : 'parallel';
    const { execution } = await executor.executeBlock(input, { state: snapshotState(prestate), mode });
    return execution;
  }

  test('are emptied as by the package, block after block, however the block is executed', async () => {
    const { seed, numRuns } = fuzzing({ short: 12, long: 500 });
    await fc.assert(
      fc.asyncProperty(asked, async (requests) => {
        // What the first block does not take out is left to the second one.
        const input = blockOfRequests(requests);
        let prestate = PRESTATE;
        for (const block of [input, { ...input, transactions: [] }]) {
          const recorded = await recordedBlock(block, prestate);
          const queues = recorded.queues.map((data, at) => ({ type: at + 1, data }));
          const expected = queues.filter(({ data }) => data.length > 0);
          for (const executor of executors) {
            const execution = await execute(executor, block, prestate);
            expect(execution.requestsHash).toBe(requestsHash(expected));
            expect(execution.requests?.map(bytesToHex)).toEqual(
              expected.map(({ type, data }) => `0x0${type}${bytesToHex(data).slice(2)}`),
            );
            expect(accessListFacts(execution.blockAccessList)).toEqual(accessListFacts(recorded.list));
            const after = new OracleState(stateAfter(prestate, execution.stateDiff));
            expect(after.dump()).toEqual(recorded.state.dump());
          }
          prestate = recorded.state.dump();
        }
      }),
      { seed, numRuns },
    );
  }, 600_000);

  test('are compared with the header', async () => {
    const [executor] = executors as [Executor];
    const requests: Asked[] = [{ sender: 0, kind: 'withdrawal', fill: 7, value: 1n }];
    const right = await execute(executor, blockOfRequests(requests), PRESTATE);
    expect(right.requests).toHaveLength(1);
    expect(right.requests?.[0]).toHaveLength(1 + 76);
    const wrong: Hex = `0x${'11'.repeat(32)}`;
    const { verified } = await execute(
      executor,
      { ...blockOfRequests(requests, wrong), ...withGas(right) },
      PRESTATE,
    );
    expect(verified.mismatches).toEqual([
      `requests hash: the header has ${wrong}, execution gave ${right.requestsHash}`,
    ]);
    function withGas({ gasUsed }: Execution): Pick<BlockInput, 'block'> {
      const { block } = blockOfRequests(requests, wrong);
      return { block: block === null ? null : { ...block, gasUsed } };
    }
  });

  test('are left alone where the state does not know them', async () => {
    const [executor] = executors as [Executor];
    const { [CONSOLIDATION_QUEUE_ADDRESS]: _, ...lacking } = PRESTATE;
    const { requests, requestsHash: hash } = await execute(executor, blockOfRequests([]), lacking);
    expect([requests, hash]).toEqual([null, null]);
  });

  test('make a block invalid whose contract fails', async () => {
    const [executor] = executors as [Executor];
    const failing = { ...PRESTATE, [WITHDRAWAL_QUEUE_ADDRESS]: { nonce: 1, code: '0x5f5ffd' } };
    await expect(execute(executor, blockOfRequests([]), failing)).rejects.toMatchObject({
      code: 'invalid-block',
      reason: 'failed-system-call',
      transaction: null,
    });
  });

  test('came with Prague', async () => {
    const [executor] = executors as [Executor];
    const before = { ...blockOfRequests([]), hardfork: 'cancun' };
    expect((await execute(executor, before, PRESTATE)).requests).toBeNull();
  });
});

describe('deposits', () => {
  const CONTRACT = '0x00000000219ab540356cbb839cbe05303d7705fa';
  const TOPIC = '0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5';
  const LENGTHS = [48, 32, 8, 96, 8];

  function bytes(hex: string): Uint8Array {
    return new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
  }

  /** ABI encoding of five byte strings; field `n` is filled with `n + 1`. */
  function depositLog(): Uint8Array {
    const word = (value: number): string => value.toString(16).padStart(64, '0');
    const tails = LENGTHS.map(
      (length, field) =>
        word(length) +
        (field + 1)
          .toString(16)
          .padStart(2, '0')
          .repeat(length)
          .padEnd(Math.ceil(length / 32) * 64, '0'),
    );
    let at = LENGTHS.length * 32;
    const heads = tails.map((tail) => {
      const head = word(at);
      at += tail.length / 2;
      return head;
    });
    return bytes(`0x${heads.join('')}${tails.join('')}`);
  }

  function ran(index: number, ...logs: Ran['logs']): Ran {
    return { status: 'ran', index, logs } as unknown as Ran;
  }

  test("are the fields of the contract's logs, in block order", () => {
    const log = [bytes(CONTRACT), [bytes(TOPIC)], depositLog()] as const;
    const { type, data } = depositsOf([ran(0, log), ran(1), ran(2, log)], 1n);
    const one = LENGTHS.map((length, field) => `0${field + 1}`.repeat(length)).join('');
    expect([type, bytesToHex(data)]).toEqual([0, `0x${one}${one}`]);
  });

  test("are those of the chain's own contract, and of that event", () => {
    const elsewhere = [bytes(`0x${'11'.repeat(20)}`), [bytes(TOPIC)], depositLog()] as const;
    const other = [bytes(CONTRACT), [bytes(`0x${'22'.repeat(32)}`)], depositLog()] as const;
    const none = [bytes(CONTRACT), [], depositLog()] as const;
    expect(depositsOf([ran(0, elsewhere, other, none)], 1n).data).toHaveLength(0);
    const sepolia = [
      bytes('0x7f02c3e3c98b133055b8b348b2ac625669ed295d'),
      [bytes(TOPIC)],
      depositLog(),
    ] as const;
    expect(depositsOf([ran(0, sepolia)], 11155111n).data).toHaveLength(192);
  });

  test('of another layout make the block invalid', () => {
    for (const spoil of [
      (data: Uint8Array) => data.slice(1),
      (data: Uint8Array) => data.with(31, 0xa1),
      (data: Uint8Array) => data.with(160, 0xff),
    ]) {
      const log = [bytes(CONTRACT), [bytes(TOPIC)], spoil(depositLog())] as const;
      expect(() => depositsOf([ran(3, log)], 1n)).toThrow(
        expect.objectContaining({ code: 'invalid-block', transaction: 3 }),
      );
    }
  });
});

test('the hash of no requests is that of nothing (EIP-7685)', () => {
  expect(requestsHash([])).toBe('0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
