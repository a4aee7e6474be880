import { describe, expect, test } from '@jest/globals';
import { askSymbols } from '../../src/names/symbols.ts';
import { type Code, OP } from '../generators/assembler.ts';
import { ASKED, bytesWord, returning, stateOf, stringWords } from './contracts.ts';

/** Of `symbol()`: only code that holds it is asked. */
const SELECTOR = [0x95, 0xd8, 0x9b, 0x41];

async function symbolOf(code: Code): Promise<string | undefined> {
  return (await askSymbols([ASKED], stateOf([...code, OP.stop, ...SELECTOR]))).get(ASKED);
}

describe('a symbol', () => {
  test.each<[string, Code, string | undefined]>([
    ['a string', returning(...stringWords('USDT')), 'USDT'],
    ['a string of two words', returning(...stringWords('LONG'.repeat(12))), 'LONG'.repeat(12)],
    ['a bytes32', returning(bytesWord(Buffer.from('MKR'))), 'MKR'],
    ['characters that steer terminals', returning(...stringWords('\u001b[2J\u202eA\u0007B')), '[2JAB'],
    ['bytes that are no text', returning(bytesWord(Buffer.from([0xff, 0xfe, 0x41]))), '\ufffd\ufffdA'],
    ['a string that claims to be endless', returning(32n, 2n ** 256n - 1n, bytesWord(Buffer.from('X'))), 'X'],
    ['an empty string', returning(...stringWords('')), undefined],
    ['nothing', returning(), undefined],
  ])('is read from %s', async (_, code, symbol) => {
    expect(await symbolOf(code)).toBe(symbol);
  });
});

test('code without the function is not asked', async () => {
  const code = returning(...stringWords('USDT'));
  expect(await askSymbols([ASKED], stateOf(code))).toEqual(new Map());
});
