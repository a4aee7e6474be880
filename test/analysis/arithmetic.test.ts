/** Every transfer function covers what the EVM computes, and the concrete ones are what the EVM computes. */

import { createEVM, type EVM } from '@ethereumjs/evm';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type BinaryOperation,
  binary,
  concrete,
  countLeadingZeros,
  exponentBytes,
  isZero,
  modular,
  not,
} from '../../src/analysis/arithmetic.ts';
import { cellsOf, knownValue, type SymbolicWord, unknownWord } from '../../src/analysis/word.ts';
import { slotHex } from '../../src/state/key.ts';
import { fuzzing } from '../effort.ts';
import { holds, MAX, type Member, member, number } from '../generators/word.ts';
import { oracleCommon } from '../oracle/evm.ts';

const options = fuzzing({ short: 1_000, long: 50_000 });
const SIGN = 1n << 255n;

const OPCODES: Readonly<Record<BinaryOperation, number>> = {
  add: 0x01,
  mul: 0x02,
  sub: 0x03,
  div: 0x04,
  sdiv: 0x05,
  mod: 0x06,
  smod: 0x07,
  exp: 0x0a,
  signextend: 0x0b,
  lt: 0x10,
  gt: 0x11,
  slt: 0x12,
  sgt: 0x13,
  eq: 0x14,
  and: 0x16,
  or: 0x17,
  xor: 0x18,
  byte: 0x1a,
  shl: 0x1b,
  shr: 0x1c,
  sar: 0x1d,
};
const OPERATIONS = Object.keys(OPCODES) as BinaryOperation[];

let evm: EVM | null = null;

/** One opcode on its operands, the top one first. */
async function inEvm(opcode: number, ...operands: readonly bigint[]): Promise<bigint> {
  evm ??= await createEVM({ common: oracleCommon({ chainId: 1n, hardfork: 'osaka' }) });
  const pushes = [...operands].reverse().map((value) => `7f${slotHex(value).slice(2)}`);
  const code = `${pushes.join('')}${opcode.toString(16).padStart(2, '0')}60005260206000f3`;
  const { returnValue } = await evm.runCode({ code: Buffer.from(code, 'hex'), gasLimit: 1_000_000n });
  expect(returnValue.length).toBe(32);
  return BigInt(`0x${Buffer.from(returnValue).toString('hex')}`);
}

const CORNERS = [0n, 1n, 2n, 7n, 31n, 32n, 255n, 256n, 257n, SIGN - 1n, SIGN, SIGN + 1n, MAX - 1n, MAX];

describe('concrete results', () => {
  test.each(OPERATIONS)('%s at the corners', async (operation) => {
    for (const a of CORNERS) {
      for (const b of CORNERS)
        expect([a, b, binary(operation, a, b)]).toEqual([a, b, await inEvm(OPCODES[operation], a, b)]);
    }
  });

  test.each(OPERATIONS)('%s at random', async (operation) => {
    await fc.assert(
      fc.asyncProperty(number, number, async (a, b) => {
        expect(concrete[operation](a, b)).toBe(await inEvm(OPCODES[operation], a, b));
      }),
      { ...options, numRuns: options.numRuns / 20 },
    );
  });

  test('iszero, not, clz', async () => {
    for (const a of [...CORNERS, 1n << 200n]) {
      expect([isZero(a), not(a), countLeadingZeros(a)]).toEqual([
        await inEvm(0x15, a),
        await inEvm(0x19, a),
        await inEvm(0x1e, a),
      ]);
    }
  });

  test.each([['addmod', 0x08] as const, ['mulmod', 0x09] as const])('%s', async (operation, opcode) => {
    for (const a of [0n, 5n, MAX]) {
      for (const b of [0n, 7n, MAX]) {
        for (const n of [0n, 1n, 8n, SIGN, MAX]) {
          expect(modular(operation, a, b, n)).toBe(await inEvm(opcode, a, b, n));
        }
      }
    }
  });
});

function pairs(a: Member, b: Member): [bigint, bigint][] {
  return a.members.flatMap((x) => b.members.map((y): [bigint, bigint] => [x, y]));
}

