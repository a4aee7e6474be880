import { MerklePatriciaTrie } from '@ethereumjs/mpt';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { trieRoot } from '../../src/executor/trie-root.ts';

const entries = fc.uniqueArray(
  fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 3 }), fc.uint8Array({ minLength: 1, maxLength: 40 })),
  { selector: ([key]) => String(key), maxLength: 60 },
);

test('the root is that of a trie that grows entry by entry', async () => {
  await fc.assert(
    fc.asyncProperty(entries, async (pairs) => {
      const trie = new MerklePatriciaTrie();
      for (const [key, value] of pairs) await trie.put(key, value);
      const keys = pairs.map(([key]) => key);
      const root = trieRoot(keys, (writer, index) => writer.encoded(pairs[index]?.[1] ?? Uint8Array.of()));
      expect(Buffer.from(root)).toEqual(Buffer.from(trie.root()));
    }),
    { numRuns: 300 },
  );
});
