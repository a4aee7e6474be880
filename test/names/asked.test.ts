import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { analyzeBlock } from '../../src/analysis/block.ts';
import { buildConflictGraph } from '../../src/graph/build.ts';
import { readInput } from '../../src/input/read.ts';
import { askForNames } from '../../src/names/asked.ts';
import { createNames, type Names } from '../../src/names/names.ts';
import { snapshotState } from '../../src/state/prestate.ts';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../examples/mixed-block/${name}.json`, import.meta.url), 'utf8'));

describe('the example block', () => {
  let names: Names;
  let texts: readonly string[];

  beforeAll(async () => {
    const state = snapshotState(read('prestate'));
    const analysis = analyzeBlock(readInput(read('block')), { state });
    const graph = buildConflictGraph(analysis);
    names = createNames(analysis, [await askForNames({ analysis, graph }, state.knownOnly())]);
    texts = graph.hotKeys.map(({ key }) => names.key(key).text.replace(/0x[0-9a-f]{4}…[0-9a-f]{4}/g, '…'));
  });

  test('has tokens by their symbols, and the pair by those of its tokens', () => {
    expect(texts).toContain('WETH … balanceOf(UNI-V2 WETH/ALF …)');
    expect(texts).toContain('WETH … balance');
  });

  test('has slots by the functions that read them', () => {
    expect(texts).toContain('UNI-V2 WETH/ALF … getReserves()');
    expect(texts.filter((text) => /^ALF … balanceOf\(/.test(text)).length).toBeGreaterThan(0);
  });

  test('has what nobody reads by its place', () => {
    expect(texts).toContain('UNI-V2 WETH/ALF … slot 12');
  });
});
