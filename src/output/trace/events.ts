/**
 * Events of Chrome's trace format ("Trace Event Format", the JSON object form), as far as they are used here. Times
 * are microseconds.
 */

type Args = Readonly<Record<string, unknown>>;

interface OnTrack {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly args?: Args;
}

/** `M`: what a process or thread is called, and where it stands. */
export interface MetadataEvent extends OnTrack {
  readonly ph: 'M';
  readonly ts: 0;
}

/** `X`: something with a beginning and a duration. */
export interface CompleteEvent extends OnTrack {
  readonly ph: 'X';
  readonly cat: string;
  readonly ts: number;
  readonly dur: number;
}

/** `i`: a moment on a thread. */
export interface InstantEvent extends OnTrack {
  readonly ph: 'i';
  readonly cat: string;
  readonly ts: number;
  /** Of the thread alone. */
  readonly s: 't';
}

interface FlowEvent extends OnTrack {
  readonly cat: string;
  readonly id: number;
  readonly ts: number;
}

/** `s`: an arrow begins in the slice around it. */
export interface FlowStart extends FlowEvent {
  readonly ph: 's';
}

/** `f`: it ends; `bp: 'e'` says in the slice around it, rather than in the next one. */
export interface FlowEnd extends FlowEvent {
  readonly ph: 'f';
  readonly bp: 'e';
}

export type TraceEvent = MetadataEvent | CompleteEvent | InstantEvent | FlowStart | FlowEnd;

/** A file. */
export interface TraceFile {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ms';
  readonly otherData: Readonly<Record<string, string>>;
}

/** A process with its threads, as tracks. */
export function trackNames(pid: number, process: string, threads: readonly string[]): MetadataEvent[] {
  const said = (name: string, tid: number, args: Args): MetadataEvent => ({
    name,
    ph: 'M',
    ts: 0,
    pid,
    tid,
    args,
  });
  return [
    said('process_name', 0, { name: process }),
    said('process_sort_index', 0, { sort_index: pid }),
    ...threads.flatMap((name, tid) => [
      said('thread_name', tid, { name }),
      said('thread_sort_index', tid, { sort_index: tid }),
    ]),
  ];
}

/** A slice that an arrow can begin or end in. */
export interface Slice {
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
}

/**
 * An arrow from the end of one slice to the beginning of another: two events. What binds each to its slice is that
 * it lies inside, so the first stands just before the end.
 */
export function arrow(
  what: Pick<FlowEvent, 'id' | 'pid' | 'name' | 'cat' | 'args'>,
  from: Slice,
  to: Slice,
): [FlowStart, FlowEnd] {
  return [
    { ...what, ph: 's', tid: from.tid, ts: from.ts + from.dur - Math.min(from.dur, 1) / 2 },
    { ...what, ph: 'f', bp: 'e', tid: to.tid, ts: to.ts },
  ];
}
