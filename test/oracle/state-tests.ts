/**
 * The corpus's official state tests (`GeneralStateTests` of ethereum/tests), each as a block of one
 * transaction. Their format: ethereum-tests documentation, "State Tests".
 */
import type { Address, BlockHeader, BlockInput, Hex } from '../../src/input/block.ts';
import { keccak256 } from '../../src/input/keccak.ts';
import { readInput } from '../../src/input/read.ts';
import { corpusDirectory, type Prestate } from '../corpus.ts';
import { archiveFiles, isSampled } from './archive.ts';
import { hexOf } from './state.ts';

export interface StateTest {
  /** `folder/file:name[fork d0 g0 v0]`. */
  readonly name: string;
  /** As `@ethereumjs/common` calls it. */
  readonly hardfork: string;
  /** A block with its one transaction; `null` when the transaction cannot be read, as it is meant to be wrong. */
  readonly input: BlockInput | null;
  readonly prestate: Prestate;
  /** Set where the transaction is invalid. */
  readonly expectException: string | null;
  /** Root of the state afterwards; `null` under a hardfork that the test does not speak of. */
  readonly stateRoot: Hex | null;
  /** Keccak-256 of the RLP of the logs. */
  readonly logsHash: Hex | null;
}

export interface StateTestOptions {
  /** Hardforks as `@ethereumjs/common` calls them. Default: all that the tests have. */
  readonly forks?: readonly string[];
  /** Of the name, without the fork. */
  readonly pattern?: RegExp;
  /** Leaves out the few that take seconds each, and those that need a KZG library. Default: false. */
  readonly quick?: boolean;
  /** Takes one test in so many, always the same ones. Default: 1. */
  readonly every?: number;
  /** Runs the tests under this hardfork instead of theirs: the newest one's of each, without expected results. */
  readonly as?: string;
}

interface TestJson {
  readonly env: Readonly<Record<string, string>>;
  readonly pre: Prestate;
  readonly post: Readonly<Record<string, readonly PostJson[]>>;
}

interface PostJson {
  readonly hash: Hex;
  readonly logs: Hex;
  readonly txbytes: Hex;
  readonly indexes: { readonly data: number; readonly gas: number; readonly value: number };
  readonly expectException?: string;
}

/** Oldest first. */
const HARDFORKS: ReadonlyMap<string, string> = new Map([
  ['Frontier', 'chainstart'],
  ['Homestead', 'homestead'],
  ['EIP150', 'tangerineWhistle'],
  ['EIP158', 'spuriousDragon'],
  ['Byzantium', 'byzantium'],
  ['Constantinople', 'constantinople'],
  ['ConstantinopleFix', 'petersburg'],
  ['Istanbul', 'istanbul'],
  ['Berlin', 'berlin'],
  ['London', 'london'],
  ['Paris', 'paris'],
  ['Shanghai', 'shanghai'],
  ['Cancun', 'cancun'],
  ['Prague', 'prague'],
]);

const SLOW = /50000|CALLBlake2f|1MB1024|Create2Recursive|point_evaluation|performanceTester/;
const ZERO_HASH: Hex = `0x${'0'.repeat(64)}`;
const BLOCK_HASHES = 256n;

/** All state tests of the corpus, in the archive's order; none without a corpus. */
export async function* stateTests(options: StateTestOptions = {}): AsyncGenerator<StateTest> {
  const directory = corpusDirectory();
  if (directory === null) return;
  for await (const { name: path, json } of archiveFiles(
    `${directory}/general-state-tests.tar.gz`,
    () => true,
  )) {
    for (const [name, test] of Object.entries(json as Readonly<Record<string, TestJson>>)) {
      yield* testsOf(`${path.replace(/\.json$/, '')}:${name}`, test, options);
    }
  }
}

