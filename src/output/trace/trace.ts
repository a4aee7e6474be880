/**
 * Findings as a trace of Chrome's format, which Perfetto opens: the plan in estimated gas, and, where execution was
 * traced, what ran where when.
 */
import type { ExecutionTrace, TracedRun } from '../../executor/trace.ts';
import type { PlannedTask } from '../../graph/plan.ts';
import type { Findings } from '../../report/document.ts';
import { type GraphEdge, type GraphNode, type GraphView, viewGraph } from '../graph/graph-view.ts';
import {
  arrow,
  type CompleteEvent,
  type Slice,
  type TraceEvent,
  type TraceFile,
  trackNames,
} from './events.ts';

const PLANNED = 1;
const MEASURED = 2;

/** One event a line. */
export function renderTrace(findings: Findings): string {
  const { traceEvents, ...rest } = traceFile(findings);
  const lines = traceEvents.map((event) => JSON.stringify(event)).join(',\n');
  return `{"traceEvents":[\n${lines}\n],${JSON.stringify(rest).slice(1)}\n`;
}

/**
 * Two processes: the planned lanes, where a microsecond is a unit of gas, and the measured ones. Arrows lead from
 * each transaction to those that wait for it.
 */
function traceFile(findings: Findings): TraceFile {
  const view = viewGraph(findings);
  const trace = findings.execution?.trace ?? null;
  return {
    traceEvents: [
      ...plannedEvents(findings, view),
      ...(trace === null ? [] : measuredEvents(trace, findings, view)),
    ],
    displayTimeUnit: 'ms',
    otherData: {
      title: view.title,
      planned: 'process 1: estimated gas, 1 microsecond is 1 gas',
      ...(trace !== null && { measured: 'process 2: microseconds since the execution of the block began' }),
    },
  };
}

function plannedEvents({ plan }: Findings, view: GraphView): TraceEvent[] {
  const lanes = plan.lanes.map((_, lane) => `worker ${lane}`);
  const slices = new Map<number, CompleteEvent>();
  const moments: TraceEvent[] = [];
  for (const task of plan.lanes.flat()) {
    const node = view.nodes[task.transaction];
    if (node === undefined) continue;
    slices.set(task.transaction, plannedSlice(task, node));
    if (task.resolved === null) continue;
    const name = `#${task.transaction} resolved`;
    const ts = Number(task.resolved);
    moments.push({ name, cat: 'resolve', ph: 'i', s: 't', ts, pid: PLANNED, tid: task.worker });
  }
  return [
    ...trackNames(PLANNED, 'plan (1 µs = 1 gas, estimated)', lanes),
    ...slices.values(),
    ...moments,
    ...arrows(PLANNED, view.edges, slices, 0),
  ];
}

function plannedSlice({ transaction, worker, start, end }: PlannedTask, node: GraphNode): CompleteEvent {
  return {
    ...described(node),
    ph: 'X',
    ts: Number(start),
    dur: Number(end - start),
    pid: PLANNED,
    tid: worker,
    args: argsOf(node, { transaction }),
  };
}

/** What is done for the block as a whole, and what runs on the main thread meanwhile, are tracks of their own. */
function measuredEvents(trace: ExecutionTrace, { execution }: Findings, view: GraphView): TraceEvent[] {
  const workers = trace.runs.reduce(
    (most, { worker }) => Math.max(most, worker === null ? 0 : worker + 1),
    0,
  );
  const threads = [
    'block',
    'main thread',
    ...Array.from({ length: workers }, (_, place) => `worker ${place}`),
  ];
  const receipts = new Map(execution?.receipts.map((receipt) => [receipt.transaction, receipt]));
  const slices = new Map<number, CompleteEvent>();
  const runs: CompleteEvent[] = [];
  for (const run of trace.runs) {
    const node = view.nodes[run.transaction];
    if (node === undefined) continue;
    const receipt = receipts.get(run.transaction);
    const slice = measuredSlice(run, node, receipt === undefined ? {} : { gasUsed: Number(receipt.gasUsed) });
    runs.push(slice);
    // The last one is the one that counts.
    slices.set(run.transaction, slice);
  }
  return [
    ...trackNames(MEASURED, 'execution (measured)', threads),
    ...trace.spans.map(
      ({ name, start, end }): CompleteEvent => ({
        name,
        cat: 'block',
        ph: 'X',
        ts: rounded(start),
        dur: rounded(rounded(end) - rounded(start)),
        pid: MEASURED,
        tid: 0,
      }),
    ),
    ...runs,
    ...trace.resolved.map(
      ({ transaction, at }): TraceEvent => ({
        name: `#${transaction} resolved`,
        cat: 'resolve',
        ph: 'i',
        s: 't',
        ts: rounded(at),
        pid: MEASURED,
        tid: 0,
      }),
    ),
    ...arrows(MEASURED, view.edges, slices, view.edges.length),
  ];
}

function measuredSlice(
  { transaction, worker, start, end }: TracedRun,
  node: GraphNode,
  more: object,
): CompleteEvent {
  return {
    ...described(node),
    ph: 'X',
    ts: rounded(start),
    dur: rounded(rounded(end) - rounded(start)),
    pid: MEASURED,
    tid: worker === null ? 1 : worker + 2,
    args: argsOf(node, { transaction, ...more }),
  };
}

function described({ index, label, status, isCritical }: GraphNode): {
  readonly name: string;
  readonly cat: string;
} {
  return { name: `#${index} ${label}`, cat: isCritical ? `${status},critical` : status };
}

function argsOf(
  { hash, from, to, status, gas, component }: GraphNode,
  more: object,
): Readonly<Record<string, unknown>> {
  return { ...more, hash, from, to, status, gasEstimate: Number(gas), component };
}

/** Where a block ran by its access list, a transaction need not wait for those that it follows: no arrow then. */
function arrows(
  pid: number,
  edges: readonly GraphEdge[],
  slices: ReadonlyMap<number, Slice>,
  firstId: number,
): TraceEvent[] {
  return edges.flatMap(({ from, to, keys }, at) => {
    const [source, target] = [slices.get(from), slices.get(to)];
    if (source === undefined || target === undefined || source.ts + source.dur > target.ts) return [];
    const what = {
      id: firstId + at + 1,
      pid,
      name: keys[0] ?? 'resolved before',
      cat: 'conflict',
      args: { keys },
    };
    return arrow(what, source, target);
  });
}

/** To nanoseconds. */
function rounded(time: number): number {
  return Math.round(time * 1_000) / 1_000;
}
