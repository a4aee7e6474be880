/**
 * The block rule. Transactions are derived in block order; for a key that an earlier one may write, a later one
 * sees what is known of the value that is left there: all of it, some bits, or nothing. By induction over the
 * order, whatever counts as known is what execution will see, so the sets are sound although values were used.
 * A mempool has its own rule (`any-order.ts`).
 */
import { InternalError } from '../errors.ts';
import type { AccessListEntry, BlockHeader, BlockInput, Hex, Transaction } from '../input/block.ts';
import { DEFAULT_HARDFORK, hardforkOfBlock } from '../input/chain.ts';
import { accountKey, parseKey, type StateKey, storageKey } from '../state/key.ts';
import { overlayState } from '../state/overlay.ts';
import type { StateSource } from '../state/source.ts';
import { systemCallsDiff } from '../state/system-calls.ts';
import type { AccessMode, AccessSet, Region } from './access.ts';
import { AnyOrder } from './any-order.ts';
import { BlockKnowledge, NO_PREDECESSORS, type Predecessors, predecessorsIn } from './block-knowledge.ts';
import { Commutation, decideCommutation } from './commutation.ts';
import { missingConditionKeys, withConditions } from './conditions.ts';
import { derivedAccessList } from './derived-access-list.ts';
import { Deriver } from './deriver.ts';
import { type HeadSpan, ONE_BLOCK } from './head-window.ts';
import { RecordedKnowledge } from './inputs.ts';
import type { Knowledge } from './knowledge.ts';
import { isOpen, PendingBounds } from './pending-bounds.ts';
import type { Reason } from './reason.ts';
import type { AnalysisOptions, BlockAnalysis, TransactionAnalysis } from './result.ts';
import { type BlockRules, blockRules } from './rules.ts';
import { DEFAULT_LIMITS, deriveTransaction, entryOf, type Limits, scoutTransaction } from './transaction.ts';
import { asUnordered, unsettled } from './unordered.ts';
import { withoutUnseenBalances } from './unseen-balances.ts';
import { ANY_CODE, ANYTHING, WriteIndex } from './write-index.ts';

/** What is known before the block, and how much work may be spent on it. */
export interface AnalyzeOptions extends Partial<AnalysisOptions> {
  /** State before the block; keys that it does not know are reported as missing. */
  readonly state: StateSource;
  /** Work allowed for one transaction. Default: `DEFAULT_LIMITS`. */
  readonly limits?: Limits;
  /** Is told of each transaction that was derived; in a mempool each is derived several times. */
  readonly onDerived?: (index: number) => void;
}

export { isOpen } from './pending-bounds.ts';

/** A transaction that could not be followed to its end is looked at again with this part of the work, as a power of two. */
const SCOUT_BITS = 3;

/** Derives the access sets of all transactions. Pure and synchronous. */
export function analyzeBlock(input: BlockInput, options: AnalyzeOptions): BlockAnalysis {
  if (options.unordered !== true) return new BlockPass(input, options).finish();
  const settled = settle(options);
  const state = beforeTransactions(input, options.state);
  const run = new BlockDeriver(input, state, settled, options.limits ?? DEFAULT_LIMITS);
  const transactions = decideCommutation(input, state, run.inAnyOrder(options.onDerived), settled);
  return { input, options: settled, transactions, missing: [...run.missing].sort() };
}

/**
 * The analysis of a block in block order, one transaction at a time. What is known of a transaction holds
 * whatever comes after it, so that it can be used before the rest is known.
 */
export class BlockPass {
  readonly #input: BlockInput;
  readonly #options: AnalysisOptions;
  readonly #run: BlockDeriver;
  readonly #derivations: Iterator<TransactionAnalysis>;
  readonly #commutation: Commutation;
  readonly #onDerived: AnalyzeOptions['onDerived'];
  readonly #transactions: TransactionAnalysis[] = [];

  constructor(input: BlockInput, options: Omit<AnalyzeOptions, 'unordered'>) {
    const state = beforeTransactions(input, options.state);
    this.#input = input;
    this.#options = settle(options);
    this.#run = new BlockDeriver(input, state, this.#options, options.limits ?? DEFAULT_LIMITS);
    this.#derivations = this.#run.inOrder();
    this.#commutation = new Commutation(input, state, this.#options);
    this.#onDerived = options.onDerived;
  }

  /** Of the next transaction; `null` after the last one. */
  next(): TransactionAnalysis | null {
    const { done, value } = this.#derivations.next();
    if (done === true) return null;
    this.#commutation.note(value);
    const analysis = this.#commutation.decide(value);
    this.#transactions.push(analysis);
    this.#onDerived?.(analysis.index);
    return analysis;
  }

