/**
 * Random blocks over random contracts: senders that pay several transactions, some of them nearly broke or
 * delegated (EIP-7702); fee recipients that take part; creations, access lists, tight gas limits.
 */
import { eoaCode7702SignAuthorization, type PrefixedHexString } from '@ethereumjs/util';
import fc from 'fast-check';
import type {
  Address,
  Authorization,
  BlockHeader,
  BlockInput,
  Hex,
  Transaction,
} from '../../src/input/block.ts';
import { keccak256 } from '../../src/input/keccak.ts';
import { slotHex } from '../../src/state/key.ts';
import type { Prestate, PrestateAccount } from '../corpus.ts';
import { Oracle, RefusedError } from '../oracle/recorder.ts';
import { hexOf } from '../oracle/state.ts';
import { HARDFORKS, programOf } from './program.ts';
import {
  ABSENT,
  ADDRESSES,
  CONTRACTS,
  HOLDER,
  KEYS,
  MINER,
  PRECOMPILES,
  SENDERS,
  SLOTS,
} from './universe.ts';

/** A valid block with its pre-state. */
export interface RandomBlock {
  readonly input: BlockInput;
  readonly prestate: Prestate;
}

interface AuthorizationDraft {
  readonly signer: number;
  readonly delegate: Address;
  readonly isStale: boolean;
  readonly chainId: bigint;
}

interface TransactionDraft {
  readonly sender: number;
  readonly to: Address | null;
  readonly value: bigint;
  readonly gasLimit: bigint;
  readonly data: Uint8Array;
  readonly type: number;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly accessList: readonly (readonly [Address, bigint])[];
  readonly authorizations: readonly AuthorizationDraft[];
}

/** What is drawn; `materialize` makes a valid block of it. */
export interface BlockDraft {
  readonly hardfork: string;
  readonly feeRecipient: Address;
  readonly prestate: Prestate;
  readonly transactions: readonly TransactionDraft[];
}

const BASE_FEE = 7n;
const ZERO_ADDRESS: Address = `0x${'0'.repeat(40)}`;
const NUMBER = 1000n;

/** The newer ones more often. */
const DRAWN_HARDFORKS = [...HARDFORKS, 'cancun', 'prague', 'prague', 'prague'];

/** Transaction types of each hardfork. */
function typesOf(hardfork: string): readonly number[] {
  if (['prague', 'osaka'].includes(hardfork)) return [0, 1, 2, 2, 3, 4, 4];
  if (hardfork === 'cancun') return [0, 1, 2, 3];
  if (['london', 'shanghai'].includes(hardfork)) return [0, 1, 2];
  return hardfork === 'berlin' ? [0, 1] : [0];
}

const storedValue = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt(0n, 6n) },
  { weight: 2, arbitrary: fc.constantFrom(...ADDRESSES).map(BigInt) },
  { weight: 1, arbitrary: fc.bigInt(0n, (1n << 256n) - 1n) },
);

/** Plain slots, and slots of mappings and arrays on them. */
const storedSlot = fc.oneof(
  { weight: 3, arbitrary: fc.bigInt(0n, SLOTS) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.bigInt(0n, 6n), fc.bigInt(0n, SLOTS)).map((words) => hashOfWords(words)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.bigInt(0n, SLOTS), fc.bigInt(0n, 3n))
      .map(([base, index]) => hashOfWords([base]) + index),
  },
);

function hashOfWords(words: readonly bigint[]): bigint {
  const bytes = Buffer.from(words.map((word) => slotHex(word).slice(2)).join(''), 'hex');
  return BigInt(hexOf(keccak256(bytes)));
}

const contractOf = (hardfork: string): fc.Arbitrary<PrestateAccount> =>
  fc
    .tuple(
      programOf(hardfork),
      fc.constantFrom(0n, 50n, 10n ** 18n),
      fc.constantFrom(0, 1),
      fc.array(fc.tuple(storedSlot, storedValue), { maxLength: 8 }),
    )
    .map(([code, balance, nonce, slots]) => ({
      balance: `0x${balance.toString(16)}`,
      nonce,
      code: hexOf(code),
      storage: Object.fromEntries(slots.map(([slot, value]) => [slotHex(slot), slotHex(value)])),
    }));

/** Rich, or about to run out of what a few transactions may cost. */
const senderBalance = fc.constantFrom(10n ** 18n, 10n ** 18n, 10n ** 18n, 10_000_000n, 40_000_000n);

const senderAccount = fc.tuple(senderBalance, fc.nat(2)).map(
  ([balance, nonce]): PrestateAccount => ({
    balance: `0x${balance.toString(16)}`,
    nonce,
    code: '0x',
    storage: {},
  }),
);

