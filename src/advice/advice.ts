/** Which functions of which contracts make a block's transactions wait for each other, and why. */
import type { BlockAnalysis } from '../analysis/result.ts';
import { derive } from '../executor/derive.ts';
import type { EngineKind } from '../executor/engine-kind.ts';
import { trialsOf } from '../executor/trials.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import type { Address, BlockInput, Hex, Transaction } from '../input/block.ts';
import { bytesToHex } from '../input/hex.ts';
import { createNames, type Names } from '../names/names.ts';
import { parseKey, type StateKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import { Bounds } from './bound.ts';
import { ChangeLog } from './changes.ts';
import { PATTERNS, type PatternId } from './patterns.ts';
import { isTrade } from './pool-state.ts';
import { type Recognized, recognize } from './recognize.ts';
import { type Touches, touchesOf } from './touches.ts';

/** Transactions that call one function at top level. */
export interface Caller {
  /** `null`: they create contracts. */
  readonly to: Address | null;
  /** `null`: without call data. */
  readonly selector: Hex | null;
  /** How many of them touch the key. */
  readonly transactions: number;
  /** How many the block has. */
  readonly calls: number;
}

/** A key that makes the same transactions wait as the one that the advice is about. */
export interface Companion {
  readonly pattern: PatternId;
  readonly key: StateKey;
}

/** A key on which many wait, and the pattern behind it. */
export interface Advice {
  readonly pattern: PatternId;
  readonly key: StateKey;
  /** By how much a counter grows; `null` elsewhere. */
  readonly step: bigint | null;
  /** Other keys on which just the same transactions wait: a way out of one alone helps nobody. */
  readonly companions: readonly Companion[];
  /** How many touch the key, how many of these wait for an earlier one there, and how many there are at all. */
  readonly transactions: number;
  readonly waiting: number;
  readonly total: number;
  readonly senders: number;
  /** Most first. */
  readonly callers: readonly Caller[];
  /** Total gas over that of the longest chain: as it is, and if nobody waited on this key and its companions. */
  readonly bound: { readonly now: number; readonly without: number };
}

/** How advice is looked for. */
export interface AdviceOptions {
  readonly state: StateSource;
  /** The form of the EVM to run with. Default: that of `createExecutor`. */
  readonly engine?: EngineKind;
  readonly signal?: AbortSignal;
}

/** Fewer than this many that wait are nobody's fault. */
const LEAST_WAITING = 3;
const MOST_ADVICE = 12;
/** What says little by itself. */
const PLAIN: ReadonlySet<PatternId> = new Set(['total', 'accumulator', 'rewritten']);
const RANKS = Object.keys(PATTERNS);

/** A key with what was seen of it. */
type Seen = Recognized & { readonly touches: Touches };

/**
 * Runs a block, and says what makes its transactions wait: those keys with most transactions that wait, each with
 * what was seen of it. Nothing is guessed from names.
 *
 * @returns What could gain most first, then most waiting.
 */
export async function adviseBlock(input: BlockInput, options: AdviceOptions): Promise<Advice[]> {
  const { state, engine, signal } = options;
  const { analysis, graph } = await derive(input, { state, workers: 1, granularity: 'transaction' });
  const adviser = new Adviser(analysis, graph);
  const trials = trialsOf(input, {
    state,
    predecessorsOf: (index) => graph.predecessors[index] ?? [],
    ...(engine !== undefined && { engine }),
    ...(signal !== undefined && { signal }),
  });
  for await (const trial of trials) {
    signal?.throwIfAborted();
    adviser.note(trial);
  }
  return adviser.advice();
}

/** Watches a block run, and says afterwards what it saw. */
export class Adviser {
  readonly #analysis: BlockAnalysis;
  readonly #hot: readonly Touches[];
  readonly #log: ChangeLog;

  constructor(analysis: BlockAnalysis, { hotKeys }: Pick<ConflictGraph, 'hotKeys'>) {
    this.#analysis = analysis;
    this.#hot = touchesOf(
      hotKeys.map(({ key }) => key),
      analysis,
    )
      .filter(({ waiting }) => waiting.length >= LEAST_WAITING)
      .sort((a, b) => b.waiting.length - a.waiting.length || (a.key < b.key ? -1 : 1));
    this.#log = new ChangeLog(this.#hot.map(({ key }) => key));
  }

  /** To be called for each transaction, in block order, while its trial holds. */
  note(trial: Parameters<ChangeLog['note']>[0]): void {
    const transaction = this.#analysis.input.transactions[trial.index];
    if (transaction !== undefined) this.#log.note(trial, transaction);
  }

  /** What could gain most first, then most waiting. */
  advice(): Advice[] {
    if (this.#hot.length === 0) return [];
    const names = createNames(this.#analysis);
    const bounds = new Bounds(this.#analysis);
    const now = bounds.without(new Set());
    const { transactions } = this.#analysis.input;
    const groups = new Map<string, Seen[]>();
    for (const touches of this.#hot) {
      const recognized = this.#recognize(touches, names);
      if (recognized === null) continue;
      const name = touches.waiting.join();
      groups.set(name, [...(groups.get(name) ?? []), { ...recognized, touches }]);
    }
    const advice = [...groups.values()].slice(0, MOST_ADVICE).flatMap((group): Advice[] => {
      const [first, ...others] = this.#withTrades(group).sort(
        (a, b) => RANKS.indexOf(a.pattern) - RANKS.indexOf(b.pattern),
      );
      if (first === undefined) return [];
      const { pattern, step, touches } = first;
      return [
        {
          pattern,
          step,
          key: touches.key,
          companions: others.map((other) => ({ pattern: other.pattern, key: other.touches.key })),
          transactions: touches.transactions.length,
          waiting: touches.waiting.length,
          total: transactions.length,
          senders: this.#senders(touches).size,
          callers: callersOf(touches.transactions, transactions),
          bound: { now, without: bounds.without(new Set(group.map((one) => one.touches.key))) },
        },
      ];
    });
    // What helps most, first; the order so far is that of waiting.
    return advice.sort((a, b) => tenths(b.bound.without) - tenths(a.bound.without));
  }

  /** Plain slots of one account that show a pool only together. */
  #withTrades(group: readonly Seen[]): Seen[] {
    const isPlain = ({ pattern }: Seen): boolean => PLAIN.has(pattern);
    return group.map((one) => {
      const { address } = parseKey(one.touches.key);
      const isTraded = group.some(
        (other) =>
          isPlain(one) &&
          isPlain(other) &&
          parseKey(other.touches.key).address === address &&
          isTrade(this.#log.of(one.touches.key), this.#log.of(other.touches.key)),
      );
      return isTraded ? { ...one, pattern: 'pool' as const } : one;
    });
  }

  #senders({ transactions }: Touches): Set<Address | undefined> {
    return new Set(transactions.map((index) => this.#analysis.input.transactions[index]?.from));
  }

  /** `null`: nothing was seen that says anything. */
  #recognize(touches: Touches, names: Names): Recognized | null {
    const { key } = touches;
    const { address, field } = parseKey(key);
    const senders = this.#senders(touches);
    const is = (pattern: PatternId): Recognized => ({ pattern, step: null });
    if (senders.size === 1 || (field !== 'storage' && senders.has(address))) return is('one-sender');
    switch (field) {
      case 'balance':
        return this.#log.isContract(address) ? is('ether') : null;
      case 'nonce':
        return this.#log.isContract(address) ? is('factory') : null;
      case 'code':
        return null;
      case 'storage': {
        const changes = this.#log.of(key);
        const { block } = this.#analysis.input;
        return changes.length === 0 ? null : recognize(changes, { block, place: names.key(key).place });
      }
      default:
        return field satisfies never;
    }
  }
}

/** Less is no difference. */
function tenths(ratio: number): number {
  return Math.round(10 * ratio);
}

function callersOf(indices: readonly number[], transactions: readonly Transaction[]): Caller[] {
  const calls = new Map<string, number>();
  for (const transaction of transactions) {
    const name = nameOf(transaction);
    calls.set(name, (calls.get(name) ?? 0) + 1);
  }
  const callers = new Map<string, { to: Address | null; selector: Hex | null; transactions: number }>();
  for (const index of indices) {
    const transaction = transactions[index];
    if (transaction === undefined) continue;
    const name = nameOf(transaction);
    const caller = callers.get(name) ?? {
      to: transaction.to,
      selector: selectorOf(transaction),
      transactions: 0,
    };
    caller.transactions += 1;
    callers.set(name, caller);
  }
  return [...callers]
    .map(([name, caller]) => ({ ...caller, calls: calls.get(name) ?? 0 }))
    .sort((a, b) => b.transactions - a.transactions || ((a.to ?? '') < (b.to ?? '') ? -1 : 1));
}

function nameOf(transaction: Transaction): string {
  return `${transaction.to} ${selectorOf(transaction)}`;
}

function selectorOf({ to, data }: Transaction): Hex | null {
  return to === null || data.length < 4 ? null : bytesToHex(data.subarray(0, 4));
}
