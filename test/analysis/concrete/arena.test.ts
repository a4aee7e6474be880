/** Room in the memory that the loop and the rest of the concrete core share. */
import { expect, test } from '@jest/globals';
import { arena, NO_ROOM } from '../../../src/analysis/concrete/arena.ts';
import { programOf } from '../../../src/analysis/concrete/program.ts';

const MEGABYTE = 1 << 20;

function caught(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

test('views of it stay good while it grows', () => {
  const at = arena.take(32);
  const { bytes } = arena;
  arena.take(4 * MEGABYTE);
  expect(arena.bytes.length).toBeGreaterThan(bytes.length);
  bytes[at] = 7;
  expect(arena.bytes[at]).toBe(7);
});

test('code is found by its bytes as long as it is there', () => {
  const code = Uint8Array.from({ length: 100 }, (_, i) => i);
  const { at, generation } = programOf(code);
  expect(programOf(code.slice())).toMatchObject({ at, generation });
  expect(programOf(code.with(99, 0)).at).not.toBe(at);
  expect(arena.takeBack()).toBe(false);
  arena.take(40 * MEGABYTE);
  expect(arena.takeBack()).toBe(true);
  expect(programOf(code).generation).toBe(generation + 1);
});

test('what is too much is said, and does no harm', () => {
  expect(caught(() => arena.take(1024 * MEGABYTE))).toBe(NO_ROOM);
  expect(arena.takeBack()).toBe(true);
  expect(arena.take(64) % 64).toBe(0);
});
