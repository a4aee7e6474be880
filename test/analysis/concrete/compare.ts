/** Derives each transaction of a block twice, by the concrete core and by the abstract interpreter, and compares. */
import { beforeTransactions, isOpen } from '../../../src/analysis/block.ts';
import { BlockKnowledge, predecessorsIn } from '../../../src/analysis/block-knowledge.ts';
import { type ConcreteDerivation, ConcreteDeriver } from '../../../src/analysis/concrete/transaction.ts';
import { derivedAccessList } from '../../../src/analysis/derived-access-list.ts';
import { type Inputs, RecordedKnowledge } from '../../../src/analysis/inputs.ts';
import { blockRules } from '../../../src/analysis/rules.ts';
import { DEFAULT_LIMITS, type Derivation, deriveTransaction } from '../../../src/analysis/transaction.ts';
import { WriteIndex } from '../../../src/analysis/write-index.ts';
import type { AccessListEntry, BlockInput } from '../../../src/input/block.ts';
import { snapshotState } from '../../../src/state/prestate.ts';
import type { Prestate } from '../../corpus.ts';

/** What was derived, and the questions that were asked for it. */
interface Derived<T> {
  readonly result: T;
  readonly inputs: Inputs;
}

export interface Comparison {
  readonly concrete: Derived<ConcreteDerivation>;
  readonly abstract: Derived<Derivation>;
  /** Of what the abstract interpreter derived. */
  readonly accessList: readonly AccessListEntry[];
}

export function compareBlock(input: BlockInput, prestate: Prestate): Comparison[] {
  const rules = blockRules(input);
  const deriver = new ConcreteDeriver(rules, DEFAULT_LIMITS);
  const state = beforeTransactions(input, snapshotState(prestate));
  const writes = new WriteIndex();
  const recorded = <T>(derive: (knowledge: RecordedKnowledge) => T): Derived<T> => {
    const knowledge = new RecordedKnowledge(new BlockKnowledge(state, predecessorsIn(writes), state));
    return { result: derive(knowledge), inputs: knowledge.inputs };
  };
  return input.transactions.map((tx, index) => {
    const concrete = recorded((knowledge) => deriver.derive(tx, knowledge));
    const abstract = recorded((knowledge) => deriveTransaction(rules, tx, knowledge));
    const { accesses, effects } = abstract.result;
    writes.add(index, accesses, effects, isOpen({ accesses }), 'certainly');
    return { concrete, abstract, accessList: derivedAccessList(rules, tx, accesses) };
  });
}

/**
 * What has to be equal, in any order: all but the assumptions, of which the concrete core makes more, the list, and the
 * receipt, which the concrete core alone foresees.
 */
export function comparable({
  assumptions: _,
  accessList: __,
  receipt: ___,
  mostGas: ____,
  accesses,
  ...rest
}: Derivation): unknown {
  return { ...rest, accesses: { ...accesses, regions: new Set(accesses.regions) } };
}

/**
 * Questions that only one of the two asked, and assumptions that only the abstract interpreter makes, on what
 * both asked for. That one asks for the code of a call's target before it knows whether the gas suffices.
 */
export function differences(
  assumptions: Derivation['assumptions'],
  { concrete, abstract }: Comparison,
): string[] {
  const asked = new Set(concrete.inputs.answers.map(({ key }) => key));
  const askedByAbstract = new Set(abstract.inputs.answers.map(({ key }) => key));
  return [
    ...[...askedByAbstract].filter((key) => !asked.has(key) && !key.endsWith(':code')),
    ...[...asked].filter((key) => !askedByAbstract.has(key)),
    ...[...abstract.result.assumptions].filter((key) => asked.has(key) && !assumptions.has(key)),
    ...[...concrete.inputs.existence.keys()].filter((key) => !abstract.inputs.existence.has(key)),
    ...[...abstract.inputs.existence.keys()].filter((key) => !concrete.inputs.existence.has(key)),
  ];
}
