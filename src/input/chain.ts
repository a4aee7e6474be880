/** Chains and hardforks: which rules hold for an input. */
import {
  type ChainConfig,
  Common,
  type CustomCrypto,
  createCustomCommon,
  Holesky,
  Hoodi,
  Mainnet,
  Sepolia,
} from '@ethereumjs/common';
import { InputError, InternalError } from '../errors.ts';
import type { Address, BlockInput } from './block.ts';
import { describeValue } from './schema.ts';

/** The rules of transactions without a block, and of blocks of unknown chains: the newest active on mainnet. */
export const DEFAULT_HARDFORK = 'osaka';

export const MAINNET_CHAIN_ID = 1n;

const CHAINS: readonly ChainConfig[] = [Mainnet, Sepolia, Holesky, Hoodi];

const HARDFORKS: readonly string[] = Mainnet.hardforks.map((hardfork) => hardfork.name);

/** Names of the same rules that people use. */
const HARDFORK_ALIASES: ReadonlyMap<string, string> = new Map([
  ['frontier', 'chainstart'],
  ['merge', 'paris'],
  // Those of `evm t8n` and of the official tests.
  ['eip150', 'tangerineWhistle'],
  ['eip158', 'spuriousDragon'],
  ['constantinoplefix', 'petersburg'],
]);

/** The irregular state change of the DAO hardfork, by which balances moved without a transaction. */
const DAO_FORK_BLOCK = 1_920_000n;

/**
 * The rules of an input as @ethereumjs reads them. A new object each time: an EVM made with it adds its
 * parameters to it.
 *
 * @param options.customCrypto - Faster or additional primitives for @ethereumjs.
 */
export function createChain(
  input: Pick<BlockInput, 'chainId' | 'hardfork'>,
  options: { readonly customCrypto?: CustomCrypto } = {},
): Common {
  const known = CHAINS.find((chain) => BigInt(chain.chainId) === input.chainId);
  const customCrypto = options.customCrypto ?? {};
  if (known?.hardforks.some((hardfork) => hardfork.name === input.hardfork)) {
    return new Common({ chain: known, hardfork: input.hardfork, customCrypto });
  }
  // Another chain, or a hardfork that the chain has no date for: the rules are mainnet's.
  const chainId = Number(input.chainId);
  return createCustomCommon({ chainId, name: known?.name ?? `chain ${chainId}` }, Mainnet, {
    hardfork: input.hardfork,
    customCrypto,
  });
}

/** The contract whose logs are deposits (EIP-6110). */
export function depositContract(chainId: bigint): Address {
  const known = CHAINS.find((chain) => BigInt(chain.chainId) === chainId);
  const address = known?.depositContractAddress ?? Mainnet.depositContractAddress;
  if (address === undefined) throw new InternalError('mainnet has no deposit contract');
  return address.toLowerCase() as Address;
}

/** Whether a hardfork is, or comes after, another one, in mainnet's order. */
export function isHardforkFrom(hardfork: string, first: string): boolean {
  return HARDFORKS.indexOf(hardfork) >= HARDFORKS.indexOf(first);
}

/**
 * A chain's id from its name or number.
 *
 * @throws InputError
 */
export function readChain(chain: string | number | bigint, source = 'chain'): bigint {
  const text = String(chain).trim().toLowerCase();
  const known = CHAINS.find((one) => one.name.toLowerCase() === text);
  if (known !== undefined) return BigInt(known.chainId);
  if (/^(0x[0-9a-f]{1,16}|[0-9]{1,16})$/.test(text)) {
    const id = BigInt(text);
    // @ethereumjs holds chain ids as numbers.
    if (id > 0n && id <= BigInt(Number.MAX_SAFE_INTEGER)) return id;
  }
  const names = CHAINS.map((one) => one.name).join(', ');
  throw new InputError({
    source,
    path: '',
    expected: `a chain: ${names}, or a chain id`,
    got: describeValue(chain),
  });
}

/**
 * A hardfork's name, whatever its case, as @ethereumjs writes it.
 *
 * @throws InputError
 */
export function readHardfork(name: string, source = 'hardfork'): string {
  const wanted = name.trim().toLowerCase();
  const alias = HARDFORK_ALIASES.get(wanted);
  const found = alias ?? HARDFORKS.find((hardfork) => hardfork.toLowerCase() === wanted);
  if (found !== undefined) return found;
  throw new InputError({
    source,
    path: '',
    expected: `a hardfork: ${HARDFORKS.join(', ')}`,
    got: describeValue(name),
  });
}

/** Whether the dates of a chain's hardforks are known. */
export function isKnownChain(chainId: bigint): boolean {
  return CHAINS.some((chain) => BigInt(chain.chainId) === chainId);
}

/**
 * The hardfork of a block by its number and time. A chain whose hardforks are not known has the default one.
 *
 * @throws InputError for a number and a time that no block of the chain has together.
 */
export function hardforkOfBlock(
  chainId: bigint,
  block: { readonly number: bigint; readonly timestamp: bigint },
  where: { readonly source: string; readonly path: string },
): string {
  const chain = CHAINS.find((one) => BigInt(one.chainId) === chainId);
  if (chain === undefined) return DEFAULT_HARDFORK;
  try {
    return calendarOf(chain).getHardforkBy({ blockNumber: block.number, timestamp: block.timestamp });
  } catch {
    throw new InputError({
      ...where,
      expected: `the time of a block with number ${block.number} on ${chain.name} (or the hardfork as an option)`,
      got: String(block.timestamp),
    });
  }
}

/** The hardforks' dates of each chain; made once, as nothing is ever added to them. */
const CALENDARS = new Map<ChainConfig, Common>();

function calendarOf(chain: ChainConfig): Common {
  const known = CALENDARS.get(chain);
  if (known !== undefined) return known;
  const calendar = new Common({ chain });
  CALENDARS.set(chain, calendar);
  return calendar;
}

/**
 * Refuses the one block that is more than its transactions.
 *
 * @throws InputError for mainnet's block 1,920,000.
 */
export function refuseDaoFork(
  chainId: bigint,
  number: bigint,
  where: { readonly source: string; readonly path: string },
): void {
  if (chainId !== MAINNET_CHAIN_ID || number !== DAO_FORK_BLOCK) return;
  throw new InputError(
    {
      ...where,
      expected: 'a block without an irregular state change',
      got: 'the DAO fork block, which is not supported',
    },
    'unsupported-block',
  );
}
