/**
 * Assumptions are complete: whatever state a decision used, known values and mere bounds alike, changing a cell
 * that is not among the assumptions leads nowhere outside of the sets. One scene for each kind of decision; in
 * each the target's slot 0 is stable and decides, and its slot 1 is unstable.
 */
import { describe, expect, test } from '@jest/globals';
import { storageKey } from '../../src/state/key.ts';
import type { Prestate } from '../corpus.ts';
import { assemble, type Code, label, OP, placeOf, push } from '../generators/assembler.ts';
import {
  analyzed,
  contract,
  missesIn,
  mutated,
  OTHER,
  type Scene,
  TARGET,
  THIRD,
  transaction,
} from './scene.ts';

const STABLE = storageKey(TARGET, 0n);
const UNSTABLE = storageKey(TARGET, 1n);

const stable: Code = [...push(0n), OP.sload];
const unstableBits = (mask: bigint): Code => [...push(mask), ...push(1n), OP.sload, OP.and];
/** Stable, plus the lowest bit of what is unstable: a word of which only bounds are known. */
const bounded: Code = [...stable, ...unstableBits(1n), OP.add];
const store = (slot: bigint, value: Code = push(1n)): Code => [...value, ...push(slot), OP.sstore];

/** A call without arguments; leaves whether it succeeded. */
function call(
  to: string,
  { gas = [OP.gas], value = push(0n), kind = OP.call }: { gas?: Code; value?: Code; kind?: number } = {},
): Code {
  const hasValue = kind === OP.call || kind === OP.callCode;
  return [
    ...push(0n),
    ...push(0n),
    ...push(0n),
    ...push(0n),
    ...(hasValue ? value : []),
    ...push(BigInt(to), 20),
    ...gas,
    kind,
  ];
}

/** Writes slot 9 if the word on the stack is zero. */
function storeUnless(condition: Code): Code {
  const end = label();
  return [...condition, placeOf(end), OP.jumpIf, ...store(9n), end];
}

/** Runs the library's code on the target's own storage with little gas; writes slot 9 when that fails. */
const tight = (gas: bigint): Code => storeUnless(call(OTHER, { gas: push(gas), kind: OP.delegateCall }));

interface Decision {
  readonly code: Code;
  readonly library?: Code;
  readonly third?: Code;
  readonly from: bigint;
  readonly to: bigint;
  readonly balance?: string;
  readonly hardfork?: string;
}

/** Init code of less than 32 bytes that reads the balance of an address. */
const balanceCode = (address: string): bigint =>
  BigInt(
    `0x${Buffer.from(assemble([...push(BigInt(address), 20), OP.balance, OP.stop]))
      .toString('hex')
      .padEnd(64, '0')}`,
  );

