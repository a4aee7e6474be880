/** The header of a block from JSON-RPC. */
import type { BlockHeader } from './block.ts';
import { isHardforkFrom } from './chain.ts';
import { type BlockJson, member, unexpected, type Where } from './schema.ts';

const GWEI = 1_000_000_000n;
const ZERO_HASH = `0x${'00'.repeat(32)}` as const;

/** Fields that blocks have from a hardfork on. */
const FIELDS_SINCE = [
  ['baseFeePerGas', 'london'],
  ['withdrawals', 'shanghai'],
  ['excessBlobGas', 'cancun'],
  ['parentBeaconBlockRoot', 'cancun'],
] as const;

/** A header with nothing left out that its hardfork has; what later hardforks add is `null`. */
export function headerFromJson(json: BlockJson): BlockHeader {
  return {
    number: json.number,
    timestamp: json.timestamp,
    gasLimit: json.gasLimit,
    feeRecipient: json.miner,
    parentHash: json.parentHash,
    difficulty: json.difficulty ?? 0n,
    prevRandao: json.mixHash ?? ZERO_HASH,
    extraData: json.extraData ?? '0x',
    baseFeePerGas: json.baseFeePerGas ?? null,
    excessBlobGas: json.excessBlobGas ?? null,
    blobGasUsed: json.blobGasUsed ?? null,
    parentBeaconBlockRoot: json.parentBeaconBlockRoot ?? null,
    withdrawals:
      json.withdrawals?.map((withdrawal) => ({ ...withdrawal, amount: withdrawal.amount * GWEI })) ?? null,
    uncles: json.uncles ?? [],
    hash: json.hash ?? null,
    gasUsed: json.gasUsed ?? null,
    receiptsRoot: json.receiptsRoot ?? null,
    logsBloom: json.logsBloom ?? null,
    stateRoot: json.stateRoot ?? null,
    requestsHash: json.requestsHash ?? null,
    blockAccessListHash: json.blockAccessListHash ?? null,
  };
}

/** EIP-7825, in Osaka: no transaction may ask for more. */
const OSAKA_GAS_CAP = 1n << 24n;

/** What the header of a hardfork has, newest first. */
const NEWEST_WITH = [
  ['blockAccessListHash', 'amsterdam'],
  ['requestsHash', 'osaka'],
  ['parentBeaconBlockRoot', 'cancun'],
  ['withdrawals', 'shanghai'],
] as const;

/**
 * The newest of mainnet's hardforks that a block with these fields can be of: for chains whose dates are not known.
 * Prague and Osaka have the same fields; a transaction with more gas than Osaka allows tells them apart.
 *
 * @param gasLimits - Of the transactions.
 */
export function hardforkOfFields(json: BlockJson, gasLimits: readonly bigint[]): string {
  const found = NEWEST_WITH.find(([name]) => (json[name] ?? null) !== null)?.[1];
  if (found === 'osaka' && gasLimits.some((gas) => gas > OSAKA_GAS_CAP)) return 'prague';
  if (found !== undefined) return found;
  if ((json.baseFeePerGas ?? null) === null) return 'berlin';
  return (json.difficulty ?? 0n) === 0n ? 'paris' : 'london';
}

/**
 * Refuses a block without a field that execution under its hardfork reads.
 *
 * @throws InputError
 */
export function requireFieldsOf(hardfork: string, json: BlockJson, where: Where): void {
  for (const [name, since] of FIELDS_SINCE) {
    if (isHardforkFrom(hardfork, since) && (json[name] ?? null) === null) {
      throw unexpected(member(where, name), `a value, as blocks have one since ${since}`, json[name]);
    }
  }
  const decides = isHardforkFrom(hardfork, 'paris') ? 'mixHash' : 'difficulty';
  if ((json[decides] ?? null) === null) {
    throw unexpected(
      member(where, decides),
      `a value, as a contract of ${hardfork} can read it`,
      json[decides],
    );
  }
}
