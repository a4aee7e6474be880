import { describe, expect, test } from '@jest/globals';
import { verifyProof } from '../../src/executor/point-evaluation.ts';

/** From go-ethereum's core/vm/testdata/precompiles/pointEvaluation.json. */
const INPUT =
  '01e798154708fe7789429634053cbf9f99b619f9f084048927333fce637f549b564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d3630624d25032e67a7e6a4910df5834b8fe70e6bcfeeac0352434196bdf4b2485d5a18f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcca25f26936857bc3a7c2539ea8ec3a952b7873033e038326e87ed3e1276fd140253fa08e9fc25fb2d9a98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a';
const [z, y, commitment, proof] = [
  [64, 128],
  [128, 192],
  [192, 288],
  [288, 384],
].map(([from, to]) => `0x${INPUT.slice(from, to)}`) as [string, string, string, string];

const G1 =
  '0x97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb';
const INFINITY = `0xc0${'00'.repeat(47)}`;
const MODULUS = '0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001';

function word(value: number): string {
  return `0x${value.toString(16).padStart(64, '0')}`;
}

describe('a proof', () => {
  test('of a real evaluation holds', () => {
    expect(verifyProof(commitment, z, y, proof)).toBe(true);
  });

  test('of anything else does not', () => {
    expect(verifyProof(commitment, z, z, proof)).toBe(false);
    expect(verifyProof(commitment, y, y, proof)).toBe(false);
    expect(verifyProof(proof, z, y, commitment)).toBe(false);
    expect(verifyProof(commitment, z, y, INFINITY)).toBe(false);
  });

  test('of a constant is the point at infinity', () => {
    expect(verifyProof(G1, word(17), word(1), INFINITY)).toBe(true);
    expect(verifyProof(G1, word(17), word(2), INFINITY)).toBe(false);
    expect(verifyProof(INFINITY, word(17), word(0), INFINITY)).toBe(true);
  });

  test('of what is no point or no field element is an error', () => {
    const notCompressed = `0x1${G1.slice(3)}`;
    const notOnCurve = `0x8${'0'.repeat(94)}1`;
    const outsideGroup = `0x8${'0'.repeat(94)}4`;
    for (const wrong of [
      notCompressed,
      notOnCurve,
      outsideGroup,
      `0x9${'f'.repeat(95)}`,
      `0xe${'0'.repeat(95)}`,
    ]) {
      expect(() => verifyProof(wrong, z, y, proof)).toThrow();
      expect(() => verifyProof(commitment, z, y, wrong)).toThrow();
    }
    expect(() => verifyProof(commitment, MODULUS, y, proof)).toThrow('C_KZG_BADARGS');
    expect(() => verifyProof(commitment, z, MODULUS, proof)).toThrow('C_KZG_BADARGS');
  });
});
