/** A finding as data, and how amounts stand in its message. */
import type { Address, Hex } from '../input/block.ts';
import { RULES, type RuleId, type Severity } from './rules.ts';

/** Something about the list of a transaction that could be better, or that nothing is known of. */
export interface Finding {
  readonly rule: RuleId;
  readonly severity: Severity;
  /** Index in the input. */
  readonly transaction: number;
  /** Which entry of the declared list, and which of its slots; `null`: none in particular. */
  readonly entry: number | null;
  readonly entrySlot: number | null;
  readonly address: Address | null;
  readonly slot: Hex | null;
  /** Gas that following it saves, measured by running; below zero it would cost. `null`: not measured. */
  readonly gas: bigint | null;
  readonly message: string;
}

/** What a finding says, with what most of them leave out. */
export type Draft = Pick<Finding, 'rule' | 'transaction' | 'message'> & Partial<Finding>;

/** A finding of the rule's severity. */
export function finding(draft: Draft): Finding {
  return {
    severity: RULES[draft.rule].severity,
    entry: null,
    entrySlot: null,
    address: null,
    slot: null,
    gas: null,
    ...draft,
  };
}

/** `2,400 gas`. */
export function gasText(amount: bigint | number): string {
  return `${String(amount).replace(/\B(?=(\d{3})+$)/g, ',')} gas`;
}
