import { expect, test } from '@jest/globals';
import { PreimageRecorder } from '../../src/executor/preimages.ts';
import { keccak256 } from '../../src/input/keccak.ts';
import { word } from './small-blocks.ts';

function pair(first: Uint8Array, second: Uint8Array): Uint8Array {
  return new Uint8Array([...first, ...second]);
}

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

test('slots are traced to what was hashed, through nested mappings and struct fields', () => {
  const recorder = new PreimageRecorder(keccak256);
  recorder.reset('on');
  const outer = recorder.keccak(pair(word(11n), word(3n)));
  const inner = recorder.keccak(pair(word(12n), outer));
  expect(inner).toEqual(keccak256(pair(word(12n), outer)));
  expect(recorder.originOf(number(inner) + 2n)).toEqual({
    offset: 2n,
    preimage: {
      byteLength: 64,
      words: [
        { kind: 'constant', value: 12n },
        {
          kind: 'hash',
          offset: 0n,
          preimage: {
            byteLength: 64,
            words: [
              { kind: 'constant', value: 11n },
              { kind: 'constant', value: 3n },
            ],
          },
        },
      ],
    },
  });
  expect(recorder.originOf(number(inner) - 1n)).toBeNull();
  expect(recorder.originOf(5n)).toBeNull();
});

test('nothing is recorded when it is off', () => {
  const recorder = new PreimageRecorder(keccak256);
  recorder.reset('off');
  const hash = recorder.keccak(word(1n));
  expect(recorder.isRecording).toBe(false);
  expect(recorder.originOf(number(hash))).toBeNull();
});
