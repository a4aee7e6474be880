/** The JSON document of `lint`, version 1, as plain JSON values; its shape is that of `schema.ts`. */
import type { Advice } from '../advice/advice.ts';
import { PATTERNS } from '../advice/patterns.ts';
import { adviceSentence } from '../advice/sentence.ts';
import { createNames, type Names } from '../names/names.ts';
import { quantity } from '../report/quantity.ts';
import type { AccessList } from './access-list.ts';
import type { Finding } from './finding.ts';
import type { EntryGain } from './gains.ts';
import type { LintResult } from './lint.ts';
import type { LintDocument } from './schema.ts';
import type { LintedTransaction } from './transaction.ts';

/** The same for the same input and state. */
export function buildLintDocument(result: LintResult): LintDocument {
  const { input, transactions, findings, advice } = result;
  const names = result.names ?? createNames(result.analysis);
  const { block, hardfork, chainId } = input;
  return {
    schema: 'pevm-analyze-lint/1',
    block: block === null ? null : { number: quantity(block.number), hash: block.hash },
    hardfork,
    chainId: quantity(chainId),
    transactions: transactions.map((one) => ({
      ...transactionJson(one),
      hash: input.transactions[one.index]?.hash ?? '0x',
    })),
    findings: findings.map(findingJson),
    advice: advice.map((one) => adviceJson(one, names)),
  };
}

function transactionJson({ index, status, declared, best, gas, needsList, gains }: LintedTransaction) {
  return {
    index,
    status,
    declared: declared === null ? null : listJson(declared),
    best: best === null ? null : listJson(best),
    gas:
      gas === null
        ? null
        : {
            without: gas.without === null ? null : quantity(gas.without),
            declared: quantity(gas.declared),
            best: quantity(gas.best),
          },
    needsList,
    entries: gains.map(entryJson),
  };
}

function listJson(list: AccessList) {
  return list.map(({ address, storageKeys }) => ({ address, storageKeys: [...storageKeys] }));
}

function entryJson({ address, gain, slots }: EntryGain) {
  return {
    address,
    saves: difference(gain),
    slots: slots.map((one) => ({ slot: one.slot, saves: difference(one.gain) })),
  };
}

function findingJson({ gas, ...rest }: Finding) {
  return { ...rest, saves: difference(gas) };
}

function difference(gas: bigint | null): number | null {
  return gas === null ? null : Number(gas);
}

function adviceJson(advice: Advice, names: Names) {
  const { step, companions, callers, ...rest } = advice;
  return {
    ...rest,
    step: step === null ? null : `${step}`,
    companions: [...companions],
    callers: [...callers],
    sentence: adviceSentence(advice, names),
    remedy: PATTERNS[advice.pattern].remedy,
  };
}