const decisions: Readonly<Record<string, Decision>> = {
  'end of return data': {
    code: [...stable, ...push(0n), ...push(0n), OP.returnDataCopy, ...store(5n)],
    from: 1n,
    to: 0n,
  },
  'start of return data': {
    code: [...push(0n), ...stable, ...push(0n), OP.returnDataCopy, ...store(5n)],
    from: 1n,
    to: 0n,
  },
  'value in a static call': {
    code: [...call(OTHER, { kind: OP.staticCall }), OP.stop],
    library: [
      ...push(0n),
      ...push(0n),
      ...push(0n),
      ...push(0n),
      ...stable,
      ...push(BigInt(THIRD), 20),
      OP.gas,
      OP.call,
      ...push(7n),
      OP.sload,
    ],
    from: 1n,
    to: 0n,
  },
  'value of a call without gas for it': {
    code: storeUnless(call(OTHER, { gas: push(9_000n), kind: OP.delegateCall })),
    library: [...call(THIRD, { gas: push(0n), value: stable }), ...push(7n), OP.sload],
    from: 1n,
    to: 0n,
    balance: '0x9',
  },
  "bounds of a call's value": {
    code: tight(20_000n),
    library: [
      ...call(THIRD, { gas: push(0n), value: [...stable, ...unstableBits(1n), OP.mul] }),
      ...push(7n),
      OP.sload,
    ],
    from: 0n,
    to: 1n,
    balance: '0x9',
  },
  'value of a creation': {
    code: [...push(0n), ...push(0n), ...stable, OP.create],
    from: 0n,
    to: 5n,
    balance: '0x9',
  },
  'known length at an unknown offset': {
    code: tight(20_000n),
    library: [...stable, ...unstableBits(0xffn), OP.keccak256],
    from: 32n,
    to: 1n << 40n,
  },
  'known length at an unknown offset, copied': {
    code: tight(20_000n),
    library: [...stable, ...push(0n), ...unstableBits(0xffn), OP.callDataCopy],
    from: 32n,
    to: 1n << 40n,
  },
  'bounds of a condition': {
    code: (() => {
      const end = label();
      return [...bounded, placeOf(end), OP.jumpIf, ...store(9n), end];
    })(),
    from: 1n,
    to: 0n,
  },
  'constant in a preimage': {
    code: [
      ...push(1n),
      OP.sload,
      ...push(0n),
      OP.mstore,
      ...stable,
      ...push(32n),
      OP.mstore,
      ...push(64n),
      ...push(0n),
      OP.keccak256,
      OP.sload,
    ],
    from: 3n,
    to: 4n,
  },
  'constant in a preimage of what is written': {
    code:
      store(0n, []).length === 0
        ? []
        : [
            ...push(1n),
            ...push(1n),
            OP.sload,
            ...push(0n),
            OP.mstore,
            ...stable,
            ...push(32n),
            OP.mstore,
            ...push(64n),
            ...push(0n),
            OP.keccak256,
            OP.sstore,
          ],
    from: 3n,
    to: 4n,
  },
  'bounds of a slot': { code: [...bounded, OP.sload], from: 100n, to: 200n },
  'bounds of a slot that is written': { code: [...push(1n), ...bounded, OP.sstore], from: 100n, to: 200n },
  'bytes of init code': {
    code: [...stable, ...push(0n), OP.mstore, ...push(32n), ...push(0n), ...push(0n), OP.create],
    from: balanceCode(OTHER),
    to: balanceCode(THIRD),
  },
  'bytes of deployed code': {
    // Init code that returns what the caller has in its slot: CALLER is asked, and gives slot 0.
    code: (() => {
      const asked = label();
      const init = assemble([
        ...push(32n),
        ...push(0n),
        ...push(0n),
        ...push(0n),
        ...push(0n),
        OP.caller,
        OP.gas,
        OP.call,
        OP.pop,
        ...push(32n),
        ...push(0n),
        OP.return,
      ]);
      const word = new Uint8Array(32);
      word.set(init);
      return [
        OP.caller,
        ...push(BigInt(THIRD), 20),
        OP.eq,
        OP.pop,
        OP.caller,
        OP.origin,
        OP.eq,
        OP.isZero,
        placeOf(asked),
        OP.jumpIf,
        0x7f,
        ...word,
        ...push(0n),
        OP.mstore,
        ...push(BigInt(init.length)),
        ...push(0n),
        ...push(0n),
        OP.create,
        ...push(0n),
        ...push(0n),
        ...push(0n),
        ...push(0n),
        ...push(0n),
        0x85,
        OP.gas,
        OP.call,
        OP.stop,
        asked,
        ...stable,
        ...push(0n),
        OP.mstore,
        ...push(32n),
        ...push(0n),
        OP.return,
      ];
    })(),
    from: balanceCode(OTHER),
    to: balanceCode(THIRD),
  },
  'price of a write of an unknown value': {
    code: tight(12_000n),
    library: [...push(1n), OP.sload, ...push(0n), OP.sstore],
    from: 5n,
    to: 0n,
  },
  'bounds of an exponent': {
    code: tight(5_500n),
    library: [...bounded, ...push(3n), 0x0a],
    from: 1n,
    to: 1n << 255n,
  },
  "bounds of a log's length": {
    code: tight(8_000n),
    library: [...bounded, ...push(0n), 0xa0],
    from: 1n,
    to: 1_000n,
  },
  'bounds of the gas of a call': {
    code: storeUnless(call(OTHER, { gas: bounded })),
    library: [...push(7n), OP.sload],
    from: 10_000n,
    to: 100n,
  },
  'gas that a call asks for in vain': {
    code: [...call(THIRD, { gas: push(50_000n) })],
    third: [...call(OTHER, { gas: stable }), ...store(9n)],
    from: 1_000_000n,
    to: 100n,
    hardfork: 'homestead',
  },
  'start of a copy of unknown length': {
    code: [
      ...push(64n),
      ...push(0n),
      ...push(32n),
      ...push(0n),
      ...push(BigInt(OTHER), 20),
      OP.gas,
      OP.delegateCall,
      ...push(32n),
      ...stable,
      ...push(96n),
      OP.returnDataCopy,
      ...push(96n),
      OP.mload,
      OP.sload,
    ],
    library: [
      ...push(7n),
      ...push(0n),
      OP.mstore,
      ...push(64n),
      ...unstableBits(32n),
      OP.add,
      ...push(0n),
      OP.return,
    ],
    from: 0n,
    to: 1n,
  },
  'bounds of a transient slot': {
    code: [...push(5n), ...bounded, OP.tstore, ...push(30n), OP.tload, OP.sload],
    from: 10n,
    to: 30n,
  },
  'bounds of a place in memory': {
    code: [...push(5n), ...bounded, OP.mstore, ...push(0n), OP.mload, OP.sload],
    from: 64n,
    to: 0n,
  },
  "bounds of the memory's size": {
    code: [...bounded, OP.mload, OP.pop, OP.msize, OP.sload],
    from: 64n,
    to: 1024n,
  },
  'bounds in a comparison': {
    code: storeUnless([...push(50n), ...bounded, OP.lt]),
    from: 10n,
    to: 60n,
  },
  'place of a jump': {
    code: (() => {
      const [first, second] = [label(), label()];
      return [placeOf(first), ...stable, OP.add, OP.jump, first, OP.stop, second, ...store(9n)];
    })(),
    from: 0n,
    to: 2n,
  },
};

