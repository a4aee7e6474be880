/** What a person should know beside the result of a run, and what makes it a failed one. */
import type { Findings } from './document.ts';

const SHOWN_MISMATCHES = 5;
const SHOWN_UNMET = 5;

/** By which measure to judge. */
export interface VerdictOptions {
  /** An unbounded transaction, an escape or a mismatch is a failure. */
  readonly isStrict: boolean;
  /** A sequential run was asked for: a mismatch is a failure. */
  readonly isVerified: boolean;
  /** Some pre-state was given. */
  readonly hasState: boolean;
}

/** What the command line says of a run, and whether it fails. */
export interface Verdict {
  /** One line each. */
  readonly notes: readonly string[];
  /** One line each; empty where all is well. */
  readonly failures: readonly string[];
}

/** Judges a run by what was asked for. */
export function judgeRun({ analysis, execution }: Findings, options: VerdictOptions): Verdict {
  const { isStrict, isVerified, hasState } = options;
  const notes: string[] = [];
  const failures: string[] = [];
  const unbounded = analysis.transactions.filter(({ status }) => status === 'unbounded').length;
  if (isStrict && unbounded > 0) {
    failures.push(`${count(unbounded, 'unbounded transaction')}`);
  }
  if (!hasState) {
    notes.push('no pre-state given (--state, --rpc): what depends on code or state is not known');
  } else if (analysis.missing.length > 0) {
    notes.push(`${count(analysis.missing.length, 'state key')} missing, first ${analysis.missing[0]}`);
  }
  const recorded = analysis.transactions.filter(({ status }) => status === 'recorded').length;
  if (recorded > 0) {
    notes.push(`${count(recorded, 'transaction')} with recorded sets: they hold for that one execution only`);
  }
  const assuming = analysis.input.transactions.filter(({ assumed }) => assumed !== undefined);
  const fields = [...new Set(assuming.flatMap(({ assumed }) => assumed ?? []))];
  if (fields.length > 0) {
    notes.push(`${count(assuming.length, 'transaction')} without ${fields.join(', ')}: a stand-in is used`);
  }
  if (execution === null) {
    return { notes, failures };
  }
  if (execution.missingBlockHashes.length > 0) {
    const numbers = execution.missingBlockHashes.join(', ');
    notes.push(`unknown block hashes taken as zero (--block-hashes): ${numbers}`);
  }
  for (const { index, detail } of execution.skipped) {
    notes.push(`transaction ${index} left out: ${detail}`);
  }
  const { unmet } = execution;
  for (const { of, index, message } of unmet.slice(0, SHOWN_UNMET)) {
    notes.push(`${of} ${index} would not be included here: ${message}`);
  }
  if (unmet.length > SHOWN_UNMET) notes.push(`and ${unmet.length - SHOWN_UNMET} more that would not`);
  const isRoot = ({ kind }: { readonly kind: string }) => kind === 'storage-root';
  const roots = analysis.input.transactions.filter(({ conditions }) =>
    conditions?.knownAccounts.some(isRoot),
  );
  if (roots.length > 0) {
    notes.push(`${count(roots.length, 'transaction')} with a known storage root, which is not looked at`);
  }
  const { faults } = execution;
  if (faults.length > 0) {
    const kinds = [...new Set(faults.map(({ kind }) => kind))].join(', ');
    notes.push(`${count(faults.length, 'worker thread')} lost (${kinds}): what it had was done again`);
  }
  const escapes = execution.escapes.length;
  if (escapes > 0) {
    if (analysis.options.trustAccessLists) {
      failures.push(
        `${count(escapes, 'access', 'accesses')} outside the declared lists that were to be trusted`,
      );
    } else {
      const cause =
        recorded > 0
          ? 'the recordings are of another execution, or lack something'
          : 'a defect of the analysis, please report it';
      const line = `${count(escapes, 'escape')}: ${cause}`;
      (isStrict ? failures : notes).push(line);
    }
  }
  const { verified } = execution;
  const isAsked = isStrict || isVerified || verified.accessList === false;
  (isAsked ? failures : notes).push(...verified.mismatches.slice(0, SHOWN_MISMATCHES));
  return { notes, failures };
}

function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}
