import { describe, expect, test } from '@jest/globals';
import { OUTPUT_KINDS, outputName } from '../../src/output/kinds.ts';

describe('the kind of a file', () => {
  test('every extension is lower-case, begins with a dot, and stands in one row', () => {
    const extensions = OUTPUT_KINDS.map(({ extension }) => extension);
    expect(extensions.filter((extension) => !/^(\.[a-z0-9-]+)+$/.test(extension))).toEqual([]);
    expect(new Set(extensions).size).toBe(extensions.length);
  });

  test.each(OUTPUT_KINDS.map((kind) => [kind.extension, kind] as const))('%s', (extension, kind) => {
    expect(outputName(`a/b.c${extension}`)).toEqual({ kind, isCompressed: false });
    expect(outputName(`B${extension.toUpperCase()}.gz`)).toEqual({ kind, isCompressed: true });
  });

  test('another extension is refused in one line that names those that there are', () => {
    const all = OUTPUT_KINDS.map(({ extension }) => extension);
    for (const path of ['x.txt', 'json', '.gz', 'x.json.bz2', 'x.json/']) {
      expect(() => outputName(path)).toThrow(`got ${path}`);
      expect(() => outputName(path)).toThrow(/^--out: expected a name that ends in [^\n]*$/);
    }
    const message = /ends in (.*) \(and \.gz/.exec(messageOf('x.txt'))?.[1];
    expect(message?.split(/, | or /)).toEqual(all);
  });
});

function messageOf(path: string): string {
  try {
    outputName(path);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
