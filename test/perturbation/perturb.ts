/**
 * The perturbation attack: some keys are declared not known, the transaction is derived once, and then runs many
 * times with other values in them, and sometimes in known ones that it does not assume. Whatever it touches must
 * lie in the derived sets, and what it leaves must be what the effects say.
 */

import type { Random } from '../../examples/generator/random.ts';
import { analyzeTransaction, isOpen } from '../../src/analysis/block.ts';
import { BlockKnowledge, NO_PREDECESSORS, type Predecessors } from '../../src/analysis/block-knowledge.ts';
import { Deriver } from '../../src/analysis/deriver.ts';
import { RecordedKnowledge } from '../../src/analysis/inputs.ts';
import type { TransactionAnalysis } from '../../src/analysis/result.ts';
import { blockRules } from '../../src/analysis/rules.ts';
import { DEFAULT_LIMITS } from '../../src/analysis/transaction.ts';
import type { BlockInput, Transaction } from '../../src/input/block.ts';
import { accountKey, addressOf, parseKey, type StateKey } from '../../src/state/key.ts';
import { type Miss, missesOf, untouchedSlots } from '../oracle/coverage.ts';
import { wrongEffects } from '../oracle/effects.ts';
import type { Oracle, Recorded } from '../oracle/recorder.ts';
import { asPredecessors, drawAlternatives, pickAlternatives } from './alternatives.ts';
import { drawIgnorance, type Ignorance, sourceWithout } from './ignorance.ts';
import { applyMutation, constantsOf, drawMutation, type Material, type Mutation } from './mutation.ts';

/** A transaction in its place. */
export interface Subject {
  readonly name: string;
  readonly input: BlockInput;
  readonly index: number;
  /** Stands before the transaction, and stays there. */
  readonly oracle: Oracle;
}

/** Gas above which one execution takes too long to be repeated. */
const MOST_GAS = 2_000_000n;

/** Something that contradicts a derivation. */
export interface Contradiction {
  readonly subject: string;
  readonly ignorance: string;
  readonly mutation: readonly string[];
  readonly misses: readonly Miss[];
  readonly wrongEffects: readonly string[];
  /** Derived as exact, but not touched: slots, or the text of a region. */
  readonly untouched: readonly StateKey[];
}

export interface Count {
  analyses: number;
  /** By the status of what was derived. */
  readonly statuses: Map<string, number>;
  /** Perturbed executions that were compared. */
  executions: number;
  /** Those of them whose derivation was exact. */
  exact: number;
  /** Executions that leave the sets which were derived as if everything was known: the attack's teeth. */
  escapes: number;
  /** Executions refused as invalid. */
  refused: number;
  readonly contradictions: Contradiction[];
}

export function noCount(): Count {
  return {
    analyses: 0,
    statuses: new Map(),
    executions: 0,
    exact: 0,
    escapes: 0,
    refused: 0,
    contradictions: [],
  };
}

/** A line of numbers. */
export function describeCount(count: Count): string {
  const { analyses, statuses, executions, exact, escapes, refused, contradictions } = count;
  const percent = (part: number): string => `${((100 * part) / Math.max(1, executions)).toFixed(1)} %`;
  const total = (of: (one: Contradiction) => readonly unknown[]): number =>
    contradictions.reduce((sum, one) => sum + of(one).length, 0);
  return [
    `${executions} runs`,
    `misses ${total(({ misses }) => misses)}`,
    `wrong effects ${total((one) => one.wrongEffects)}`,
    `wider ${total(({ untouched }) => untouched)}`,
    `exact ${percent(exact)}`,
    `teeth ${escapes} (${percent(escapes)})`,
    `refused ${refused}`,
    `analyses ${analyses} (${[...statuses].map(([status, number]) => `${status} ${number}`).join(', ')})`,
  ].join(', ');
}

/** Derives a transaction once with something drawn not known, and runs it with `executions` mutations of that. */
export async function perturb(
  subject: Subject,
  random: Random,
  executions: number,
  count: Count,
): Promise<void> {
  const tx = transactionOf(subject);
  const base = await observed(subject);
  if (base === null || base.gasUsed > MOST_GAS) return;
  const keys = keysOf(base, subject.input);
  if (random.chance(0.25)) {
    await perturbAmong(subject, base, random, executions, count);
    return;
  }
  const ignorance = drawIgnorance(random, keys, (key) => isFixed(key, tx));
  await perturbKnowing(subject, ignorance, base, random, executions, count);
}

