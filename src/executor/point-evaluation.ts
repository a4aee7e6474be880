/**
 * EIP-4844's precompile: whether a polynomial, given by its KZG commitment, has the value `y` at `z`. By one
 * pairing of @ethereumjs's BLS12-381 (EIP-2537 encoding throughout), because `kzg-wasm` takes 14 s of processor
 * time in each thread to load a setup of which this needs a single point (measured; a proof here takes 40 ms).
 */
import { NobleBLS } from '@ethereumjs/evm';
import type { KZG } from '@ethereumjs/util';

/** Field modulus and group order (EIP-2537, "Curve parameters"). */
const P = 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn;
const R = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;

const COORDINATE_LENGTH = 64;
const COMPRESSED_LENGTH = 48;

/** Generator of G1, encoded. */
const G1 = encodePoint([
  0x17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bbn,
  0x08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1n,
]);

/** Generator of G2, encoded. */
const G2 = encodePoint([
  0x024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8n,
  0x13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7en,
  0x0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801n,
  0x0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79ben,
]);

/** The ceremony's secret times G2: `g2_monomial[1]` of the consensus specs' trusted setup, uncompressed. */
const SECRET_G2 = encodePoint([
  0x185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2n,
  0x15bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72n,
  0x014353bdb96b626dd7d5ee8599d1fca2131569490e28de18e82451a496a9c9794ce26d105941f383ee689bfbbb832a99n,
  0x1666c54b0a32529503432fcae0181b4bef79de09fc63671fda5ed1ba9bfa07899495346f3d7ac9cd23048ef30d0a154fn,
]);

const bls = new NobleBLS();

/** The part of a KZG library that the EVM calls. */
export const pointEvaluation = { verifyProof } as KZG;

/**
 * Arguments are `0x` hex: 48, 32, 32 and 48 bytes. With C the commitment and Q the proof, they are right if
 * e(C - y G1 + z Q, G2) = e(Q, secret G2).
 *
 * @throws for what is no point of the group, or no element of the field.
 */
export function verifyProof(commitment: string, z: string, y: string, proof: string): boolean {
  const [at, value] = [BigInt(z), BigInt(y)];
  if (at >= R || value >= R) throw new RangeError('C_KZG_BADARGS: not a field element');
  const [c, q] = [decompress(commitment), decompress(proof)];
  const left = bls.msmG1(join(c, scalar(1n), G1, scalar((R - value) % R), q, scalar(at)));
  const minusQ = bls.msmG1(join(q, scalar(R - 1n)));
  const result = bls.pairingCheck(join(left, G2, minusQ, SECRET_G2));
  return result[result.length - 1] === 1;
}

/** A point of G1 from its 48-byte form (draft-irtf-cfrg-pairing-friendly-curves, appendix C); encoded. */
function decompress(hex: string): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
  const first = bytes[0] ?? 0;
  const x = BigInt(hex) & ((1n << 381n) - 1n);
  const isCompressed = (first & 0x80) !== 0;
  const isInfinity = (first & 0x40) !== 0;
  const isLarger = (first & 0x20) !== 0;
  if (bytes.length !== COMPRESSED_LENGTH || !isCompressed)
    throw new RangeError('C_KZG_BADARGS: not compressed');
  if (isInfinity) {
    if (x !== 0n || isLarger) throw new RangeError('C_KZG_BADARGS: not the point at infinity');
    return encodePoint([0n, 0n]);
  }
  if (x >= P) throw new RangeError('C_KZG_BADARGS: not a coordinate');
  const square = (x * x * x + 4n) % P;
  // P = 3 modulo 4.
  const root = power(square, (P + 1n) / 4n);
  if ((root * root) % P !== square) throw new RangeError('C_KZG_BADARGS: not on the curve');
  return encodePoint([x, root > (P - 1n) / 2n === isLarger ? root : P - root]);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

function encodePoint(coordinates: readonly bigint[]): Uint8Array {
  return join(...coordinates.map((value) => big(value, COORDINATE_LENGTH)));
}

function scalar(value: bigint): Uint8Array {
  return big(value, 32);
}

function big(value: bigint, length: number): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex'));
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