const authorization: fc.Arbitrary<AuthorizationDraft> = fc.record({
  signer: fc.nat(KEYS.length - 1),
  delegate: fc.constantFrom(...CONTRACTS, ZERO_ADDRESS, ZERO_ADDRESS, ...SENDERS, ...ABSENT, ...PRECOMPILES),
  isStale: fc.nat(4).map((value) => value === 0),
  chainId: fc.constantFrom(0n, 1n, 1n, 5n),
});

/** Call data that contracts read as small numbers and addresses. */
const callData = fc
  .array(storedValue, { maxLength: 4 })
  .map((words) => new Uint8Array(Buffer.from(words.map((word) => slotHex(word).slice(2)).join(''), 'hex')));

/** Sometimes with an entry twice. */
const accessList = fc
  .tuple(fc.array(fc.tuple(fc.constantFrom(...ADDRESSES), storedSlot), { maxLength: 3 }), fc.nat(3))
  .map(([entries, twice]) => [...entries, ...entries.slice(0, twice === 0 ? 1 : 0)]);

function transaction(hardfork: string): fc.Arbitrary<TransactionDraft> {
  const target = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom<Address | null>(...CONTRACTS) },
    { weight: 2, arbitrary: fc.constantFrom<Address | null>(...SENDERS, ...ABSENT, HOLDER, MINER) },
    { weight: 1, arbitrary: fc.constantFrom<Address | null>(...ADDRESSES) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
  return fc
    .record({
      sender: fc.nat(KEYS.length - 1),
      to: target,
      value: fc.constantFrom(0n, 0n, 1n, 40n, 3_000_000n),
      gasLimit: fc.oneof(
        { weight: 1, arbitrary: fc.bigInt(21_000n, 150_000n) },
        { weight: 4, arbitrary: fc.constantFrom(250_000n, 1_000_000n, 3_000_000n) },
      ),
      callData,
      initCode: programOf(hardfork),
      type: fc.constantFrom(...typesOf(hardfork)),
      maxFeePerGas: fc.constantFrom(7n, 10n, 30n),
      maxPriorityFeePerGas: fc.constantFrom(0n, 2n, 7n),
      accessList,
      authorizations: fc.array(authorization, { minLength: 1, maxLength: 3 }),
    })
    .map(({ callData, initCode, ...drawn }) => ({
      ...drawn,
      // EIP-4844, EIP-7702: such a transaction cannot create.
      to: drawn.type >= 3 ? (drawn.to ?? CONTRACTS[0] ?? null) : drawn.to,
      data: drawn.to === null && drawn.type < 3 ? initCode : callData,
    }));
}

/** Blocks of two to six transactions, some of which may turn out to be invalid. */
export const blockDraft: fc.Arbitrary<BlockDraft> = fc.constantFrom(...DRAWN_HARDFORKS).chain((hardfork) =>
  fc
    .record({
      contracts: fc.tuple(...CONTRACTS.map(() => contractOf(hardfork))),
      senders: fc.tuple(...SENDERS.map(() => senderAccount)),
      delegations: fc.tuple(...SENDERS.map(() => fc.option(fc.constantFrom(...CONTRACTS), { freq: 1 }))),
      feeRecipient: fc.oneof(
        { weight: 3, arbitrary: fc.constant(MINER) },
        { weight: 1, arbitrary: fc.constantFrom(...CONTRACTS, ...SENDERS, ...ABSENT) },
      ),
      transactions: fc.array(transaction(hardfork), { minLength: 2, maxLength: 6 }),
    })
    .map(({ contracts, senders, delegations, feeRecipient, transactions }) => ({
      hardfork,
      feeRecipient,
      transactions,
      prestate: {
        ...Object.fromEntries(CONTRACTS.map((address, index) => [address, contracts[index] ?? {}])),
        ...Object.fromEntries(
          SENDERS.map((address, index) => [
            address,
            withDelegation(senders[index] ?? {}, typesOf(hardfork).includes(4) ? delegations[index] : null),
          ]),
        ),
        [HOLDER]: { balance: '0x5', nonce: 0, code: '0x', storage: {} },
      },
    })),
);

function withDelegation(account: PrestateAccount, delegate: Address | null | undefined): PrestateAccount {
  return delegate === null || delegate === undefined
    ? account
    : { ...account, code: `0xef0100${delegate.slice(2)}` };
}

/**
 * Makes a valid block: nonces are those that the senders have by then, and a transaction that is still
 * invalid (its sender cannot pay, its gas limit is too low) is left out.
 */