  /** Of the whole block, with what is still to be derived. */
  finish(): BlockAnalysis {
    for (let one = this.next(); one !== null; ) one = this.next();
    return {
      input: this.#input,
      options: this.#options,
      transactions: this.#transactions,
      missing: [...this.#run.missing].sort(),
    };
  }
}

/**
 * Derives one transaction on its own.
 *
 * @param options.isUnstable - Keys that may have another value when it runs. Default: none.
 */
export function analyzeTransaction(
  tx: Transaction,
  options: {
    readonly state: StateSource;
    readonly block?: BlockHeader | null;
    readonly chainId?: bigint;
    readonly hardfork?: string;
    readonly blockHashes?: ReadonlyMap<bigint, Hex>;
    readonly isUnstable?: (key: StateKey) => boolean;
    readonly limits?: Limits;
  },
): TransactionAnalysis {
  const { block = null, chainId = 1n, blockHashes = new Map(), isUnstable = () => false } = options;
  const hardfork =
    options.hardfork ??
    (block === null
      ? DEFAULT_HARDFORK
      : hardforkOfBlock(chainId, block, { source: 'block', path: 'timestamp' }));
  const input: BlockInput = { block, transactions: [tx], chainId, hardfork, blockHashes };
  const { state, limits = DEFAULT_LIMITS } = options;
  const run = new BlockDeriver(input, state, settle({}), limits, 'tight');
  const others: Predecessors = {
    value: (key) => (isUnstable(key) ? ANYTHING : null),
    code: (address) => (isUnstable(accountKey(address, 'code')) ? ANY_CODE : null),
  };
  return run.one(0, run.knowledge(others), () => []);
}

function settle(options: Partial<AnalysisOptions>): AnalysisOptions {
  const { unordered = false, trustAccessLists = false, skipInvalid = false } = options;
  return { unordered, trustAccessLists, skipInvalid };
}

/** The state that the first transaction finds: the block's system calls have run. */
export function beforeTransactions(input: BlockInput, state: StateSource): StateSource {
  if (input.block === null) return state;
  const diff = systemCallsDiff(state, input.block, input.hardfork);
  return diff.size === 0 ? state : overlayState(state, diff);
}

/** Derives transactions of one block. */
export class BlockDeriver {
  readonly #input: BlockInput;
  readonly #state: StateSource;
  readonly #options: AnalysisOptions;
  readonly #limits: Limits;
  readonly #rules: BlockRules;
  readonly #deriver: Pick<Deriver, 'derive'>;
  readonly missing = new Set<StateKey>();

