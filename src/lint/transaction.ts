/** One transaction: run with its own list, with none and with the best one, and judged. */
import type { Status, TransactionAnalysis } from '../analysis/result.ts';
import type { Trial } from '../executor/trials.ts';
import type { BlockInput, Transaction } from '../input/block.ts';
import { type AccessList, normalized } from './access-list.ts';
import { type BestList, type Candidate, findBestList } from './best-list.ts';
import { declaredFindings, type ListContext } from './declared-findings.ts';
import { type Finding, finding, gasText } from './finding.ts';
import { type EntryGain, gainsOf } from './gains.ts';
import { canPay, type ListRules } from './list-rules.ts';
import { missingFindings } from './missing-findings.ts';
import { type Budget, Probe, type Probed } from './probe.ts';
import { warmRoles } from './roles.ts';
import { type Used, usableBy, usedBy } from './used.ts';

/** Gas that a transaction uses, as measured. */
export interface MeasuredGas {
  /** Without any list; `null`: it is not possible then, or was not run. */
  readonly without: bigint | null;
  /** With its own list, or none if it has none: as it stands in the block. */
  readonly declared: bigint;
  /** With `best`. */
  readonly best: bigint;
}

/** What came of running a transaction with several lists. */
export interface LintedTransaction {
  readonly index: number;
  /**
   * Of its derived sets. What `exact` ones hold it uses on every state that agrees on what it depends on; otherwise
   * the best list is that of this run.
   */
  readonly status: Status;
  readonly declared: AccessList | null;
  /** The list with the least gas that was found, in order; `null`: not known. Empty: none at all. */
  readonly best: AccessList | null;
  /** `null`: it was not run. */
  readonly gas: MeasuredGas | null;
  /** What each part of the declared list is worth; empty where nothing was run. */
  readonly gains: readonly EntryGain[];
  /** Without any list it would do something else. */
  readonly needsList: boolean;
  readonly findings: readonly Finding[];
}

/** What holds for all transactions of a block. */
export interface LintContext {
  readonly input: BlockInput;
  readonly rules: ListRules;
  readonly budget: Budget;
}

export async function lintTransaction(
  trial: Trial,
  { accesses, status }: TransactionAnalysis,
  transaction: Transaction,
  context: LintContext,
): Promise<LintedTransaction> {
  const { input, rules, budget } = context;
  const { index, result, state } = trial;
  const declared = transaction.accessList ?? [];
  const ran = result.status === 'ran' ? result : null;
  const used = ran === null ? null : usedBy(ran);
  const roles = warmRoles(transaction, { input, rules, state, result: ran });
  const list: ListContext = { transaction: index, used, usable: usableBy(accesses), roles, rules, state };
  const probe = new Probe(trial, input, transaction, budget);
  const reference = ran === null ? null : await probe.run(declared);
  if (used === null || reference?.status !== 'ran') {
    const findings = [
      ...notMeasured(trial, declared),
      ...declaredFindings(unmeasured(declared), list),
      ...neverPays(index, declared, rules),
    ];
    return {
      index,
      status,
      declared: transaction.accessList,
      best: null,
      gas: null,
      gains: [],
      needsList: false,
      findings,
    };
  }
  const none = await probe.run(null);
  const candidates = candidatesOf(used, list);
  const best = await findBestList(probe, candidates, declared, reference, rules);
  const gains = await gainsOf(probe, declared, reference);
  const needsList = none.status !== 'ran' || none.outcome !== reference.outcome;
  const gas = {
    without: none.status === 'ran' ? none.gas : null,
    declared: reference.gas,
    best: best.gas,
  };
  const findings = [
    ...outcomeNotes(index, best, { declared, needsList }),
    ...neverPays(index, declared, rules),
    ...wholeListFindings(index, { declared, none, reference, needsList }),
    ...declaredFindings(gains, list),
    ...(declared.length === 0
      ? missingList(index, gas, best)
      : await missingFindings(probe, declared, best, index)),
    ...(probe.isSpent ? [incomplete(index)] : []),
  ];
  return {
    index,
    status,
    declared: transaction.accessList,
    best: best.list,
    gas,
    gains,
    needsList,
    findings,
  };
}