export async function materialize(draft: BlockDraft): Promise<RandomBlock> {
  const base = inputOf(draft, []);
  const oracle = await Oracle.create(base, draft.prestate);
  const transactions: Transaction[] = [];
  for (const drawn of draft.transactions) {
    const next = complete(drawn, transactions.length, (address) => oracle.state.nonceOf(address));
    try {
      await oracle.runTransaction(next);
      transactions.push(next);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
    }
  }
  return { input: inputOf(draft, transactions), prestate: draft.prestate };
}

function inputOf(draft: BlockDraft, transactions: readonly Transaction[]): BlockInput {
  const hash = (number: bigint): Hex => hexOf(keccak256(new TextEncoder().encode(String(number))));
  const past = [1n, 2n, 3n, 4n, 5n, 6n].map((distance) => NUMBER - distance);
  const since = (fork: string): boolean => HARDFORKS.indexOf(draft.hardfork) >= HARDFORKS.indexOf(fork);
  const block: BlockHeader = {
    number: NUMBER,
    timestamp: 1_700_000_000n,
    gasLimit: 30_000_000n,
    feeRecipient: draft.feeRecipient,
    parentHash: hash(NUMBER - 1n),
    difficulty: since('shanghai') ? 0n : 131_072n,
    prevRandao: hash(0n),
    extraData: '0x',
    baseFeePerGas: since('london') ? BASE_FEE : null,
    excessBlobGas: since('cancun') ? 0n : null,
    blobGasUsed: since('cancun') ? 0n : null,
    parentBeaconBlockRoot: since('cancun') ? hash(1n) : null,
    withdrawals: since('shanghai') ? [] : null,
    uncles: [],
    hash: null,
    gasUsed: null,
    receiptsRoot: null,
    logsBloom: null,
    stateRoot: null,
    requestsHash: null,
    blockAccessListHash: null,
  };
  const blockHashes = new Map(past.map((number) => [number, hash(number)]));
  return { block, transactions, chainId: 1n, hardfork: draft.hardfork, blockHashes };
}

function complete(
  { sender, accessList, authorizations, type, ...drawn }: TransactionDraft,
  index: number,
  nonceOf: (address: Address) => bigint,
): Transaction {
  const from = SENDERS[sender] ?? ZERO_ADDRESS;
  const isPriced = type >= 2;
  return {
    ...drawn,
    type: type as Transaction['type'],
    hash: slotHex(BigInt(index + 1)),
    from,
    nonce: nonceOf(from),
    maxPriorityFeePerGas: isPriced
      ? minimum(drawn.maxPriorityFeePerGas, drawn.maxFeePerGas)
      : drawn.maxFeePerGas,
    accessList:
      type === 0 ? null : accessList.map(([address, slot]) => ({ address, storageKeys: [slotHex(slot)] })),
    maxFeePerBlobGas: type === 3 ? 10n : 0n,
    blobVersionedHashes: type === 3 ? [`0x01${'b'.repeat(62)}`] : [],
    authorizationList: type === 4 ? signed(authorizations, from, nonceOf) : [],
    chainId: type === 0 ? null : 1n,
    signature: null,
  };
}

function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** Signs tuples with the nonces that they need, but for those that are meant to be stale. */
function signed(
  drafts: readonly AuthorizationDraft[],
  from: Address,
  nonceOf: (address: Address) => bigint,
): Authorization[] {
  const nonces = new Map<Address, bigint>([[from, nonceOf(from) + 1n]]);
  return drafts.map(({ signer, delegate, isStale, chainId }) => {
    const authority = SENDERS[signer] ?? ZERO_ADDRESS;
    const current = nonces.get(authority) ?? nonceOf(authority);
    const nonce = isStale ? current + 1n : current;
    if (!isStale && chainId !== 5n) nonces.set(authority, current + 1n);
    return sign({ chainId, address: delegate, nonce }, signer, authority);
  });
}

const signatures = new Map<string, Authorization>();

function sign(
  tuple: Pick<Authorization, 'chainId' | 'address' | 'nonce'>,
  signer: number,
  authority: Address,
): Authorization {
  const id = `${tuple.chainId} ${tuple.address} ${tuple.nonce} ${signer}`;
  const known = signatures.get(id);
  if (known !== undefined) return known;
  const quantity = (value: bigint): PrefixedHexString => `0x${value.toString(16)}`;
  const [, , , yParity, r, s] = eoaCode7702SignAuthorization(
    { chainId: quantity(tuple.chainId), address: tuple.address, nonce: quantity(tuple.nonce) },
    KEYS[signer] ?? new Uint8Array(32),
  );
  const numberOf = (bytes: Uint8Array | undefined): bigint =>
    bytes === undefined || bytes.length === 0 ? 0n : BigInt(hexOf(bytes));
  const authorization = { ...tuple, yParity: numberOf(yParity), r: numberOf(r), s: numberOf(s), authority };
  signatures.set(id, authorization);
  return authorization;
}
