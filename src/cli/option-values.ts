/** The values of options, from text. What cannot be one is named with what was expected; commander says where. */
import { InvalidArgumentError } from 'commander';
import type { Address } from '../input/block.ts';
import { kindOf, outputName } from '../output/kinds.ts';
import { LINT_KINDS } from '../output/lint-kinds.ts';
import { ORDER_KINDS } from '../output/order-kinds.ts';
import type { RpcInputBlock } from '../state/rpc/block.ts';
import type { NamesPath } from './documents.ts';

const MAXIMUM_WORKERS = 256;

/** Of an option that may be given several times. */
export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

/** `0xADDRESS=FILE`, or a file alone; of an option that may be given several times. */
export function namesFiles(value: string, previous: readonly NamesPath[]): readonly NamesPath[] {
  const [, account, path] = /^(0x[0-9a-fA-F]{40})=(.+)$/s.exec(value) ?? [];
  if (account === undefined || path === undefined) return [...previous, { path: value }];
  return [...previous, { path, account: account.toLowerCase() as `0x${string}` }];
}

export const workerCount = numberFrom(1, MAXIMUM_WORKERS);

/** Of a whole number within bounds. */
export function numberFrom(least: number, most: number): (value: string) => number {
  return (value) => {
    const count = Number(value);
    if (!/^[0-9]+$/.test(value) || count < least || count > most) {
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}.`);
    }
    return count;
  };
}

/** Longer waits are no waits any more. */
const MAXIMUM_SECONDS = 3600;

export function seconds(value: string): number {
  const count = Number(value);
  if (!/^[0-9]+(\.[0-9]+)?$/.test(value) || count <= 0 || count > MAXIMUM_SECONDS) {
    throw new InvalidArgumentError(`expected seconds, above 0 and at most ${MAXIMUM_SECONDS}.`);
  }
  return count;
}

export function nodeUrl(value: string): string {
  if (!/^https?:\/\/./.test(value) || !URL.canParse(value)) {
    throw new InvalidArgumentError('expected an http or https URL.');
  }
  return value;
}

export function blockReference(value: string): RpcInputBlock {
  if (value === 'latest' || value === 'pending') return value;
  if (/^0x[0-9a-f]{64}$/i.test(value)) return value.toLowerCase() as `0x${string}`;
  if (/^([0-9]{1,18}|0x[0-9a-f]{1,15})$/i.test(value)) return BigInt(value);
  throw new InvalidArgumentError('expected a block number, a block hash, latest or pending.');
}

/**
 * Names of files to write, in the order given.
 *
 * @throws InputError for an extension that is not known.
 */
export function outputFiles(value: string, previous: readonly string[]): readonly string[] {
  outputName(value);
  return [...previous, value];
}

/** The same for the files of `order`. */
export function orderFiles(value: string, previous: readonly string[]): readonly string[] {
  kindOf(value, ORDER_KINDS);
  return [...previous, value];
}

/** Of so many bits, decimal or hex. */
export function amountOf(bits: number): (value: string) => bigint {
  return (value) => {
    const amount = /^([0-9]{1,78}|0x[0-9a-fA-F]{1,64})$/.test(value) ? BigInt(value) : null;
    if (amount !== null && amount >> BigInt(bits) === 0n) return amount;
    throw new InvalidArgumentError(`expected a whole number below 2^${bits}, decimal or hex.`);
  };
}

export function addressValue(value: string): Address {
  if (/^0x[0-9a-fA-F]{40}$/.test(value)) return value.toLowerCase() as Address;
  throw new InvalidArgumentError('expected an address (20 bytes of hex).');
}

/** The same for the files of `lint`. */
export function lintFiles(value: string, previous: readonly string[]): readonly string[] {
  kindOf(value, LINT_KINDS);
  return [...previous, value];
}
