/** From findings to what a page is made of. */
import { REASONS, type Reason } from '../analysis/reason.ts';
import type { TransactionAnalysis } from '../analysis/result.ts';
import type { Execution, Receipt } from '../executor/outcome.ts';
import type { ExecutionTrace } from '../executor/trace.ts';
import { type Conflicts, findConflicts } from '../graph/conflicts.ts';
import type { AccessListEntry, Address, Transaction } from '../input/block.ts';
import { createNames, type Names } from '../names/names.ts';
import type {
  PageAccesses,
  PageData,
  PageExecution,
  PageMeasured,
  PageReason,
  PageTransaction,
} from '../page/data.ts';
import { type Findings, isListable } from '../report/document.ts';
import { addressOf, type StateKey } from '../state/key.ts';

/** What the page of a run says; the same findings give the same, apart from measured times. */
export function pageData(findings: Findings): PageData {
  const { analysis, plan, execution, names = createNames(analysis) } = findings;
  const { input, options, transactions } = analysis;
  const { block, hardfork, chainId } = input;
  const conflicts = findConflicts(analysis);
  const receipts = new Map(execution?.receipts.map((receipt) => [receipt.transaction, receipt]));
  return {
    format: 'pevm-analyze-page/1',
    block:
      block === null
        ? null
        : {
            number: block.number.toString(),
            hash: block.hash,
            hardfork,
            chainId: chainId.toString(),
            feeRecipient: block.feeRecipient,
            timestamp: Number(block.timestamp),
          },
    isUnordered: options.unordered,
    transactions: transactions.map((found, index) =>
      pageTransaction(input.transactions[index] as Transaction, found, receipts.get(index) ?? null, names),
    ),
    accesses: pageAccesses(conflicts, names),
    accountNames: accountNames(findings, conflicts, names),
    missing: analysis.missing.length,
    workers: plan.workers,
    granularity: plan.granularity,
    execution: execution === null ? null : pageExecution(execution),
  };
}

function pageTransaction(
  tx: Transaction,
  found: TransactionAnalysis,
  receipt: Receipt | null,
  names: Names,
): PageTransaction {
  return {
    hash: tx.hash,
    from: tx.from,
    to: tx.to,
    call: names.call(tx).text,
    gasLimit: Number(tx.gasLimit),
    gasEstimate: Number(found.gasEstimate),
    status: found.status,
    reasons: found.reasons.map((reason) => pageReason(reason, names)),
    pending: found.pending.map((region) => `${names.region(region)} (${region.mode})`),
    resolveAfter: found.resolveAfter,
    heldBy: found.heldBy,
    declaredEntries: tx.accessList === null ? null : entries(tx.accessList),
    derivedEntries: isListable(found) ? entries(found.derivedAccessList) : null,
    receipt:
      receipt === null
        ? null
        : {
            success: receipt.status === null ? null : receipt.status === 1,
            gasUsed: Number(receipt.gasUsed),
          },
  };
}

function entries(list: readonly AccessListEntry[]): number {
  return list.reduce((sum, { storageKeys }) => sum + 1 + storageKeys.length, 0);
}

function pageReason({ code, message, at, dependsOn, writtenBy }: Reason, names: Names): PageReason {
  return {
    code,
    sentence: REASONS[code],
    message,
    address: at.address,
    function: at.selector === null ? null : (names.function(at.address, at.selector) ?? at.selector),
    pc: at.pc,
    dependsOn,
    writtenBy: Object.fromEntries(writtenBy),
  };
}

/** Locations that meet the same regions share one list of them. */
function pageAccesses(conflicts: Conflicts, names: Names): PageAccesses {
  const { keys, regionTexts, rowStart, locations, modes, regionsOf } = conflicts;
  const meetings: (readonly number[])[] = [];
  const numbers = new Map<string, number>();
  const meetingOf = regionsOf.map((list) => {
    if (list.length === 0) return -1;
    const text = list.join();
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, meetings.length);
    return meetings.push(list) - 1;
  });
  return {
    keys,
    regionTexts,
    names: [...keys.map((key) => ownName(key, names)), ...regionTexts.map((text) => names.meeting(text))],
    rowStart: [...rowStart],
    locations: [...locations],
    modes: modes.join(''),
    meetings,
    meetingOf,
  };
}

/** A key in words without its account; empty where that would be its field. */
function ownName(key: StateKey, names: Names): string {
  const { text, address, field } = names.key(key);
  const own = text.slice(names.account(address).length + 1);
  return own === field ? '' : own;
}

/** Names of all accounts that the page may speak of and that have one. */
function accountNames({ analysis }: Findings, { keys }: Conflicts, names: Names): Record<Address, string> {
  const addresses = new Set(keys.map(addressOf));
  for (const { from, to } of analysis.input.transactions) {
    addresses.add(from);
    if (to !== null) addresses.add(to);
  }
  for (const { reasons } of analysis.transactions) for (const { at } of reasons) addresses.add(at.address);
  const found: Record<Address, string> = {};
  for (const address of addresses) {
    const name = names.contract(address);
    if (name !== null) found[address] = name;
  }
  return found;
}

function pageExecution(execution: Execution): PageExecution {
  const { gasUsed, mode, modeReason, workers, escapes, verified, timings } = execution;
  return {
    gasUsed: Number(gasUsed),
    mode,
    modeReason,
    workers,
    escapes: escapes.length,
    sequential: verified.sequential,
    header: verified.header,
    totalMs: timings.total,
    measured: execution.trace === null ? null : pageMeasured(execution.trace),
  };
}

/** One lane for the main thread, if it ran anything, and one for each worker up to the last that did. */
function pageMeasured({ runs }: ExecutionTrace): PageMeasured {
  const workers = runs.reduce((count, { worker }) => Math.max(count, (worker ?? -1) + 1), 0);
  const hasMain = runs.some(({ worker }) => worker === null);
  const offset = hasMain ? 1 : 0;
  return {
    lanes: [...(hasMain ? ['main'] : []), ...Array.from({ length: workers }, (_, worker) => `${worker}`)],
    runs: runs.map(({ transaction, worker, start, end }) => ({
      transaction,
      lane: worker === null ? 0 : worker + offset,
      start: Math.round(start * 10) / 10,
      end: Math.round(end * 10) / 10,
    })),
  };
}