/** Accounts that were cold at some time, and all slots that were used; sender, receiver and the like last. */
function candidatesOf(used: Used, { roles }: ListContext): Candidate[] {
  const candidates = [...used].map(([address, slots]) => ({
    address,
    slots: [...slots],
    isWarm: roles.has(address),
  }));
  return candidates.filter(({ slots, isWarm }) => slots.length > 0 || !isWarm);
}

/** The parts of a list that nothing is measured of. */
function unmeasured(list: AccessList): EntryGain[] {
  const known = new Map<string, Set<string>>();
  return list.map(({ address, storageKeys }) => {
    const before = known.get(address);
    const seen = before ?? new Set();
    known.set(address, seen);
    const slots = storageKeys.map((slot) => {
      const isDuplicate = seen.has(slot);
      seen.add(slot);
      return { slot, gain: null, isDuplicate };
    });
    return { address, gain: null, isDuplicate: before !== undefined, slots };
  });
}

function notMeasured({ index, result }: Trial, declared: AccessList): Finding[] {
  if (result.status === 'invalid') {
    const message = `It cannot be run here: ${result.detail}.`;
    return [finding({ rule: 'not-measured', transaction: index, message })];
  }
  const missing = result.status === 'unknown' ? result.missing : [];
  const what = missing.length === 0 ? 'what earlier transactions leave' : missing.join(', ');
  const message = `It cannot be run: ${what} is not known${declared.length === 0 ? ', so no list is recommended' : ''}.`;
  return [finding({ rule: 'not-measured', transaction: index, message })];
}

function neverPays(index: number, declared: AccessList, rules: ListRules): Finding[] {
  if (declared.length === 0 || canPay(rules)) return [];
  const message =
    `An entry costs ${gasText(rules.addressCost)} and saves ${gasText(rules.savedAccount)}, a slot costs ` +
    `${gasText(rules.slotCost)} and saves ${gasText(rules.savedWrite)} at most.`;
  return [finding({ rule: 'lists-never-pay', transaction: index, message })];
}

interface WholeList {
  readonly declared: AccessList;
  readonly none: Probed;
  readonly reference: Extract<Probed, { status: 'ran' }>;
}

function wholeListFindings(
  index: number,
  { declared, none, reference, needsList }: WholeList & { readonly needsList: boolean },
): Finding[] {
  if (declared.length === 0 || needsList || none.status !== 'ran' || none.gas >= reference.gas) return [];
  const gas = reference.gas - none.gas;
  const message = `With its list the transaction uses ${gasText(reference.gas)}, without any ${gasText(none.gas)}.`;
  return [finding({ rule: 'list-costs-gas', transaction: index, gas, message })];
}

/** Where it matters: its list is what makes it do what it does, or a list that saves more would change that. */
function outcomeNotes(
  index: number,
  { gas, passedOver }: BestList,
  { declared, needsList }: Pick<WholeList, 'declared'> & { readonly needsList: boolean },
): Finding[] {
  const isItsOwn = needsList && declared.length > 0;
  if (!isItsOwn && (passedOver === null || passedOver >= gas)) return [];
  const which = isItsOwn ? 'Without its list' : 'With a list that saves more';
  const message = `${which} it does not do the same: its code depends on the gas that is left.`;
  return [finding({ rule: 'outcome-depends-on-gas', transaction: index, message })];
}

function missingList(index: number, { declared, best: least }: MeasuredGas, { list }: BestList): Finding[] {
  if (list.length === 0 || least >= declared) return [];
  const slots = normalized(list).reduce((sum, { storageKeys }) => sum + storageKeys.length, 0);
  const message =
    `A list of ${list.length === 1 ? 'one account' : `${list.length} accounts`} and ` +
    `${slots === 1 ? 'one slot' : `${slots} slots`} saves ${gasText(declared - least)}.`;
  return [finding({ rule: 'missing-list', transaction: index, gas: declared - least, message })];
}

function incomplete(index: number): Finding {
  const message =
    'It takes too much gas to run it with every list; the best of those that were tried is given.';
  return finding({ rule: 'search-incomplete', transaction: index, message });
}