/** The same where what is not known is given; the first execution is that on the state as it is. */
export async function perturbWith(
  subject: Subject,
  { name, manner, covers }: Ignorance,
  random: Random,
  executions: number,
  count: Count,
): Promise<void> {
  const tx = transactionOf(subject);
  const ignorance: Ignorance = { name, manner, covers: (key) => covers(key) && !isFixed(key, tx) };
  const base = await observed(subject);
  if (base === null) return;
  const more = base.gasUsed > MOST_GAS ? 0 : executions;
  await perturbKnowing(subject, ignorance, base, random, more, count);
}

async function perturbKnowing(
  subject: Subject,
  ignorance: Ignorance,
  base: Recorded,
  random: Random,
  executions: number,
  count: Count,
): Promise<void> {
  const { input, oracle } = subject;
  const tx = transactionOf(subject);
  const derived = derive(subject, tx, ignorance);
  const pool = new Set([...keysOf(base, input), ...derived.inputs.answers.map(({ key }) => key)]);
  const material = materialOf(pool, tx, subject);
  const trial = startTrial(subject, derived, ignorance.name, base, count);
  compare(trial, base, [], NO_MUTATION);
  // Sets that hold everything are hardly worth a try.
  const tries = isOpen(derived) ? Math.min(1, executions) : executions;
  for (let i = 0; i < tries; i++) {
    // Known keys that decide nothing make no difference to the sets; they may to the values that are left.
    const isBold = random.chance(0.3);
    const isFree = (key: StateKey): boolean =>
      ignorance.covers(key) || (isBold && !derived.assumptions.has(key) && !isFixed(key, tx));
    const covered = [...pool].filter(isFree);
    if (covered.length === 0) continue;
    const mutation = drawMutation(random, covered, oracle.state, material);
    const seen = await runMutated(trial, mutation, isBold);
    for (const key of seen === null ? [] : keysOf(seen, input)) pool.add(key);
  }
}

/** Of a few keys it is known what they may hold, as in a block where earlier transactions leave one of a few values. */
async function perturbAmong(
  subject: Subject,
  base: Recorded,
  random: Random,
  executions: number,
  count: Count,
): Promise<void> {
  const { input, oracle } = subject;
  const tx = transactionOf(subject);
  const keys = keysOf(base, input).filter((key) => !isFixed(key, tx));
  const material = materialOf(new Set(keys), tx, subject);
  const slots = keys.filter((key) => parseKey(key).field === 'storage');
  const from = slots.length > 0 && random.chance(0.5) ? slots : keys;
  const alternatives = drawAlternatives(random, from, oracle.state, material);
  const derived = deriveInBlock(subject, tx, asPredecessors(alternatives));
  const names = [...alternatives.values.keys(), ...alternatives.codes.keys()];
  const trial = startTrial(subject, derived, `alternatives for ${names.join(', ')}`, base, count);
  for (let i = 0; i < (isOpen(derived) ? 1 : executions); i++) {
    await runMutated(trial, pickAlternatives(random, alternatives), false);
  }
}

type Derived = Pick<
  TransactionAnalysis,
  'index' | 'status' | 'accesses' | 'assumptions' | 'effects' | 'inputs'
>;

interface Trial {
  readonly subject: Subject;
  readonly derived: Derived;
  /** As if everything was known. */
  readonly naive: Derived;
  readonly ignorance: string;
  readonly count: Count;
}

const NO_MUTATION: Mutation = { values: new Map(), codes: new Map() };

/** Where everything is known, the derivation must hold on the state as it is. */
function startTrial(
  subject: Subject,
  derived: Derived,
  ignorance: string,
  base: Recorded,
  count: Count,
): Trial {
  let naive = naiveDerivations.get(subject);
  if (naive === undefined) {
    naive = deriveInBlock(subject, transactionOf(subject), NO_PREDECESSORS);
    naiveDerivations.set(subject, naive);
    compare({ subject, derived: naive, naive, ignorance: 'nothing', count }, base, [], NO_MUTATION);
  }
  count.analyses++;
  count.statuses.set(derived.status, (count.statuses.get(derived.status) ?? 0) + 1);
  return { subject, derived, naive, ignorance, count };
}

/**
 * Runs the transaction on another state, and compares.
 *
 * @param isBold - Known values are among the changed ones: what is left may be something else.
 */
async function runMutated(trial: Trial, mutation: Mutation, isBold: boolean): Promise<Recorded | null> {
  const { subject, derived, count } = trial;
  const { oracle } = subject;
  const found = await oracle.attempt(
    transactionOf(subject),
    (state) => applyMutation(mutation, state),
    (seen) => ({ seen, wrong: isBold ? [] : wrongEffects(derived, oracle.state) }),
  );
  if (found === null) {
    count.refused++;
    return null;
  }
  compare(trial, found.seen, found.wrong, mutation);
  return found.seen;
}

