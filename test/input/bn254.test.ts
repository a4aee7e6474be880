/** The precompiles of BN254 by `mcl-wasm` against those that `@ethereumjs/evm` comes with. */
import { NobleBN254 } from '@ethereumjs/evm';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import mcl from 'mcl-wasm';
import { bn254, loadFastBn254 } from '../../src/input/bn254.ts';

const reference = new NobleBN254();
const PRIME = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;
const ORDER = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n;

const G2 = [
  0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2n,
  0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6edn,
  0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975bn,
  0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daan,
];

beforeAll(loadFastBn254);

function encoded(...words: readonly bigint[]): Uint8Array {
  const hex = words.map((word) => word.toString(16).padStart(64, '0')).join('');
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function outcome(run: () => Uint8Array): string {
  try {
    return Buffer.from(run()).toString('hex');
  } catch {
    return 'fails';
  }
}

/** A multiple of the generator, or the point at infinity. */
function g1(times: bigint): Uint8Array {
  return reference.mul(encoded(1n, 2n, times));
}

function g2Encoded(point: InstanceType<typeof mcl.G2>): Uint8Array {
  if (point.isZero()) return encoded(0n, 0n, 0n, 0n);
  const [, a, b, c, d] = mcl.normalize(point).getStr(16).split(' ');
  return encoded(...[b, a, d, c].map((one) => BigInt(`0x${one}`)));
}

function g2(times: bigint): Uint8Array {
  const [b, a, d, c] = G2;
  const generator = new mcl.G2();
  generator.setStr(`1 ${a} ${b} ${c} ${d}`, 10);
  const scalar = new mcl.Fr();
  scalar.setStr((times % ORDER).toString(16), 16);
  return g2Encoded(mcl.mul(generator, scalar));
}

/** On the curve, and most likely not in the group. */
function g2OutOfGroup(from: number): Uint8Array {
  const three = new mcl.Fp2();
  three.setInt(3, 0);
  const nine = new mcl.Fp2();
  nine.setInt(9, 1);
  const coefficient = mcl.div(three, nine);
  for (let real = from; ; real++) {
    const x = new mcl.Fp2();
    x.setInt(real, 1);
    const [isSquare, y] = mcl.squareRoot(mcl.add(mcl.mul(mcl.sqr(x), x), coefficient));
    if (!isSquare) continue;
    const [[a, b], [c, d]] = [x, y].map((one) => one.getStr(16).split(' ')) as [string[], string[]];
    return encoded(...[b, a, d, c].map((one) => BigInt(`0x${one}`)));
  }
}

const scalar = fc.oneof(
  fc.bigInt(0n, 5n),
  fc.bigInt(0n, ORDER + 3n),
  fc.bigInt(ORDER - 3n, ORDER + 3n),
  fc.bigInt(0n, (1n << 256n) - 1n),
);
const coordinate = fc.oneof(fc.bigInt(0n, 3n), fc.bigInt(PRIME - 3n, PRIME + 3n), fc.bigInt(0n, PRIME));

test('multiplication', () => {
  const point = fc.oneof(
    fc.bigInt(0n, ORDER).map(g1),
    fc.tuple(coordinate, coordinate).map(([x, y]) => encoded(x, y)),
  );
  fc.assert(
    fc.property(point, scalar, (first, times) => {
      const input = join(first, encoded(times));
      expect(outcome(() => bn254.mul(input))).toBe(outcome(() => reference.mul(input)));
    }),
    { numRuns: 150 },
  );
});

describe('pairing', () => {
  const pair = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(fc.bigInt(0n, 4n), fc.bigInt(0n, 4n)).map(([a, b]) => join(g1(a), g2(b))),
    },
    {
      weight: 2,
      arbitrary: fc.bigInt(0n, 4n).map((a) => join(g1(a), g2(1n + a), g1(ORDER - a - 1n), g2(a))),
    },
    { weight: 1, arbitrary: fc.nat(20).map((from) => join(g1(1n), g2OutOfGroup(from))) },
    { weight: 1, arbitrary: coordinate.map((x) => join(encoded(x, 2n), g2(1n))) },
    { weight: 1, arbitrary: coordinate.map((x) => join(g1(1n), encoded(x, ...G2.slice(1)))) },
    { weight: 1, arbitrary: coordinate.map((x) => join(g1(1n), encoded(...G2.slice(0, 3), x))) },
  );

  test('of any pairs', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 3 }), (pairs) => {
        const input = join(...pairs);
        const expected = outcome(() => reference.pairing(input));
        seen.add(expected);
        expect(outcome(() => bn254.pairing(input))).toBe(expected);
      }),
      { numRuns: 60 },
    );
    expect(seen.size).toBe(3);
  });

  test('that are one together', () => {
    for (const [a, b] of [
      [2n, 3n],
      [7n, 11n],
    ] as const) {
      const input = join(g1(a * b), g2(1n), g1(ORDER - a), g2(b));
      expect(outcome(() => bn254.pairing(input))).toBe(outcome(() => encoded(1n)));
      expect(outcome(() => reference.pairing(input))).toBe(outcome(() => encoded(1n)));
    }
  });

  test('of points that are on the curve, but not in the group', () => {
    const input = join(g1(1n), g2OutOfGroup(1));
    expect(outcome(() => reference.pairing(input))).toBe('fails');
    expect(outcome(() => bn254.pairing(input))).toBe('fails');
  });
});
