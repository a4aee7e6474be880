/**
 * The precompiles of the curve BN254 (EIP-196, EIP-197) for `@ethereumjs/evm`: by its own implementation, and,
 * once that is loaded, by `mcl-wasm`, which takes a twentieth of the time for a pairing (measured: 57 ms and
 * 3.7 ms for two pairs). Loading takes about 0.1 s and cannot be waited for where precompiles are called, so it
 * begins when as much has been spent without it, and only serves later calls. Both say the same
 * (`test/input/bn254.test.ts`).
 */
import { type EVMBN254Interface, NobleBN254 } from '@ethereumjs/evm';
import type * as Mcl from 'mcl-wasm';

const PRIME = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;

const COORDINATE = 32;
const G1_LENGTH = 2 * COORDINATE;
const PAIR_LENGTH = 6 * COORDINATE;

const own = new NobleBN254();

/** Its exports are a CommonJS module's. */
type Library = (typeof Mcl)['default'];

let fast: Library | null = null;
let loading: Promise<void> | null = null;

/** Loads the fast implementation, once. */
export function loadFastBn254(): Promise<void> {
  loading ??= import('mcl-wasm').then(async ({ default: mcl }) => {
    await mcl.init(mcl.BN_SNARK1);
    fast = mcl;
  });
  return loading;
}

/** Time spent without it, in multiplications; a pair of a pairing takes as long as ten. */
let spent = 0;
const WORTH_LOADING = 30;
const MULTIPLICATIONS_OF_PAIR = 10;

function fastIfLoaded(multiplications: number): Library | null {
  if (fast !== null) return fast;
  spent += multiplications;
  // Without it everything goes on as before.
  if (loading === null && spent >= WORTH_LOADING) loadFastBn254().catch(() => {});
  return null;
}

/** Adding is as fast either way. */
export const bn254: EVMBN254Interface = {
  add: (input) => own.add(input),
  mul: (input) => {
    const mcl = fastIfLoaded(1);
    return mcl === null ? own.mul(input) : mul(mcl, input);
  },
  pairing: (input) => {
    const mcl = fastIfLoaded((MULTIPLICATIONS_OF_PAIR * input.length) / PAIR_LENGTH);
    return mcl === null ? own.pairing(input) : pairing(mcl, input);
  },
};

/** @throws RangeError for what is not below the prime of the field. */
function coordinatesOf(input: Uint8Array, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const hex = Buffer.from(input.subarray(i * COORDINATE, (i + 1) * COORDINATE)).toString('hex');
    const number = BigInt(`0x0${hex}`);
    if (number >= PRIME) throw new RangeError('not in the field');
    return number.toString(16);
  });
}

/** `null`: the point at infinity. Checks that the point is on the curve, which is the group. */
function g1Of(mcl: Library, input: Uint8Array): Mcl.G1 | null {
  const coordinates = coordinatesOf(input, 2);
  if (coordinates.every((one) => one === '0')) return null;
  const point = new mcl.G1();
  point.setStr(`1 ${coordinates.join(' ')}`, 16);
  if (!point.isValid()) throw new RangeError('not on the curve');
  return point;
}

/** As `g1Of`; the group is a part of the curve. */
function g2Of(mcl: Library, input: Uint8Array): Mcl.G2 | null {
  const [xImaginary, xReal, yImaginary, yReal] = coordinatesOf(input, 4);
  if ([xImaginary, xReal, yImaginary, yReal].every((one) => one === '0')) return null;
  const point = new mcl.G2();
  point.setStr(`1 ${xReal} ${xImaginary} ${yReal} ${yImaginary}`, 16);
  if (!point.isValid() || !point.isValidOrder()) throw new RangeError('not in the group');
  return point;
}

function mul(mcl: Library, input: Uint8Array): Uint8Array {
  const point = g1Of(mcl, input);
  if (point === null) return new Uint8Array(G1_LENGTH);
  const scalar = new mcl.Fr();
  scalar.setBigEndianMod(input.slice(G1_LENGTH, G1_LENGTH + COORDINATE));
  const product = mcl.normalize(mcl.mul(point, scalar));
  if (product.isZero()) return new Uint8Array(G1_LENGTH);
  const [, x = '', y = ''] = product.getStr(16).split(' ');
  const hex = x.padStart(2 * COORDINATE, '0') + y.padStart(2 * COORDINATE, '0');
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

function pairing(mcl: Library, input: Uint8Array): Uint8Array {
  let product: Mcl.GT | null = null;
  for (let at = 0; at < input.length; at += PAIR_LENGTH) {
    const pair = input.subarray(at, at + PAIR_LENGTH);
    const first = g1Of(mcl, pair);
    const second = g2Of(mcl, pair.subarray(G1_LENGTH));
    if (first === null || second === null) continue;
    const factor = mcl.millerLoop(first, second);
    product = product === null ? factor : mcl.mul(product, factor);
  }
  const result = new Uint8Array(COORDINATE);
  if (product === null || mcl.finalExp(product).isOne()) result[COORDINATE - 1] = 1;
  return result;
}
