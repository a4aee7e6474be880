import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseDocuments, readDocument } from '../../src/input/document.ts';
import { findJsonError } from '../../src/input/json-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'pevm-analyze-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('parseDocuments', () => {
  test.each<[string, unknown]>([
    ['{"a":1}', { a: 1 }],
    ['\uFEFF [1,\n2]\n', [1, 2]],
    ['{"a":1}\n{"a":2}\n', [{ a: 1 }, { a: 2 }]],
    ['{"a":1}\r\n\r\n"0x01"\r\n', [{ a: 1 }, '0x01']],
    ['[1]\n[2]', [[1], [2]]],
    [' 0x02f8 \n', '0x02f8'],
    ['0x02f8\n0x02f9', ['0x02f8', '0x02f9']],
  ])('%j', (text, value) => {
    expect(parseDocuments(text, 'a.json')).toEqual(value);
  });

  test.each<[string, string]>([
    ['', 'a.json: expected JSON, got nothing'],
    [' \n\uFEFF', 'a.json: expected JSON, got nothing'],
    ['{', 'a.json: expected JSON, got the end at line 1, column 2'],
    ['{\n  "a": 1,\n  b: 2\n}', 'a.json: expected JSON, got "b" at line 3, column 3'],
    ['{\n  "a": 1,\n}', 'a.json: expected JSON, got "}" at line 3, column 1'],
    ['[1, 2', 'a.json: expected JSON, got the end at line 1, column 6'],
    ['[1] 2', 'a.json: expected JSON, got "2" at line 1, column 5'],
    ['hello', 'a.json: expected JSON, got "h" at line 1, column 1'],
    ['"a\u0007"', 'a.json: expected JSON, got "\\u0007" at line 1, column 3'],
    ['["\\x"]', 'a.json: expected JSON, got "\\\\" at line 1, column 3'],
    ['{"a":1}\n{"a":2', 'a.json: expected JSON, got the end at line 2, column 7'],
    ['{"a":1}\n{"a":}\n{"a":3}', 'a.json: expected JSON, got "}" at line 2, column 6'],
    ['{"a":1}\n{"a"\n{"a":3}', 'a.json: expected JSON, got the end of the line at line 2, column 5'],
    ['01', 'a.json: expected JSON, got "1" at line 1, column 2'],
    ['0xzz', 'a.json: expected JSON, got "x" at line 1, column 2'],
    ['[😀]', 'a.json: expected JSON, got "😀" at line 1, column 2'],
  ])('%j', (text, message) => {
    expect(() => parseDocuments(text, 'a.json')).toThrow(
      expect.objectContaining({ name: 'InputError', message }),
    );
  });

  test('a text of any depth is an error or a value, not a crash', () => {
    expect(() => parseDocuments('['.repeat(1_000_000), 'deep')).toThrow(
      'deep: expected JSON, got the end at line 1, column 1000001',
    );
    expect(() => parseDocuments(`"${'a'.repeat(5_000_000)}`, 'long')).toThrow('column 5000002');
  });
});

describe('findJsonError', () => {
  test('what stands before the place is the start of JSON, and with the place it is not', () => {
    const changed = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', '"', ',', ':', '{', '}', ']', '\\', '1', 'x', '-', '.', '\n'),
      )
      .map(([text, at, insert]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + insert + text.slice(place + (at % 2));
      });
    fc.assert(
      fc.property(changed, (text) => {
        fc.pre(!isJson(text));
        const at = findJsonError(text);
        expect(findJsonError(text.slice(0, at))).toBe(at);
        expect(findJsonError(text.slice(0, at + 1))).toBe(at);
      }),
      { numRuns: 1000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('readDocument', () => {
  test('reads files, packed or not, whatever their name', async () => {
    expect(await readDocument(file('a.json', '{"a":1}'))).toEqual({ a: 1 });
    expect(await readDocument(file('b.json', gzipSync('{"a":1}\n{"a":2}')))).toEqual([{ a: 1 }, { a: 2 }]);
    expect(await readDocument(file('c.gz', '[]'))).toEqual([]);
  });

  test('reads standard input, packed or not, in whatever pieces', async () => {
    async function* pieces(bytes: Uint8Array) {
      for (const byte of bytes) yield Uint8Array.of(byte);
    }
    expect(await readDocument('-', pieces(Buffer.from('["ä"]')))).toEqual(['ä']);
    expect(await readDocument('-', pieces(gzipSync('["ä"]')))).toEqual(['ä']);
    await expect(readDocument('-', pieces(Buffer.from('[')))).rejects.toThrow(
      'standard input: expected JSON, got the end at line 1, column 2',
    );
  });

  test.each<[string, () => string, string]>([
    [
      'a missing file',
      () => join(folder, 'none.json'),
      'expected a readable file, got no such file or folder',
    ],
    ['a directory', () => folder, 'expected a readable file, got a directory'],
    ['an empty file', () => file('empty.json', ''), 'expected JSON, got nothing'],
    ['packed nothing', () => file('empty.gz', gzipSync('')), 'expected JSON, got nothing'],
    [
      'a truncated file',
      () => file('cut.gz', gzipSync('{"a":1}').subarray(0, 20)),
      'expected a whole gzip file, got one that is cut short',
    ],
    [
      'a damaged file',
      () => file('damaged.gz', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff, 0xff)),
      'expected a whole gzip file, got damaged data',
    ],
    ['bad JSON', () => file('bad.json', '{"a":1,}'), 'expected JSON, got "}" at line 1, column 8'],
    ['no text', () => file('binary', Uint8Array.of(0, 255)), 'expected JSON in UTF-8, got other bytes'],
  ])('%s', async (_, path, message) => {
    const name = path();
    await expect(readDocument(name)).rejects.toMatchObject({
      name: 'InputError',
      message: `${name}: ${message}`,
    });
  });
});