  /**
   * @param state - Before the first transaction.
   * @param assumptions - Whether more may be assumed than decided something. Default: `coarse`, which is faster.
   * @param shown - The header as code sees it, and `span`: see `blockRules`. Default: that of the input.
   */
  constructor(
    input: BlockInput,
    state: StateSource,
    options: AnalysisOptions,
    limits: Limits,
    assumptions: 'coarse' | 'tight' = 'coarse',
    shown: BlockHeader | null = input.block,
    span: HeadSpan = ONE_BLOCK,
  ) {
    this.#input = input;
    this.#state = state;
    this.#options = options;
    this.#limits = limits;
    this.#rules = blockRules(input, shown, span);
    this.#deriver =
      assumptions === 'coarse'
        ? new Deriver(this.#rules, limits)
        : { derive: (tx, knowledge) => deriveTransaction(this.#rules, tx, knowledge, limits) };
  }

  /** Without that every transaction may touch anything, whatever is known of state. */
  get isSupported(): boolean {
    return this.#rules.isSupported;
  }

  /** Each after those before it. */
  *inOrder(): Generator<TransactionAnalysis, undefined> {
    const writes = new WriteIndex();
    const bounds = new PendingBounds();
    const before = predecessorsIn(writes);
    const knowledge = this.knowledge(before);
    const writersOf = (key: StateKey) => writes.writersOf(key);
    for (const index of this.#input.transactions.keys()) {
      const result = this.one(index, knowledge, writersOf);
      const heldBy = bounds.holdersOf(result);
      bounds.add(result);
      this.addTo(writes, result);
      yield heldBy.length === 0 ? result : { ...result, heldBy };
    }
  }

  /** What is known before a transaction, after the system calls and after those that come before it. */
  knowledge(predecessors: Predecessors, state = this.#state): Knowledge {
    return new BlockKnowledge(state, predecessors, this.#state);
  }

  /** Adds what a transaction may write. One that may be invalid leaves what was there, or what it would have left. */
  addTo(writes: WriteIndex, one: TransactionAnalysis): void {
    const { index, accesses, effects } = one;
    const runs = this.#options.skipInvalid ? 'perhaps' : 'certainly';
    writes.add(index, accesses, effects, isOpen(one), runs);
  }

  /**
   * As `addTo`, with the balances of its sender and of the fee recipient where what is paid for gas is known.
   *
   * @param knowledge - What was known before it.
   */
  addWithFees(writes: WriteIndex, one: TransactionAnalysis, knowledge: Knowledge): void {
    const { receipt, debits, effects } = one;
    const { block } = this.#input;
    if (receipt === undefined || block === null) {
      this.addTo(writes, one);
      return;
    }
    const { sender, tip, credits } = receipt;
    const { feeRecipient } = block;
    const values = new Map(effects.values);
    if (sender !== null) values.set(accountKey(sender.address, 'balance'), sender.balance);
    if (sender?.address !== feeRecipient && !debits.has(feeRecipient)) {
      const fact = knowledge.balance(feeRecipient);
      const paid = tip + (credits.get(feeRecipient) ?? 0n);
      if (fact.kind === 'stable') values.set(accountKey(feeRecipient, 'balance'), fact.value + paid);
    }
    this.addTo(writes, { ...one, effects: { ...effects, values } });
  }

  /** As a mempool. */
  inAnyOrder(onDerived?: (index: number) => void): TransactionAnalysis[] {
    const indices = [...this.#input.transactions.keys()];
    const anyOrder = new AnyOrder<number>(this.#state, {
      lengthOf: () => 1,
      mayBeLeftOut: () => false,
      isAnything: () => false,
      derive: (index, _, knowledge) => {
        onDerived?.(index);
        return this.one(index, knowledge, () => []);
      },
      isCurrent: () => true,
      unsettled: (index, _, one) => unsettled(one, entryOf(this.#transaction(index))),
    });
    anyOrder.change({ add: indices });
    const results = indices.map((index) => anyOrder.resultsOf(index)?.[0] as TransactionAnalysis);
    const open = results.filter(isOpen).map(({ index }) => index);
    return results.map((one) => ({
      ...asUnordered(one),
      heldBy: open.filter((index) => index !== one.index),
      reasons: withWriters(one.reasons, (key) =>
        anyOrder
          .writersOf(key)
          .filter((index) => index !== one.index)
          .sort((x, y) => x - y),
      ),
    }));
  }

  /** Derives one transaction; nobody holds it yet. */
  one(
    index: number,
    knowledge: Knowledge,
    writersOf: (key: StateKey) => readonly number[],
  ): TransactionAnalysis {
    return this.of(this.#transaction(index), index, knowledge, writersOf);
  }

  /**
   * As `one`, of a transaction that need not be among those of the input.
   *
   * @param alone - What is known if nothing runs before it.
   */
  of(
    tx: Transaction,
    index: number,
    knowledge: Knowledge,
    writersOf: (key: StateKey) => readonly number[],
    alone: Knowledge = this.knowledge(NO_PREDECESSORS),
  ): TransactionAnalysis {
    const recorded = new RecordedKnowledge(knowledge);
    const found = this.#deriver.derive(tx, recorded);
    if (found.missing.length > 0) for (const key of found.missing) this.missing.add(key);
    let { accesses, status, waitsFor, pending, reasons } = found;
    const scouted = isOpen(found) ? new RecordedKnowledge(alone) : null;
    if (scouted !== null) accesses = this.#withLikely(tx, accesses, scouted);
    if (this.#options.trustAccessLists && tx.accessList !== null) {
      accesses = trusted(accesses, tx.accessList);
      if (status === 'deferred' || status === 'unbounded') status = 'bounded';
      waitsFor = [];
    }
    if (tx.conditions !== undefined) {
      ({ accesses, status, reasons } = withConditions({ accesses, status, reasons }, tx));
      for (const key of missingConditionKeys(tx.conditions, knowledge)) this.missing.add(key);
    }
    const resolveAfter =
      waitsFor.length === 0 ? NOBODY : [...new Set(waitsFor.flatMap(writersOf))].sort((a, b) => a - b);
    if (status === 'bounded' && resolveAfter.length > 0) status = 'deferred';
    if (status !== 'deferred') pending = NO_REGIONS;
    const told = { inputs: recorded.inputs, effects: found.effects };
    const { inputs, effects } = this.#options.unordered
      ? withoutUnseenBalances(tx.from, accesses, told)
      : told;
    const result: TransactionAnalysis = {
      index,
      status,
      reasons: reasons.length === 0 ? reasons : withWriters(reasons, writersOf),
      accesses,
      assumptions: found.assumptions,
      inputs,
      ...(scouted !== null && { scouted: scouted.inputs }),
      effects,
      debits: found.debits,
      nonceWrites: found.nonceWrites,
      gasEstimate: found.gasEstimate,
      ...(found.mostGas !== undefined && { mostGas: found.mostGas }),
      ...(found.receipt !== undefined && { receipt: found.receipt }),
      waitsFor,
      resolveAfter,
      pending,
      heldBy: NOBODY,
      derivedAccessList: found.accessList ?? NO_LIST,
    };
    if (found.accessList === null) {
      const rules = this.#rules;
      let accessList: readonly AccessListEntry[] | null = null;
      const get = () => {
        accessList ??= derivedAccessList(rules, tx, found.accesses);
        return accessList;
      };
      Object.defineProperty(result, 'derivedAccessList', { get, enumerable: true, configurable: true });
    }
    return result;
  }

  /**
   * The keys of a transaction that may touch anything, those that it would touch on the pre-state, as far as
   * that can be seen, and those that it declares: what is likely should count as unstable for later ones
   * already now.
   */
  #withLikely(tx: Transaction, accesses: AccessSet, before: Knowledge): AccessSet {
    const likely = scoutTransaction(this.#rules, tx, before, {
      ...this.#limits,
      steps: this.#limits.steps >> SCOUT_BITS,
      precompileSteps: this.#limits.precompileSteps >> SCOUT_BITS,
    });
    for (const key of likely.missing) this.missing.add(key);
    // What it may write is in its region over everything; on the ways into nowhere it meets anything.
    const reads = [...accesses.keys].filter(([, mode]) => mode === 'read');
    const keys = new Map([...reads, ...likely.accesses.keys]);
    for (const { address, storageKeys } of tx.accessList ?? []) {
      for (const slot of storageKeys) {
        const key = storageKey(address, BigInt(slot));
        // In a mempool one who lists the slot of an implementation would make that unknown to everybody.
        if (!this.#options.unordered) keys.set(key, 'write');
        else if (!keys.has(key)) keys.set(key, 'read');
      }
    }
    const origins = new Map([...accesses.origins, ...likely.accesses.origins]);
    const seen = new Set(accesses.regions.map(({ shape, address }) => `${shape}:${address}`));
    const regions = likely.accesses.regions.filter(({ shape, address }) => !seen.has(`${shape}:${address}`));
    return { keys, regions: [...accesses.regions, ...regions], origins };
  }

  #transaction(index: number): Transaction {
    const tx = this.#input.transactions[index];
    if (tx === undefined) throw new InternalError(`there is no transaction ${index}`);
    return tx;
  }
}

const NOBODY: readonly number[] = [];
const NO_REGIONS: readonly Region[] = [];
const NO_LIST: readonly AccessListEntry[] = [];

/** Names who may write what the reasons depend on. */
function withWriters(
  reasons: readonly Reason[],
  writersOf: (key: StateKey) => readonly number[],
): readonly Reason[] {
  return reasons.map((reason) => {
    const writtenBy = new Map<StateKey, readonly number[]>();
    for (const key of reason.dependsOn) {
      const writers = writersOf(key);
      if (writers.length > 0) writtenBy.set(key, writers);
    }
    return { ...reason, writtenBy };
  });
}

/** A binding list: slots that are not in it are not touched, and whatever else is not known is in it. */
function trusted(accesses: AccessSet, list: readonly AccessListEntry[]): AccessSet {
  const listed = new Set(
    list.flatMap(({ address, storageKeys }) => storageKeys.map((slot) => `${address}:${slot}`)),
  );
  const accounts = new Set(list.map(({ address }) => address));
  const keys = new Map<StateKey, AccessMode>();
  for (const [key, mode] of accesses.keys) {
    if (parseKey(key).field !== 'storage' || listed.has(key as `${Hex}:${Hex}`)) keys.set(key, mode);
  }
  const isBounded = accesses.regions.length === 0;
  for (const key of listed) if (!keys.has(key)) keys.set(key, isBounded ? 'read' : 'write');
  if (!isBounded) {
    for (const address of accounts) {
      for (const field of ['balance', 'nonce', 'code'] as const) {
        const key = accountKey(address, field);
        if (!keys.has(key)) keys.set(key, 'write');
      }
    }
  }
  const regions = accesses.regions.filter(
    (region) => region.shape === 'account' && !accounts.has(region.address),
  );
  return { keys, regions, origins: accesses.origins };
}
