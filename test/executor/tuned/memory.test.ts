import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Memory } from '../../../src/executor/tuned/memory.ts';
import { readWord, viewOf, wordBytes, writeWord } from '../../../src/executor/tuned/words.ts';

const SIZE = 256;
const word = fc.oneof(
  fc.bigInt(0n, 300n),
  fc.bigInt(0n, (1n << 160n) - 1n),
  fc.bigInt(0n, (1n << 256n) - 1n),
);
/** At a multiple of 32 as often as not. */
const place = fc.oneof(
  fc.nat(7).map((index) => index * 32),
  fc.nat(SIZE - 32),
);
const length = fc.nat(32);

const command = fc.oneof(
  fc.record({ kind: fc.constant('store' as const), at: place, word }),
  fc.record({ kind: fc.constant('storeByte' as const), at: place, byte: fc.nat(255) }),
  fc.record({
    kind: fc.constant('write' as const),
    at: place,
    data: fc.uint8Array({ maxLength: 40 }),
    from: fc.nat(45),
    length,
  }),
  fc.record({ kind: fc.constant('move' as const), at: place, from: place, length }),
  fc.record({ kind: fc.constant('load' as const), at: place }),
  fc.record({ kind: fc.constant('read' as const), at: place, length }),
);

test('words and bytes of the memory are those of plain bytes', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
      const memory = new Memory();
      memory.grow(64, 6);
      memory.grow(SIZE, 24);
      const plain = new Uint8Array(SIZE);
      for (const step of commands) {
        switch (step.kind) {
          case 'store':
            memory.store(step.at, step.word);
            plain.set(wordBytes(step.word), step.at);
            break;
          case 'storeByte':
            memory.storeByte(step.at, step.byte);
            plain[step.at] = step.byte;
            break;
          case 'write': {
            memory.write(step.at, step.data, step.from, step.length);
            for (let i = 0; i < step.length; i++) plain[step.at + i] = step.data[step.from + i] ?? 0;
            break;
          }
          case 'move':
            memory.move(step.at, step.from, step.length);
            plain.copyWithin(step.at, step.from, step.from + step.length);
            break;
          case 'load':
            expect(memory.load(step.at)).toBe(readWord(viewOf(plain), step.at));
            break;
          case 'read':
            expect(memory.read(step.at, step.length)).toEqual(plain.slice(step.at, step.at + step.length));
            break;
          default:
            step satisfies never;
        }
      }
      expect(memory.read(0, SIZE)).toEqual(plain);
    }),
    { numRuns: 500 },
  );
});

describe('words', () => {
  test('are read as they were written, with whatever stood there before', () => {
    fc.assert(
      fc.property(word, fc.uint8Array({ minLength: 40, maxLength: 40 }), fc.nat(8), (value, bytes, at) => {
        writeWord(viewOf(bytes), at, value);
        expect(readWord(viewOf(bytes), at)).toBe(value);
        const hex = Buffer.from(bytes.subarray(at, at + 32)).toString('hex');
        expect(BigInt(`0x${hex}`)).toBe(value);
      }),
    );
  });
});
