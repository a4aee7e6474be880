/**
 * What an input is, found by its shape: transactions, bundles, a block, or what `evm t8n` takes; bare, or inside a JSON-RPC request or
 * response. What is inside a transaction or a block is not looked at here.
 */
import { InputError } from '../errors.ts';
import type { TransactionConditions } from './block.ts';
import {
  type BundleDraft,
  type GivenTransaction,
  isShareBundle,
  NO_BOUNDS,
  readBundle,
  readShareBundle,
} from './bundle.ts';
import { isConditions, readConditions } from './conditional.ts';
import {
  elementsOf,
  fieldOf,
  has,
  isObject,
  type JsonObject,
  type Located,
  readOptional,
} from './located.ts';
import { describeValue, member, readNumber, unexpected, type Where } from './schema.ts';
import { splitTransactions } from './transactions-rlp.ts';

/** One part of an input. */
export type Part = GivenTransaction | { readonly kind: 'bundle'; readonly bundle: BundleDraft };

/** An input taken apart. */
export type Shape =
  | {
      readonly kind: 'parts';
      readonly parts: readonly Part[];
      /** Values of the block that they are for, where they come with them. */
      readonly env?: Located;
    }
  | { readonly kind: 'block'; readonly block: Located };

const EXPECTED = 'a transaction, an array of transactions, a block, or a bundle';

const METHOD = 'a method that takes transactions, such as eth_sendRawTransaction or eth_sendBundle';

/** More than any block or pool holds, and few enough for memory. */
const MAX_PARTS = 1_000_000;

/** Some of these are in every transaction object. */
const TRANSACTION_FIELDS = ['from', 'to', 'input', 'data', 'nonce', 'gas', 'gasLimit', 'value', 'r'] as const;

/** What the parameters of a JSON-RPC request hold. */
const METHODS: ReadonlyMap<string, (params: Located) => Part> = new Map<string, (params: Located) => Part>([
  ['eth_sendRawTransaction', firstTransaction],
  ['eth_sendTransaction', firstTransaction],
  ['eth_signTransaction', firstTransaction],
  ['eth_fillTransaction', firstTransaction],
  ['eth_call', firstTransaction],
  ['eth_estimateGas', firstTransaction],
  ['eth_createAccessList', firstTransaction],
  ['debug_traceCall', firstTransaction],
  ['eth_sendRawTransactionConditional', conditionalTransaction],
  ['eth_sendPrivateTransaction', privateTransaction],
  ['eth_sendPrivateRawTransaction', firstTransaction],
  ['eth_sendBundle', (params) => bundlePart(readBundle(firstOf(params), 'eth_sendBundle'))],
  ['eth_callBundle', (params) => bundlePart(readBundle(firstOf(params), 'eth_callBundle'))],
  ['mev_sendBundle', (params) => bundlePart(readShareBundle(firstOf(params)))],
  ['mev_simBundle', (params) => bundlePart(readShareBundle(firstOf(params)))],
]);

/**
 * Finds out what a value is.
 *
 * @throws InputError for a shape that is none of those known, and for a bundle or conditions that are wrong.
 */
export function detectShape(input: Located): Shape {
  const outer = unwrapResponse(input);
  const { value, where } = outer;
  if (!Array.isArray(value)) {
    if (isBlock(value)) return { kind: 'block', block: outer };
    if (isObject(value) && isTransition(value)) return transitionOf(value, where);
    const listed = typeof value === 'string' ? splitTransactions(value) : null;
    if (listed === null) return { kind: 'parts', parts: [partOf(outer)] };
    return { kind: 'parts', parts: elementsOf({ value: listed, where }, EXPECTED).map(partOf) };
  }
  if (value.length > MAX_PARTS) throw unexpected(where, `at most ${MAX_PARTS} transactions`, value);
  const elements = elementsOf(outer, EXPECTED);
  // One line of NDJSON, or a batch of one response, may hold a block as well.
  const [first, second] = elements;
  if (first !== undefined && elements.length === 1) {
    const inner = unwrapResponse(first);
    if (isBlock(inner.value)) return { kind: 'block', block: inner };
  }
  // The parameters of a conditional transaction, without their request.
  if (elements.length === 2 && second !== undefined && isConditions(second.value)) {
    return { kind: 'parts', parts: [conditionalTransaction({ value, where })] };
  }
  return { kind: 'parts', parts: elements.map(partOf) };
}

