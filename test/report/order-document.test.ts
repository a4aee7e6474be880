import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { analyzeBlock } from '../../src/analysis/block.ts';
import { buildConflictGraph } from '../../src/graph/build.ts';
import { planSchedule } from '../../src/graph/plan.ts';
import { readInput } from '../../src/input/read.ts';
import { buildDocument } from '../../src/report/document.ts';
import { documentSchema, type ReportDocument } from '../../src/report/schema.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { sign } from '../input/signed.ts';

const TO = `0x${'22'.repeat(20)}`;
const published: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../../schema/pevm-analyze-1.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(published);

const [first, second] = [0, 1].map((nonce) =>
  sign({ type: 0, chainId: 1n, to: TO, nonce, gasLimit: 21_000n, gasPrice: 2n }),
);

function documentOf(json: unknown): ReportDocument {
  const analysis = analyzeBlock(readInput(json), { state: snapshotState({}) });
  const graph = buildConflictGraph(analysis);
  const document = buildDocument({
    analysis,
    graph,
    plan: planSchedule(graph, { workers: 2 }),
    execution: null,
  });
  validate(JSON.parse(JSON.stringify(document)));
  expect(validate.errors).toBeNull();
  documentSchema.parse(document);
  return document;
}

test('bundles and conditions are in the document', () => {
  const conditional = [
    first?.serialized,
    { knownAccounts: { [TO]: { '0x1': '0x2' }, [`0x${'33'.repeat(20)}`]: `0x${'44'.repeat(32)}` } },
  ];
  const bundle = { txs: [second?.serialized], blockNumber: 16, stateBlockNumber: '0xf', maxTimestamp: 9 };
  const document = documentOf([
    { method: 'eth_sendRawTransactionConditional', params: conditional },
    { ...bundle, revertingTxHashes: [second?.hash] },
    { method: 'eth_callBundle', params: [{ ...bundle, stateBlockNumber: 'latest' }] },
  ]);
  const none = { minBlock: null, maxBlock: null, minTimestamp: null, maxTimestamp: null };
  const word = (value: number) => `0x${value.toString(16).padStart(64, '0')}`;
  expect(document.transactions.map(({ conditions }) => conditions)).toEqual([
    {
      bounds: none,
      knownAccounts: { [TO]: { [word(1)]: word(2) }, [`0x${'33'.repeat(20)}`]: `0x${'44'.repeat(32)}` },
    },
    undefined,
    undefined,
  ]);
  const expected = {
    kind: 'eth_callBundle',
    transactions: [1],
    canRevert: [1],
    canDrop: [],
    bounds: { ...none, minBlock: '0x10', maxBlock: '0x10', maxTimestamp: '0x9' },
    replacementId: null,
    stateBlock: '0xf',
  };
  expect(document.bundles).toEqual([
    expected,
    { ...expected, transactions: [2], canRevert: [], stateBlock: 'latest' },
  ]);
});

test('there is nothing where there are none', () => {
  const document = documentOf([first?.serialized]);
  expect(document).not.toHaveProperty('bundles');
  expect(document.transactions[0]).not.toHaveProperty('conditions');
});
