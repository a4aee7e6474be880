/**
 * The values of a block that is yet to be made, as `evm t8n` takes them in `env.json`: those of geth, of the
 * execution specs and of @ethereumjs have the same names. What follows from the parent's values is computed if it
 * is not given. Fields that the hardfork does not have are left alone.
 */
import { paramsBlock } from '@ethereumjs/block';
import { nextExcessBlobGas } from './blob-gas.ts';
import type { Address, BlockHeader, BlockInput, Hex } from './block.ts';
import { readBlockHashes } from './block-hashes.ts';
import { createChain, isHardforkFrom } from './chain.ts';
import { fieldOf, isObject, type Located, readOptional } from './located.ts';
import {
  ADDRESS,
  HASH,
  parseValue,
  readAddress,
  readHash,
  readNumber,
  unexpected,
  withdrawalsSchema,
} from './schema.ts';
import { UNSEALED, ZERO_HASH } from './unsealed.ts';

export interface Env {
  readonly block: BlockHeader;
  /** Of earlier blocks, as far as they are given. */
  readonly blockHashes: ReadonlyMap<bigint, Hex>;
}

const NUMBER = 'a number, decimal or hex';
const GWEI = 1_000_000_000n;

/**
 * Reads the values of the block.
 *
 * @param rules - By which the block is made: they say which values it needs.
 * @throws InputError
 */
export function readEnv(env: Located, rules: Pick<BlockInput, 'chainId' | 'hardfork'>): Env {
  const { hardfork } = rules;
  const fields = new EnvFields(env);
  const since = (first: string): boolean => isHardforkFrom(hardfork, first);
  const number = fields.required('currentNumber', 64);
  const blockHashes = fields.hashes('blockHashes');
  const withdrawals = since('shanghai') ? fields.withdrawals(hardfork) : null;
  return {
    block: {
      number,
      timestamp: fields.required('currentTimestamp', 64),
      gasLimit: fields.required('currentGasLimit', 64),
      feeRecipient: fields.address('currentCoinbase'),
      parentHash: blockHashes.get(number - 1n) ?? fields.hash('previousHash') ?? ZERO_HASH,
      difficulty: since('paris') ? 0n : fields.needed('currentDifficulty', 256, hardfork),
      prevRandao: since('paris') ? asHash(fields.needed('currentRandom', 256, hardfork)) : ZERO_HASH,
      baseFeePerGas: since('london') ? baseFee(fields, hardfork) : null,
      excessBlobGas: since('cancun') ? excessBlobGas(fields, rules) : null,
      parentBeaconBlockRoot: since('cancun') ? fields.neededHash('parentBeaconBlockRoot', hardfork) : null,
      withdrawals,
      ...UNSEALED,
    },
    blockHashes,
  };
}

/** EIP-1559, by the parent's gas where it is not given itself. */
function baseFee(fields: EnvFields, hardfork: string): bigint {
  const parent = fields.optional('parentBaseFee', 256);
  const given = fields.optional('currentBaseFee', 256);
  if (given !== null || parent === null) return fields.needed('currentBaseFee', 256, hardfork);
  const target = fields.required('parentGasLimit', 64) / ELASTICITY;
  const used = fields.required('parentGasUsed', 64);
  if (used === target || target === 0n) return parent;
  const change = (parent * (used > target ? used - target : target - used)) / target / CHANGE_DENOMINATOR;
  if (used < target) return parent - change;
  return parent + (change > 0n ? change : 1n);
}

const ELASTICITY = 2n;
const CHANGE_DENOMINATOR = 8n;

function excessBlobGas(fields: EnvFields, rules: Pick<BlockInput, 'chainId' | 'hardfork'>): bigint {
  const given = fields.optional('currentExcessBlobGas', 64);
  const parent = fields.optional('parentExcessBlobGas', 64);
  if (given !== null || parent === null) return fields.needed('currentExcessBlobGas', 64, rules.hardfork);
  const common = createChain(rules);
  common.updateParams(paramsBlock);
  return nextExcessBlobGas(common, {
    excessBlobGas: parent,
    blobGasUsed: fields.required('parentBlobGasUsed', 64),
    baseFeePerGas: fields.optional('parentBaseFee', 256) ?? 0n,
  });
}

function asHash(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`;
}

/** The fields of one object by their names. */
class EnvFields {
  readonly #of: (name: string) => Located;

  constructor({ value, where }: Located) {
    if (!isObject(value)) throw unexpected(where, 'the values of a block (an object), as in env.json', value);
    this.#of = (name) => fieldOf(value, name, where);
  }

  optional(name: string, bits: number): bigint | null {
    return readOptional(this.#of(name), NUMBER, (value) => readNumber(value, bits));
  }

  required(name: string, bits: number): bigint {
    const found = this.optional(name, bits);
    if (found !== null) return found;
    const { value, where } = this.#of(name);
    throw unexpected(where, NUMBER, value);
  }

  /** What blocks of the hardfork have. */
  needed(name: string, bits: number, hardfork: string): bigint {
    return this.optional(name, bits) ?? this.#lacking(name, hardfork);
  }

  neededHash(name: string, hardfork: string): Hex {
    return this.hash(name) ?? this.#lacking(name, hardfork);
  }

  hash(name: string): Hex | null {
    return readOptional(this.#of(name), HASH, readHash);
  }

  /** With or without a prefix. */
  address(name: string): Address {
    const { value, where } = this.#of(name);
    const address = readAddress(value) ?? (typeof value === 'string' ? readAddress(`0x${value}`) : undefined);
    if (address === undefined) throw unexpected(where, ADDRESS, value);
    return address;
  }

  hashes(name: string): ReadonlyMap<bigint, Hex> {
    const { value, where } = this.#of(name);
    return value === undefined || value === null ? new Map() : readBlockHashes(value, where);
  }

  withdrawals(hardfork: string): BlockHeader['withdrawals'] {
    const { value, where } = this.#of('withdrawals');
    if (value === undefined || value === null) return this.#lacking('withdrawals', hardfork);
    const found = parseValue(withdrawalsSchema, value, where);
    return found.map((withdrawal) => ({ ...withdrawal, amount: withdrawal.amount * GWEI }));
  }

  #lacking(name: string, hardfork: string): never {
    const { value, where } = this.#of(name);
    throw unexpected(where, `a value, as blocks of ${hardfork} have one (--hardfork names another)`, value);
  }
}
