/**
 * Random blocks in which much is deferred: contracts that call, or store at, what other contracts hold, and
 * what they hold is not known before the transaction that set it has run.
 */
import fc from 'fast-check';
import type { Address, BlockInput } from '../../src/input/block.ts';
import { inputOf, type Scene, transaction, words } from '../analysis/scene.ts';
import type { Prestate, PrestateAccount } from '../corpus.ts';
import { hexOf } from '../oracle/state.ts';
import { assemble, type Code, label, OP, placeOf, push } from './assembler.ts';
import type { RandomBlock } from './block.ts';
import { addressOf, argument, call, hashOf, returnWord, slot, store } from './snippets.ts';
import { SENDERS } from './universe.ts';

function numbered(kind: string, index: number): Address {
  return `0x${kind.padEnd(39, '0')}${index}`;
}

/** Each holds a value: set by a call with an argument, answered to a call without one. */
export const BOXES = [1, 2].map((index) => numbered('b0', index)) as [Address, Address];
/** Each calls the address that its box holds, and passes its arguments on. */
export const RELAYS = [1, 2].map((index) => numbered('4e1a', index)) as [Address, Address];
/** Each counts at the entry of its mapping whose key its box holds. */
export const LEDGERS = [1, 2].map((index) => numbered('1ed', index)) as [Address, Address];
/** Counts at the slot that it is told. */
export const SHELF = numbered('5e1f', 1);

/** Zero, but who does not know the balance does not know that: a balance squared is less than 2^200. */
const unknownZero = (of: Code): Code => [...of, OP.balance, OP.dup1, OP.mul, ...push(200n), OP.shr];

/** Adds one to a slot that lies on the stack. */
const count: Code = [OP.dup1, OP.sload, ...push(1n), OP.add, OP.swap1, OP.sstore];

const box: Code = (() => {
  const answer = label();
  const set = store(0n, [...argument(0n), ...unknownZero(argument(1n)), OP.add]);
  return [
    OP.callDataSize,
    OP.isZero,
    placeOf(answer),
    OP.jumpIf,
    ...set,
    OP.stop,
    answer,
    ...slot(0n),
    ...returnWord,
  ];
})();

/** What a box holds. */
const heldBy = (address: Address): Code => [
  ...call(addressOf(address), { output: [128n, 32n] }),
  OP.pop,
  ...push(128n),
  OP.mload,
];

const relay = (of: Address): Code => [
  ...argument(0n),
  ...push(0n),
  OP.mstore,
  ...argument(1n),
  ...push(32n),
  OP.mstore,
  ...call(heldBy(of), { input: [0n, 64n] }),
];

const ledger = (of: Address): Code => [...hashOf(heldBy(of), push(1n)), ...count];

function contract(code: Code, held = 0n): PrestateAccount {
  return {
    balance: '0x0',
    nonce: 1,
    code: hexOf(assemble(code)),
    storage: held === 0n ? {} : { [`0x${'0'.repeat(64)}`]: hexOf(words(held)) },
  };
}

const RICH = { balance: `0x${(10n ** 20n).toString(16)}`, nonce: 0, code: '0x', storage: {} };

export const DEFERRAL_PRESTATE: Prestate = {
  ...Object.fromEntries(SENDERS.map((address) => [address, RICH])),
  ...Object.fromEntries(BOXES.map((address) => [address, contract(box, BigInt(SHELF))])),
  ...Object.fromEntries(RELAYS.map((address, index) => [address, contract(relay(BOXES[index] as Address))])),
  ...Object.fromEntries(
    LEDGERS.map((address, index) => [address, contract(ledger(BOXES[index] as Address))]),
  ),
  [SHELF]: contract([...argument(0n), ...count]),
};

/** One call: who, whom, and up to two arguments. */
export interface CallDraft {
  readonly sender: number;
  readonly to: Address;
  readonly data: readonly bigint[];
}

/** A block of calls; nonces are counted up. */
export function blockOfCalls(drafts: readonly CallDraft[], fields: Partial<Scene> = {}): BlockInput {
  const nonces = new Map<number, bigint>();
  const transactions = drafts.map(({ sender, to, data }, index) => {
    const nonce = nonces.get(sender) ?? 0n;
    nonces.set(sender, nonce + 1n);
    const hash = `0x${(index + 1).toString(16).padStart(64, '0')}` as const;
    return transaction({
      from: SENDERS[sender] as Address,
      nonce,
      to,
      data: words(...data),
      hash,
      gasLimit: 400_000n,
    });
  });
  return inputOf({ hardfork: 'cancun', prestate: DEFERRAL_PRESTATE, transactions, ...fields });
}

const held = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...BOXES, ...RELAYS, ...LEDGERS, SHELF).map(BigInt) },
  { weight: 1, arbitrary: fc.bigInt(0n, 3n) },
);
const sender = fc.nat(SENDERS.length - 1);

const callDraft: fc.Arbitrary<CallDraft> = fc.record({
  sender,
  to: fc.constantFrom(...BOXES, ...BOXES, ...BOXES, ...RELAYS, ...RELAYS, ...LEDGERS, ...LEDGERS, SHELF),
  data: fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    {
      weight: 6,
      arbitrary: fc.tuple(
        held,
        sender.map((index) => BigInt(SENDERS[index] as Address)),
      ),
    },
  ),
});

/** Blocks of 5 to 12 calls, or other numbers, all valid. */
export const blocksOfCalls = (minLength = 5, maxLength = 12): fc.Arbitrary<RandomBlock> =>
  fc
    .array(callDraft, { minLength, maxLength })
    .map((drafts) => ({ input: blockOfCalls(drafts), prestate: DEFERRAL_PRESTATE }));