function partOf(element: Located): Part {
  const { value, where } = unwrapResponse(element);
  if (typeof value === 'string') return transactionPart({ value, where });
  if (!isObject(value)) throw unexpected(where, where.path === '' ? EXPECTED : 'a transaction', value);
  if (isBlock(value)) throw unexpected(where, 'a transaction, as one input holds one block', 'a block');
  if (has(value, 'method')) return parametersOf(value, where);
  if (has(value, 'txs') && !isTransition(value)) {
    const isCall = has(value, 'stateBlockNumber');
    return bundlePart(readBundle({ value, where }, isCall ? 'eth_callBundle' : 'eth_sendBundle'));
  }
  if (isShareBundle(value)) return bundlePart(readShareBundle({ value, where }));
  if (TRANSACTION_FIELDS.some((name) => has(value, name))) return transactionPart({ value, where });
  throw new InputError({ ...where, expected: EXPECTED, got: describeKeys(value) }, 'unknown-shape');
}

/** What `evm t8n` takes on standard input. */
function isTransition(value: JsonObject): boolean {
  return has(value, 'env') && (has(value, 'txs') || has(value, 'txsRlp'));
}

function transitionOf(value: JsonObject, where: Where): Shape {
  const env = fieldOf(value, 'env', where);
  const rlp = fieldOf(value, 'txsRlp', where);
  if (rlp.value === undefined || rlp.value === null || rlp.value === '') {
    const txs = elementsOf(fieldOf(value, 'txs', where), 'an array of transactions');
    return { kind: 'parts', parts: txs.map(partOf), env };
  }
  const listed =
    rlp.value === '0xc0' ? [] : typeof rlp.value === 'string' ? splitTransactions(rlp.value) : null;
  if (listed === null) throw unexpected(rlp.where, 'a list of signed transactions in RLP, as hex', rlp.value);
  return { kind: 'parts', parts: elementsOf({ ...rlp, value: listed }, EXPECTED).map(partOf), env };
}

function transactionPart({ value, where }: Located, conditions: TransactionConditions | null = null): Part {
  return { kind: 'transaction', value, where, conditions };
}

function bundlePart(bundle: BundleDraft): Part {
  return { kind: 'bundle', bundle };
}

function parametersOf(request: JsonObject, where: Where): Part {
  const { method, params } = request;
  const read = typeof method === 'string' ? METHODS.get(method) : undefined;
  if (read === undefined) {
    throw unexpected(member(where, 'method'), METHOD, method);
  }
  return read({ value: params, where: member(where, 'params') });
}

function firstOf(params: Located): Located {
  const [first] = elementsOf(params, 'an array of parameters');
  if (first !== undefined && (typeof first.value === 'string' || isObject(first.value))) return first;
  throw unexpected(member(params.where, 0), 'a transaction or a bundle', first?.value);
}

function firstTransaction(params: Located): Part {
  return transactionPart(firstOf(params));
}

/** `[transaction, conditions]` */
function conditionalTransaction(params: Located): Part {
  const [, conditions] = elementsOf(params, 'an array of parameters');
  return transactionPart(firstOf(params), conditions === undefined ? null : readConditions(conditions));
}

/** `[{ tx, maxBlockNumber }]`: no later than that block. */
function privateTransaction(params: Located): Part {
  const { value, where } = firstOf(params);
  if (!isObject(value)) throw unexpected(where, 'an object with tx', value);
  const bound = fieldOf(value, 'maxBlockNumber', where);
  const maxBlock = readOptional(bound, 'a number, decimal or hex', (given) => readNumber(given, 64));
  const tx = fieldOf(value, 'tx', where);
  return transactionPart(
    tx,
    maxBlock === null ? null : { bounds: { ...NO_BOUNDS, maxBlock }, knownAccounts: [] },
  );
}

/** The result of a JSON-RPC response; any other value as it is. */
function unwrapResponse(input: Located): Located {
  const { value, where } = input;
  if (!isObject(value)) return input;
  if (has(value, 'error') && has(value, 'jsonrpc') && (value.error ?? null) !== null) {
    const { error } = value;
    const message = isObject(error) ? error.message : error;
    throw unexpected(member(where, 'error'), 'a response without an error', message);
  }
  if (!has(value, 'result')) return input;
  const result = { value: value.result, where: member(where, 'result') };
  if ((result.value ?? null) === null) throw unexpected(result.where, EXPECTED, result.value);
  return result;
}

function isBlock(value: unknown): boolean {
  return (
    isObject(value) && (has(value, 'transactions') || (has(value, 'parentHash') && has(value, 'number')))
  );
}

const SHOWN_KEYS = 3;

function describeKeys(value: JsonObject): string {
  const keys = Object.keys(value);
  if (keys.length === 0) return 'an empty object';
  const shown = keys.slice(0, SHOWN_KEYS).map(describeValue).join(', ');
  return `an object with ${shown}${keys.length > SHOWN_KEYS ? ', …' : ''}`;
}