describe.each(Object.entries(decisions))(
  '%s',
  (_name, { code, library = [], third = [], from, to, balance = '0x0', hardfork = 'cancun' }) => {
    const prestate: Prestate = {
      [TARGET]: contract(code, { 0: from }, { balance }),
      [OTHER]: contract(library, { 0: from }),
      [THIRD]: contract(third, { 0: from }),
    };
    const scene: Scene = { hardfork, prestate, transactions: [transaction()] };
    const others = [OTHER, THIRD].map((address) => storageKey(address, 0n));

    test('is assumed', async () => {
      const derived = analyzed(scene, { isUnstable: (key) => key === UNSTABLE });
      const keys = [STABLE, ...others].filter((key) => !derived.assumptions.has(key));
      for (const value of [from, to, 0n, (1n << 256n) - 1n]) {
        const decisive = new Map(keys.map((key) => [key, value]));
        for (const other of [0n, 1n, (1n << 256n) - 1n]) {
          const changed = mutated(scene, new Map([...decisive, [UNSTABLE, other]]));
          expect(await missesIn(changed, derived)).toEqual([]);
        }
      }
    });

    test('makes a difference', async () => {
      const derived = analyzed(scene, { isUnstable: (key) => key === UNSTABLE });
      const misses: unknown[] = [];
      for (const other of [0n, 1n]) {
        for (const key of [STABLE, ...others]) {
          misses.push(
            ...(await missesIn(
              mutated(
                scene,
                new Map([
                  [key, to],
                  [UNSTABLE, other],
                ]),
              ),
              derived,
            )),
          );
        }
      }
      expect(misses.length).toBeGreaterThan(0);
    });
  },
);
