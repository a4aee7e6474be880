/**
 * The perturbation attack: some keys are declared not known, the transaction is derived once, and then runs many
 * times with other values in them, and sometimes in known ones that it does not assume. Whatever it touches must
 * lie in the derived sets, and what it leaves must be what the effects say.
 */

import type { Random } from '../../examples/generator/random.ts';
import { analyzeTransaction, isOpen } from '../../src/analysis/block.ts';
import type { TransactionAnalysis } from '../../src/analysis/result.ts';
import type { BlockInput, Transaction } from '../../src/input/block.ts';
import { accountKey, addressOf, parseKey, type StateKey } from '../../src/state/key.ts';
import { type Miss, missesOf, untouchedSlots } from '../oracle/coverage.ts';
import { wrongEffects } from '../oracle/effects.ts';
import type { Oracle, Recorded } from '../oracle/recorder.ts';
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
  const naive = naively(subject);
  count.analyses++;
  count.statuses.set(derived.status, (count.statuses.get(derived.status) ?? 0) + 1);
  const pool = new Set([...keysOf(base, input), ...derived.inputs.keys.keys()]);
  const material = materialOf(pool, tx, subject);
  const compare = (seen: Recorded, wrong: readonly string[], mutation: Mutation): void => {
    const misses = missesOf(input, derived, seen);
    const untouched = derived.status === 'exact' ? untouchedSlots(derived, seen) : [];
    count.executions++;
    if (derived.status === 'exact') count.exact++;
    if (missesOf(input, naive, seen).length > 0) count.escapes++;
    if (misses.length > 0 || wrong.length > 0 || untouched.length > 0) {
      count.contradictions.push({
        subject: `${subject.name} #${subject.index} ${input.hardfork}`,
        ignorance: ignorance.name,
        mutation: describeMutation(mutation),
        misses,
        wrongEffects: wrong,
        untouched,
      });
    }
  };
  compare(base, [], { values: new Map(), codes: new Map() });
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
    const found = await oracle.attempt(
      tx,
      (state) => applyMutation(mutation, state),
      (seen) => ({ seen, wrong: isBold ? [] : wrongEffects(derived, oracle.state) }),
    );
    if (found === null) {
      count.refused++;
      continue;
    }
    for (const key of keysOf(found.seen, input)) pool.add(key);
    compare(found.seen, found.wrong, mutation);
  }
}

const observations = new WeakMap<Subject, Recorded | null>();
const naiveDerivations = new WeakMap<Subject, TransactionAnalysis>();

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

/** The derivation as if everything was known. */
function naively(subject: Subject): TransactionAnalysis {
  const known = naiveDerivations.get(subject);
  if (known !== undefined) return known;
  const derived = derive(subject, transactionOf(subject), null);
  naiveDerivations.set(subject, derived);
  return derived;
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

/** The derivation that the attack is on; with `null`, everything counts as known. */
function derive(
  { input, oracle }: Subject,
  tx: Transaction,
  ignorance: Ignorance | null,
): TransactionAnalysis {
  const isMissing = ignorance?.manner === 'missing';
  const covers = ignorance?.covers ?? (() => false);
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