function compare(
  { subject, derived, naive, ignorance, count }: Trial,
  seen: Recorded,
  wrong: readonly string[],
  mutation: Mutation,
): void {
  const { input } = subject;
  const misses = missesOf(input, derived, seen);
  const untouched = derived.status === 'exact' ? untouchedSlots(derived, seen) : [];
  count.executions++;
  if (derived.status === 'exact') count.exact++;
  if (missesOf(input, naive, seen).length > 0) count.escapes++;
  if (misses.length === 0 && wrong.length === 0 && untouched.length === 0) return;
  count.contradictions.push({
    subject: `${subject.name} #${subject.index} ${input.hardfork}`,
    ignorance,
    mutation: describeMutation(mutation),
    misses,
    wrongEffects: wrong,
    untouched,
  });
}

/** As a block's transactions are derived: by the concrete core as far as that goes. */
function deriveInBlock({ input, index, oracle }: Subject, tx: Transaction, before: Predecessors): Derived {
  const source = sourceWithout(oracle.state, () => false);
  const knowledge = new RecordedKnowledge(new BlockKnowledge(source, before, source));
  const found = new Deriver(blockRules(input), DEFAULT_LIMITS).derive(tx, knowledge);
  return { ...found, index, inputs: knowledge.inputs };
}

const observations = new WeakMap<Subject, Recorded | null>();
const naiveDerivations = new WeakMap<Subject, Derived>();

/** What the transaction touches on the state as it is; `null` when it is invalid. */
async function observed(subject: Subject): Promise<Recorded | null> {
  const known = observations.get(subject);
  if (known !== undefined) return known;
  const seen = await subject.oracle.attempt(
    transactionOf(subject),
    () => {},
    (one) => one,
  );
  observations.set(subject, seen);
  return seen;
}

function transactionOf({ input, index }: Subject): Transaction {
  const tx = input.transactions[index];
  if (tx === undefined) throw new RangeError(`no transaction ${index}`);
  return tx;
}

function describeMutation({ values, codes }: Mutation): string[] {
  return [
    ...[...codes].map(([address, code]) => `${address}:code has ${code.length} bytes`),
    ...[...values].map(([key, value]) => `${key} = 0x${value.toString(16)}`),
  ];
}

/** The derivation that the attack is on. */
function derive({ input, oracle }: Subject, tx: Transaction, ignorance: Ignorance): TransactionAnalysis {
  const isMissing = ignorance.manner === 'missing';
  const { covers } = ignorance;
  const { block, chainId, hardfork, blockHashes } = input;
  return analyzeTransaction(tx, {
    state: sourceWithout(oracle.state, isMissing ? covers : () => false),
    block,
    chainId,
    hardfork,
    blockHashes,
    isUnstable: isMissing ? () => false : covers,
  });
}

/** Keys without which the transaction is another one or invalid: its nonce, and the code of its sender. */
function isFixed(key: StateKey, { from }: Transaction): boolean {
  return key === accountKey(from, 'nonce') || key === accountKey(from, 'code');
}

function keysOf(seen: Recorded, input: BlockInput): StateKey[] {
  const keys = new Set([...seen.reads, ...seen.adds, ...seen.implied]);
  // Emptiness of whoever is called or paid.
  for (const address of new Set([...keys].map(addressOf))) {
    keys.add(accountKey(address, 'balance'));
    keys.add(accountKey(address, 'nonce'));
  }
  if (input.block !== null) keys.add(accountKey(input.block.feeRecipient, 'balance'));
  return [...keys];
}

function materialOf(keys: ReadonlySet<StateKey>, tx: Transaction, { input, oracle }: Subject): Material {
  const addresses = [...new Set([...keys].map(addressOf))];
  const constants = new Set(addresses.flatMap((address) => constantsOf(oracle.state.codeOf(address))));
  for (let at = 4; at + 32 <= tx.data.length && at < 1024; at += 32) {
    constants.add(BigInt(`0x${Buffer.from(tx.data.subarray(at, at + 32)).toString('hex')}`));
  }
  for (const key of keys) {
    const { slot } = parseKey(key);
    if (slot !== null) constants.add(slot);
  }
  const hasDelegation = ['prague', 'osaka'].includes(input.hardfork);
  return { addresses, constants: [...constants], payer: tx.from, hasDelegation };
}
