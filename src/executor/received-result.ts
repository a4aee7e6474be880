/**
 * A worker's answer to a task, checked before anybody looks at it: a worker that answers anything but a result
 * of the transaction that it was asked for is not to be trusted. What is checked is the form, as far as
 * committing and the guard rely on it; whether the result is right nobody could say without running it again.
 */
import { isMap, isUint8Array } from 'node:util/types';
import { InternalError } from '../errors.ts';
import type { Invalid, Ran, RunResult } from './transaction-runner.ts';
import type { AccountDiff, Observed } from './transaction-state.ts';

/** Fields as they came, each of any type. */
type Unchecked<Keys extends PropertyKey> = { readonly [K in Keys]?: unknown };

/** @throws InternalError when the answer is no result of this transaction. */
export function receivedResult(answer: unknown, transaction: number): RunResult {
  const result: Unchecked<keyof Ran | keyof Invalid> = fields(answer);
  if (result.index !== transaction) throw garbage('index', result.index);
  switch (result.status) {
    case 'ran':
      checkRan(result);
      return answer as Ran;
    case 'invalid':
      if (typeof result.reason !== 'string') throw garbage('reason', result.reason);
      if (typeof result.detail !== 'string') throw garbage('detail', result.detail);
      return answer as Invalid;
    default:
      throw garbage('status', result.status);
  }
}

function checkRan(ran: Unchecked<keyof Ran>): void {
  const { isSuccess, gasUsed, logs, bloom, contractAddress, diff, observed, origins, missingBlockHashes } =
    ran;
  if (typeof isSuccess !== 'boolean') throw garbage('isSuccess', isSuccess);
  if (!isAmount(gasUsed)) throw garbage('gasUsed', gasUsed);
  if (!Array.isArray(logs) || !logs.every(isLog)) throw garbage('logs', logs);
  if (!isUint8Array(bloom) || bloom.length !== 256) throw garbage('bloom', bloom);
  if (contractAddress !== null && !isAddress(contractAddress))
    throw garbage('contractAddress', contractAddress);
  if (!Array.isArray(diff) || !diff.every(isAccountDiff)) throw garbage('diff', diff);
  const { keys, storages, touched, unreached }: Unchecked<keyof Observed> = fields(observed);
  if (!isMap(keys)) throw garbage('observed.keys', keys);
  if (!Array.isArray(storages) || !storages.every(isAddress)) throw garbage('observed.storages', storages);
  if (!Array.isArray(touched) || !touched.every(isAddress)) throw garbage('observed.touched', touched);
  if (!Array.isArray(unreached)) throw garbage('observed.unreached', unreached);
  if (!Array.isArray(touched) || !touched.every(isAddress)) throw garbage('observed.touched', touched);
  if (!isTexts(unreached)) throw garbage('observed.unreached', unreached);
  if (!isMap(origins)) throw garbage('origins', origins);
  if (!Array.isArray(missingBlockHashes)) throw garbage('missingBlockHashes', missingBlockHashes);
}

function isLog(log: unknown): boolean {
  if (!Array.isArray(log)) return false;
  const [address, topics, data] = log as unknown[];
  return isUint8Array(address) && Array.isArray(topics) && topics.every(isUint8Array) && isUint8Array(data);
}

function isAccountDiff(value: unknown): boolean {
  const { address, balance, nonce, code, slots }: Unchecked<keyof AccountDiff> = fields(value);
  return (
    isAddress(address) &&
    (balance === undefined || isAmount(balance)) &&
    (nonce === undefined || isAmount(nonce)) &&
    (code === undefined || isUint8Array(code)) &&
    Array.isArray(slots) &&
    slots.every((slot: unknown) => Array.isArray(slot) && isAmount(slot[0]) && isAmount(slot[1]))
  );
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isAmount(value: unknown): boolean {
  return typeof value === 'bigint' && value >= 0n;
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && value.length === 42;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function garbage(field: string, value: unknown): InternalError {
  return new InternalError(`a worker answered a result whose ${field} is ${typeof value}`);
}