function* testsOf(name: string, test: TestJson, options: StateTestOptions): Generator<StateTest> {
  const { forks, pattern, every = 1, as, quick = false } = options;
  if (pattern?.test(name) === false || (quick && SLOW.test(name))) return;
  for (const [fork, hardfork] of forksOf(test, as)) {
    if (forks?.includes(hardfork) === false) continue;
    for (const post of test.post[fork] ?? []) {
      const { data, gas, value } = post.indexes;
      const full = `${name}[${hardfork} d${data} g${gas} v${value}]`;
      if (isSampled(full, every)) yield stateTest(full, hardfork, test, post, as !== undefined);
    }
  }
}

/** Forks of a test with the hardforks that they are run under. */
function forksOf(test: TestJson, as: string | undefined): (readonly [fork: string, hardfork: string])[] {
  const own = [...HARDFORKS].filter(([fork]) => test.post[fork] !== undefined);
  if (as === undefined) return own;
  const newest = own.at(-1);
  return newest === undefined ? [] : [[newest[0], as]];
}

function stateTest(
  name: string,
  hardfork: string,
  test: TestJson,
  post: PostJson,
  isForeign: boolean,
): StateTest {
  const block = headerOf(test.env, hardfork);
  return {
    name,
    hardfork,
    input: inputOf(block, hardfork, post.txbytes),
    prestate: test.pre,
    expectException: isForeign ? null : (post.expectException ?? null),
    stateRoot: isForeign ? null : post.hash,
    logsHash: isForeign ? null : post.logs,
  };
}

function inputOf(block: BlockHeader, hardfork: string, raw: Hex): BlockInput | null {
  try {
    const { transactions } = readInput(raw, { hardfork, chain: 1, source: 'state test' });
    return { block, transactions, chainId: 1n, hardfork, blockHashes: blockHashes(block.number) };
  } catch {
    return null;
  }
}

/** Defaults are those of the tests' own filler for fields that an older fork's test leaves out. */
function headerOf(env: Readonly<Record<string, string>>, hardfork: string): BlockHeader {
  const number = BigInt(env.currentNumber ?? '0x1');
  const forks = [...HARDFORKS.values(), 'osaka'];
  const since = (fork: string): boolean => forks.indexOf(hardfork) >= forks.indexOf(fork);
  const random = BigInt(env.currentRandom ?? '0x0')
    .toString(16)
    .padStart(64, '0');
  return {
    number,
    timestamp: BigInt(env.currentTimestamp ?? '0x3e8'),
    gasLimit: BigInt(env.currentGasLimit ?? '0x5f5e100'),
    feeRecipient: (env.currentCoinbase ?? `0x${'0'.repeat(40)}`).toLowerCase() as Address,
    parentHash: number === 0n ? ZERO_HASH : blockHash(number - 1n),
    difficulty: since('paris') ? 0n : BigInt(env.currentDifficulty ?? '0x20000'),
    prevRandao: `0x${random}`,
    extraData: '0x',
    baseFeePerGas: since('london') ? BigInt(env.currentBaseFee ?? '0xa') : null,
    excessBlobGas: since('cancun') ? BigInt(env.currentExcessBlobGas ?? '0x0') : null,
    blobGasUsed: null,
    // State tests know no system calls.
    parentBeaconBlockRoot: null,
    withdrawals: null,
    uncles: [],
    hash: null,
    gasUsed: null,
    receiptsRoot: null,
    logsBloom: null,
    stateRoot: null,
    requestsHash: null,
    blockAccessListHash: null,
  };
}

/** State tests define BLOCKHASH as the hash of the number's decimal text. */
function blockHash(number: bigint): Hex {
  return hexOf(keccak256(new TextEncoder().encode(String(number))));
}

function blockHashes(number: bigint): ReadonlyMap<bigint, Hex> {
  const hashes = new Map<bigint, Hex>();
  for (let past = number - 1n; past >= 0n && past >= number - BLOCK_HASHES; past--) {
    hashes.set(past, blockHash(past));
  }
  return hashes;
}
