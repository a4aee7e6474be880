import { describe, expect, test } from '@jest/globals';
import { askAll } from '../../src/names/query.ts';
import { overlayState } from '../../src/state/overlay.ts';
import type { StateSource } from '../../src/state/source.ts';
import { HARDFORKS } from '../analysis/scene.ts';
import { type Code, label, OP, placeOf, push } from '../generators/assembler.ts';
import { ASKED, returning, stateOf } from './contracts.ts';

async function ask(
  code: Code,
  {
    slots,
    words = [],
    hardfork,
  }: { slots?: Record<number, bigint>; words?: bigint[]; hardfork?: string } = {},
) {
  const query = { to: ASKED, selector: '0x12345678', words } as const;
  const [answer] = await askAll([query], stateOf(code, slots, hardfork));
  return answer;
}

describe('an answer', () => {
  test.each(HARDFORKS)(
    'has the words that are returned, and the slots that are read (%s)',
    async (hardfork) => {
      const code = [...push(3n), OP.sload, OP.pop, ...push(2n), OP.sload, OP.pop, ...returning(7n, 0n, 9n)];
      expect(await ask(code, { slots: { 2: 5n, 3: 0n }, hardfork })).toEqual({
        words: [7n, 0n, 9n, 0n],
        slots: [2n, 3n],
      });
    },
  );

  test('is to the selector and the words of the question', async () => {
    const data = [0n, 4n, 36n].flatMap((at, index) => [
      ...push(at),
      OP.callDataLoad,
      ...push(BigInt(32 * index)),
      OP.mstore,
    ]);
    const code = [...data, OP.callDataSize, ...push(96n), OP.mstore, ...push(128n), ...push(0n), OP.return];
    const answer = await ask(code, { words: [11n, 12n] });
    expect(answer?.words.slice(1)).toEqual([11n, 12n, 68n]);
    expect((answer?.words[0] ?? 0n) >> 224n).toBe(0x12345678n);
  });
});

test('a word that is not known is left out of the answer', async () => {
  const code = [...push(5n), OP.sload, ...push(0n), OP.mstore, ...push(32n), ...push(0n), OP.return];
  expect(await ask(code)).toEqual({ words: [null, 0n, 0n, 0n], slots: [5n] });
});

describe('no answer comes from', () => {
  const start = label();
  test.each<[string, Code, Record<number, bigint>?]>([
    ['a call that reverts', [...push(0n), ...push(0n), OP.revert]],
    ['an invalid instruction', [OP.invalid]],
    ['one that returns nothing', [OP.stop]],
    ['an endless loop', [start, placeOf(start), OP.jump]],
    ['one that changes its storage', [...push(1n), ...push(0n), OP.sstore, ...returning(1n)], { 0: 0n }],
    [
      'a branch on a slot that is not known',
      [...push(5n), OP.sload, placeOf(start), OP.jumpIf, start, OP.stop],
    ],
    ['no code', []],
  ])('%s', async (_, code, slots = {}) => {
    expect(await ask(code, { slots })).toBeNull();
  });
});

test('what a slow source has to load is asked for in few requests, and an error is handed on', async () => {
  const { state, rules } = stateOf([...push(5n), OP.sload, OP.pop, ...returning(1n)]);
  const requests: string[][] = [];
  let isLoaded = false;
  const slow: StateSource = {
    ...overlayState(state, new Map()),
    storage: (address, slot) => (isLoaded ? 0n : state.storage(address, slot)),
    load: async (keys) => {
      requests.push([...keys]);
      isLoaded = true;
    },
  };
  const query = { to: ASKED, selector: '0x12345678', words: [] } as const;
  const answers = await askAll([query, query], { state: slow, rules });
  expect(answers.map((answer) => answer?.slots)).toEqual([[5n], [5n]]);
  expect(requests).toHaveLength(1);
  const failing: StateSource = {
    ...overlayState(state, new Map()),
    load: () => Promise.reject(new Error('gone')),
  };
  await expect(askAll([query], { state: failing, rules })).rejects.toThrow('gone');
});
