/**
 * TxDAG of BNB Chain (BEP-396), in the form of its implementation, `core/types/dag.go` of bnb-chain/op-geth: a type's
 * byte, then RLP.
 */
import { RLP } from '@ethereumjs/rlp';
import type { Findings } from '../../report/document.ts';
import { delayedFeeDependencies } from './delayed-fees.ts';

/** `NonDependentRelFlag`: the list names those that the transaction does *not* depend on, of all before it. */
const INVERTED = 1;

/** What one transaction depends on. Names are those of the implementation. */
export interface TxDep {
  /** Ascending, all before the transaction itself. */
  readonly TxIndexes: readonly number[];
  /** 1: the list names the others. Absent: none. */
  readonly Flags?: number;
}

/** Type 1 (plain) has an entry for each transaction; type 0 (empty) says that they run one after the other. */
export type TxDag = { readonly Type: 0 } | { readonly Type: 1; readonly TxDeps: readonly TxDep[] };

/** Empty where fees cannot be delayed; a list with more than half of all transactions is turned around. */
export function txDag(findings: Pick<Findings, 'analysis'>): TxDag {
  const dependencies = delayedFeeDependencies(findings);
  if (dependencies === null) return { Type: 0 };
  return {
    Type: 1,
    TxDeps: dependencies.map((list, index): TxDep => {
      if (list.length <= Math.trunc((dependencies.length - 1) / 2)) return { TxIndexes: list };
      const named = new Set(list);
      const others = Array.from({ length: index }, (_, other) => other).filter((other) => !named.has(other));
      return { TxIndexes: others, Flags: INVERTED };
    }),
  };
}

/** The bytes that a block carries. */
export function encodeTxDag(dag: TxDag): Uint8Array {
  const inner =
    dag.Type === 0
      ? []
      : [dag.TxDeps.map(({ TxIndexes, Flags }) => [[...TxIndexes], ...(Flags === undefined ? [] : [Flags])])];
  return Uint8Array.from([dag.Type, ...RLP.encode(inner)]);
}

export function renderTxDag(findings: Findings): string {
  const dag = txDag(findings);
  if (dag.Type === 0) return `${JSON.stringify(dag)}\n`;
  const lines = dag.TxDeps.map((dep) => `  ${JSON.stringify(dep)}`).join(',\n');
  return `{"Type":1,"TxDeps":[\n${lines}\n]}\n`;
}

export function renderTxDagRlp(findings: Findings): Uint8Array {
  return encodeTxDag(txDag(findings));
}
