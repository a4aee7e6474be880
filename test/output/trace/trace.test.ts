/**
 * There is no published schema of Chrome's trace format; what its description ("Trace Event Format") asks of each
 * phase is written down here.
 */
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ExecutionTrace } from '../../../src/executor/trace.ts';
import type { TraceEvent, TraceFile } from '../../../src/output/trace/events.ts';
import { renderTrace } from '../../../src/output/trace/trace.ts';
import { buildDocument, type Findings } from '../../../src/report/document.ts';
import { analysed, chain, HOSTILE, handMade, named, shaped } from '../findings.ts';

const time = { type: 'number', minimum: 0 };
const track = { pid: { type: 'integer' }, tid: { type: 'integer' }, name: { type: 'string' }, ts: time };
const phase = (ph: string, required: readonly string[], more: object = {}) => ({
  type: 'object',
  required: ['name', 'ph', 'pid', 'tid', ...required],
  properties: { ...track, ph: { const: ph }, cat: { type: 'string' }, args: { type: 'object' }, ...more },
  additionalProperties: false,
});

const FORMAT = {
  type: 'object',
  required: ['traceEvents'],
  properties: {
    displayTimeUnit: { enum: ['ms', 'ns'] },
    otherData: { type: 'object' },
    traceEvents: {
      type: 'array',
      items: {
        oneOf: [
          phase('X', ['ts', 'dur', 'cat'], { dur: time }),
          phase('i', ['ts', 's', 'cat'], { s: { enum: ['g', 'p', 't'] } }),
          phase('s', ['ts', 'id', 'cat'], { id: { type: 'integer' } }),
          phase('f', ['ts', 'id', 'cat', 'bp'], { id: { type: 'integer' }, bp: { const: 'e' } }),
          phase('M', ['args'], {
            name: { enum: ['process_name', 'process_sort_index', 'thread_name', 'thread_sort_index'] },
            args: {
              type: 'object',
              oneOf: [
                { required: ['name'], properties: { name: { type: 'string' } } },
                { required: ['sort_index'], properties: { sort_index: { type: 'integer' } } },
              ],
            },
          }),
        ],
      },
    },
  },
} as const;

const validate = new Ajv2020({ allErrors: true }).compile(FORMAT);

function read(findings: Findings): TraceFile {
  const file = JSON.parse(renderTrace(findings));
  validate(file);
  expect(validate.errors ?? []).toEqual([]);
  return file;
}

const of = <Phase extends TraceEvent['ph']>({ traceEvents }: TraceFile, ph: Phase, pid: number) =>
  traceEvents.filter(
    (event): event is Extract<TraceEvent, { ph: Phase }> => event.ph === ph && event.pid === pid,
  );

/** Arrows come in pairs, forward in time, and each end lies inside a slice: without that nobody draws them. */
function expectArrows(file: TraceFile, pid: number): [from: unknown, to: unknown][] {
  const slices = of(file, 'X', pid).filter(({ cat }) => cat !== 'block');
  const ends = new Map(of(file, 'f', pid).map((end) => [end.id, end]));
  return of(file, 's', pid).map((start) => {
    const end = ends.get(start.id);
    const from = slices.find(
      ({ tid, ts, dur }) => tid === start.tid && ts <= start.ts && start.ts < ts + dur,
    );
    const to = slices.find(({ tid, ts }) => tid === end?.tid && ts === end?.ts);
    expect([start.cat, start.name]).toEqual([end?.cat, end?.name]);
    expect(end?.ts).toBeGreaterThan(start.ts);
    return [from?.args?.transaction, to?.args?.transaction];
  });
}

const trace: ExecutionTrace = {
  runs: [
    { transaction: 0, worker: 0, start: 10, end: 30.5 },
    { transaction: 1, worker: 1, start: 31.25, end: 40 },
    { transaction: 1, worker: null, start: 41, end: 50 },
    { transaction: 3, worker: 0, start: 50.0004, end: 60 },
  ],
  spans: [
    { name: 'derive', start: 1, end: 45 },
    { name: 'close', start: 61, end: 62 },
  ],
  resolved: [{ transaction: 2, at: 50 }],
};
const traced: Findings = {
  ...handMade,
  execution: handMade.execution === null ? null : { ...handMade.execution, trace },
};

