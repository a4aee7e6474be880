/** Hand-made blocks over a few tiny contracts, and what to execute them with. */
import fc from 'fast-check';
import type { Address, BlockHeader, BlockInput, Hex, Transaction } from '../../src/input/block.ts';
import { Snapshot, type SnapshotAccount } from '../../src/state/snapshot.ts';

/** Worker threads run the built file; `test/setup.js` has built it. */
export const WORKER_URL = new URL('../../dist/executor/worker.js', import.meta.url);

export function address(number: number): Address {
  return `0x${number.toString(16).padStart(40, '0')}`;
}

function code(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

export const SENDERS = [0xa1, 0xa2, 0xa3, 0xa4].map(address) as [Address, Address, Address, Address];
export const FEE_RECIPIENT = address(0xfee);

/** Slot 0 counts the calls. */
export const COUNTER = address(0xc1);
/** The caller's entry of the mapping at slot 0 counts its calls. */
export const MAPPING = address(0xc2);
/** Passes on the value it gets to the address in the first word of its calldata. */
export const PAYER = address(0xc3);
/** Destroys itself in favour of its caller. */
export const MORTAL = address(0xc4);
/** Creates an empty contract and puts its address into slot 0. */
export const FACTORY = address(0xc5);
/** Puts the balance of the address in the first word of its calldata into slot 1. */
export const WATCHER = address(0xc6);
/** Writes slot 2, then reverts. */
const REVERTER = address(0xc7);
/** Puts the hash of the block whose number is in its calldata into slot 0. */
export const HISTORIAN = address(0xc8);
/** Calls the address that slot 0 of `POINTER` holds; `POINTER` takes it from its calldata. */
export const CALLER = address(0xc9);
export const POINTER = address(0xca);

const CODES: readonly (readonly [Address, string])[] = [
  [COUNTER, '6000546001016000555f5ff3'.replace('5f5f', '60006000')],
  // mstore(0, caller) mstore(32, 0) slot = keccak256(0, 64) sstore(slot, sload(slot) + 1)
  [MAPPING, '33600052600060205260406000208054600101905500'],
  // call(gas, calldataload(0), callvalue, 0, 0, 0, 0)
  [PAYER, '6000600060006000346000355af100'],
  [MORTAL, '33ff'],
  [FACTORY, '600060006000f060005500'],
  [WATCHER, '6000353160015500'],
  [REVERTER, '600160025560006000fd'],
  [HISTORIAN, '6000354060005500'],
  // POINTER answers with slot 0 when called without data, and stores its first word otherwise.
  [POINTER, '36600f576000546000526020' + '6000f35b6000356000' + '5500'],
  // staticless: call POINTER, then call what it answered
  [CALLER, `6020600060006000600073${POINTER.slice(2)}5af150600060006000600060006000515af100`],
];

const MAXIMUM_FEE = 100n;

export function preState(extra: readonly (readonly [Address, SnapshotAccount])[] = []): Snapshot {
  const accounts = new Map<Address, SnapshotAccount>();
  for (const sender of SENDERS) {
    accounts.set(sender, { balance: 10n ** 18n, nonce: 5n, code: new Uint8Array(0), storage: new Map() });
  }
  for (const [contract, hex] of CODES) {
    const storage = new Map(contract === POINTER ? [[0n, BigInt(COUNTER)]] : []);
    accounts.set(contract, { balance: 1000n, nonce: 1n, code: code(hex), storage });
  }
  for (const [key, account] of extra) accounts.set(key, account);
  return new Snapshot({
    accounts,
    absent: new Set(),
    storageOnly: new Set(),
    codeOnly: new Set(),
    partial: false,
  });
}

export function word(value: bigint | Hex): Uint8Array {
  return code(BigInt(value).toString(16).padStart(64, '0'));
}

function transaction(fields: Partial<Transaction> & { readonly from: Address }): Transaction {
  return {
    type: 0,
    hash: `0x${'0'.repeat(64)}`,
    to: COUNTER,
    nonce: 5n,
    gasLimit: 200_000n,
    value: 0n,
    data: new Uint8Array(0),
    maxFeePerGas: MAXIMUM_FEE,
    maxPriorityFeePerGas: MAXIMUM_FEE,
    accessList: null,
    maxFeePerBlobGas: 0n,
    blobVersionedHashes: [],
    authorizationList: [],
    chainId: 1n,
    signature: null,
    ...fields,
  };
}

export const HEADER: BlockHeader = {
  number: 15_000_000n,
  timestamp: 1_656_000_000n,
  gasLimit: 30_000_000n,
  feeRecipient: FEE_RECIPIENT,
  parentHash: `0x${'11'.repeat(32)}`,
  difficulty: 1n,
  prevRandao: `0x${'22'.repeat(32)}`,
  extraData: '0x',
  baseFeePerGas: 7n,
  excessBlobGas: null,
  blobGasUsed: null,
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

/** A block of these transactions; nonces are counted up unless they are given. */
export function blockOf(
  transactions: readonly (Partial<Transaction> & { readonly from: Address })[],
  fields: { readonly header?: Partial<BlockHeader>; readonly hardfork?: string } = {},
): BlockInput {
  const nonces = new Map<Address, bigint>();
  return {
    block: { ...HEADER, ...fields.header },
    transactions: transactions.map((one, index) => {
      const nonce = nonces.get(one.from) ?? 5n;
      nonces.set(one.from, nonce + 1n);
      return transaction({ nonce, hash: `0x${index.toString(16).padStart(64, '0')}`, ...one });
    }),
    chainId: 1n,
    hardfork: fields.hardfork ?? 'grayGlacier',
    blockHashes: new Map([[HEADER.number - 1n, HEADER.parentHash]]),
  };
}

/** Calls of all the contracts above in any order, with and without value, some without enough gas. */
export const arbitraryTransactions: fc.Arbitrary<(Partial<Transaction> & { readonly from: Address })[]> =
  fc.array(
    fc
      .record({
        from: fc.constantFrom(...SENDERS),
        to: fc.constantFrom(
          ...CODES.map(([contract]) => contract),
          ...SENDERS,
          address(0xe1),
          address(0xe2),
          FEE_RECIPIENT,
          null,
        ),
        value: fc.constantFrom(0n, 0n, 1n, 7n),
        target: fc.constantFrom(
          ...SENDERS,
          COUNTER,
          PAYER,
          MORTAL,
          address(0xe1),
          address(0xe3),
          FEE_RECIPIENT,
          null,
        ),
        gasLimit: fc.constantFrom(200_000n, 200_000n, 60_000n, 45_000n),
      })
      .map(({ target, to, ...rest }) => ({
        ...rest,
        to,
        data: target === null || to === null ? new Uint8Array(0) : word(target),
        gasLimit: to === null ? 200_000n : rest.gasLimit,
      })),
    { minLength: 1, maxLength: 14 },
  );