/** Operands that have few values each, so that the result's bits and bounds matter. */
const shift = fc.oneof(
  member,
  fc.bigInt(0n, 300n).map((value): Member => ({ word: value, members: [value] })),
);

describe('abstract results', () => {
  test.each(OPERATIONS)(`%s covers the concrete ones (seed ${options.seed})`, (operation) => {
    const first = ['shl', 'shr', 'sar', 'byte', 'signextend'].includes(operation) ? shift : member;
    fc.assert(
      fc.property(first, member, (a, b) => {
        const result = binary(operation, a.word, b.word);
        for (const [x, y] of pairs(a, b)) {
          const value = concrete[operation](x, y);
          if (!holds(result, value))
            throw new Error(`${operation}(${x}, ${y}) = ${value} is not in the result`);
        }
        for (const cell of [...cellsOf(a.word), ...cellsOf(b.word)]) expect(cellsOf(result)).toContain(cell);
      }),
      options,
    );
  });

  test(`iszero, not and clz cover the concrete ones (seed ${options.seed})`, () => {
    fc.assert(
      fc.property(member, ({ word, members }) => {
        for (const operation of [isZero, not, countLeadingZeros]) {
          const result = operation(word);
          for (const value of members) expect(holds(result, operation(value) as bigint)).toBe(true);
          expect(cellsOf(result)).toEqual(cellsOf(word));
        }
      }),
      options,
    );
  });

  test.each(['addmod', 'mulmod'] as const)(
    `%s covers the concrete ones (seed ${options.seed})`,
    (operation) => {
      fc.assert(
        fc.property(member, member, member, (a, b, n) => {
          const result = modular(operation, a.word, b.word, n.word);
          for (const [x, y] of pairs(a, b)) {
            for (const z of n.members)
              if (!holds(result, modular(operation, x, y, z) as bigint)) throw new Error(`${x}, ${y}, ${z}`);
          }
        }),
        options,
      );
    },
  );

  test(`bytes of an exponent (seed ${options.seed})`, () => {
    fc.assert(
      fc.property(member, ({ word, members }) => {
        const { min, max } = exponentBytes(word);
        for (const value of members) {
          const bytes = value === 0n ? 0 : Math.ceil(value.toString(16).length / 2);
          expect(bytes >= min && bytes <= max).toBe(true);
        }
      }),
      options,
    );
  });

  test('dependency is kept where the value is not (pitfall 27)', () => {
    const x = unknownWord([4]);
    expect(cellsOf(binary('and', x, 0n))).toEqual([4]);
    expect(knownValue(binary('and', x, 0n))).toBe(0n);
    expect(cellsOf(binary('mul', x, 0n))).toEqual([4]);
    // x - x is not known to be zero: two unknown words that look alike are not one value.
    expect(cellsOf(binary('sub', x, x))).toEqual([4]);
  });
});

describe('hashes', () => {
  const hash: SymbolicWord = {
    ...unknownWord([1]),
    hash: { preimage: { byteLength: 32, words: [{ kind: 'unknown' }] }, first: 0n, last: 0n },
  };

  test('plus a bounded number stay in their region', () => {
    const element = binary('add', binary('and', unknownWord([2]), 7n), hash);
    expect(element).toMatchObject({ hash: { first: 0n, last: 7n }, cells: [1, 2] });
    expect(binary('add', element, 3n)).toMatchObject({ hash: { first: 3n, last: 10n } });
  });

  test('plus an unbounded one do not (pitfall 11)', () => {
    expect(binary('add', hash, unknownWord([2]))).toMatchObject({ hash: null });
    expect(binary('add', hash, hash)).toMatchObject({ hash: null });
    expect(binary('add', hash, MAX)).toMatchObject({ hash: null });
    expect(binary('sub', hash, 1n)).toMatchObject({ hash: null });
  });

  test('cut to bits are hashes no more', () => {
    expect(binary('and', hash, 0xffn)).toMatchObject({ hash: null, max: 0xffn });
    expect(binary('or', hash, 0n)).toMatchObject({ hash: null });
  });
});