describe('the plan', () => {
  test('is a slice for each transaction on its lane, in gas', () => {
    const file = read(analysed);
    expect(of(file, 'X', 1).map(({ name, tid, ts, dur }) => [name, tid, ts, dur])).toEqual([
      ['#0 empty call', 0, 0, 40_000],
      ['#1 empty call', 0, 40_000, 40_000],
      ['#2 empty call', 0, 80_000, 40_000],
      ['#3 new contract', 0, 120_000, 40_000],
      ['#4 empty call', 0, 160_000, 40_000],
    ]);
    expect(of(file, 'X', 1)[3]?.args).toMatchObject({
      transaction: 3,
      status: 'unbounded',
      gasEstimate: 40_003,
      to: null,
    });
    expect(of(file, 'i', 1).map(({ name, ts }) => [name, ts])).toEqual([['#2 resolved', 80_000]]);
    expect(expectArrows(file, 1)).toEqual([
      [0, 1],
      [1, 2],
      [1, 3],
      [2, 3],
      [3, 4],
    ]);
    expect(
      of(file, 'M', 1).flatMap(({ name, args }) => (name === 'thread_name' ? [args?.name] : [])),
    ).toEqual(['worker 0', 'worker 1']);
    expect(file.traceEvents.filter(({ pid }) => pid !== 1)).toEqual([]);
  });

  test.each([
    ['nothing', shaped(0, [])],
    ['a chain of 300', chain(300)],
    ['1,500 without a conflict', shaped(1500, [])],
  ])('of %s', (_name, findings) => {
    const file = read(findings);
    expect(of(file, 'X', 1).length).toBe(findings.analysis.transactions.length);
    expect(expectArrows(file, 1).length).toBe(findings.graph.edges.length);
  });

  test.each(HOSTILE.map((text) => [text]))('named %j', (text) => {
    expect(of(read(named(text)), 'X', 1)[0]?.name).toBe(`#0 ${text}`);
  });
});

describe('a traced execution', () => {
  const file = read(traced);

  test('is a slice for each run on its thread, in microseconds', () => {
    expect(of(file, 'X', 2).map(({ name, tid, ts, dur }) => [name, tid, ts, dur])).toEqual([
      ['derive', 0, 1, 44],
      ['close', 0, 61, 1],
      ['#0 empty call', 2, 10, 20.5],
      ['#1 empty call', 3, 31.25, 8.75],
      ['#1 empty call', 1, 41, 9],
      ['#3 new contract', 2, 50, 10],
    ]);
    expect(of(file, 'X', 2)[2]?.args).toMatchObject({ transaction: 0, gasUsed: 50_000 });
    expect(
      of(file, 'M', 2).flatMap(({ name, args }) => (name === 'thread_name' ? [args?.name] : [])),
    ).toEqual(['block', 'main thread', 'worker 0', 'worker 1']);
    expect(of(file, 'i', 2).map(({ name, ts }) => [name, ts])).toEqual([['#2 resolved', 50]]);
  });

  test('has arrows between the runs that count', () => {
    expect(expectArrows(file, 2)).toEqual([
      [0, 1],
      [1, 3],
    ]);
  });

  test('has arrows of its own', () => {
    const ids = file.traceEvents.flatMap((event) => (event.ph === 's' ? [event.id] : []));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('leaves the plan as it is', () => {
    const planned = (findings: Findings) => read(findings).traceEvents.filter(({ pid }) => pid === 1);
    expect(planned(traced)).toEqual(planned(analysed));
  });
});

test('measured times are in no other file', () => {
  expect(buildDocument(traced)).toEqual(buildDocument(handMade));
});

test('it is one event a line', () => {
  const lines = renderTrace(traced).split('\n');
  expect(lines.length).toBe(read(traced).traceEvents.length + 3);
});
