import { expect, test } from '@jest/globals';
import { createNames, type NameBook } from '../../src/names/names.ts';
import type { StoragePlace } from '../../src/names/place.ts';
import { buildDocument } from '../../src/report/document.ts';
import { keyDocument } from '../../src/report/names-document.ts';
import { documentSchema } from '../../src/report/schema.ts';
import { slotHex, storageKey } from '../../src/state/key.ts';
import { analysis, graph, plan, token } from './hand-made.ts';

test('hot keys say where they are and what they are called', () => {
  const [first, second] = buildDocument({ analysis, graph, plan, execution: null }).graph.hotKeys;
  expect(first?.description).toEqual({
    text: '0xc0c0…c0c0 mapping 3 [8]',
    contract: null,
    field: 'storage',
    variable: null,
    place: { root: { slot: slotHex(3n) }, path: [{ key: slotHex(8n) }] },
  });
  expect(second?.description).toMatchObject({ field: 'balance', place: null });
});

test('the longest chain says what is called and on what the next one waits', () => {
  const book: NameBook = {
    contract: (address) => (address === token ? 'TKN' : null),
    function: () => null,
    variable: () => ({ variable: 'balances', text: 'balances[8]' }),
  };
  const names = createNames(analysis, [book]);
  const { steps = [] } = buildDocument({ analysis, graph, plan, execution: null, names }).graph.criticalPath;
  expect(steps.map(({ transaction }) => transaction)).toEqual([...graph.criticalPath.transactions]);
  expect(steps[0]).toEqual({
    transaction: 0,
    call: { selector: null, signature: null, text: 'empty call' },
    meets: { on: expect.stringMatching(/^0x(c0){20}:0x(ab){32}$/), text: 'TKN 0xc0c0…c0c0 balances[8]' },
  });
  expect(steps.slice(2).map(({ meets }) => meets?.text ?? null)).toEqual([
    null,
    'TKN 0xc0c0…c0c0: all storage',
    null,
  ]);
});

test('every kind of place fits the schema', () => {
  const places: StoragePlace[] = [
    { root: { kind: 'name', name: 'eip1967.proxy.admin' }, steps: [{ kind: 'member', slots: -1n }] },
    { root: { kind: 'hash', words: [1n, null] }, steps: [{ kind: 'element', slots: 2n ** 64n }] },
    { root: { kind: 'slot', slot: 1n }, steps: [{ kind: 'key', key: null }] },
    { root: { kind: 'slot', slot: 1n }, steps: [{ kind: 'bytes-key', key: new Uint8Array([1]) }] },
  ];
  const schema = documentSchema.shape.graph.shape.hotKeys.element.shape.description;
  const names = createNames(analysis);
  const written = places.map((place) => {
    const described = { ...names, key: () => ({ ...names.key(storageKey(token, 1n)), place }) };
    return schema.parse(keyDocument(described, storageKey(token, 1n)))?.place;
  });
  expect(written).toEqual([
    { root: { name: 'eip1967.proxy.admin' }, path: [{ member: `0x${'f'.repeat(64)}` }] },
    { root: { hashOf: [slotHex(1n), null] }, path: [{ element: '0x10000000000000000' }] },
    { root: { slot: slotHex(1n) }, path: [{ key: null }] },
    { root: { slot: slotHex(1n) }, path: [{ bytesKey: '0x01' }] },
  ]);
});
