import { describe, expect, test } from '@jest/globals';
import { regionsIn, type TextRegion } from '../../src/input/text-region.ts';

const ADDRESS = `0x${'ab'.repeat(20)}`;
const SLOT = `0x${'00'.repeat(31)}07`;
const TX = { from: ADDRESS, to: ADDRESS, accessList: [{ address: ADDRESS, storageKeys: [SLOT, SLOT] }] };
/** Signed by nobody in particular; only where it stands is looked at. */
const RAW = `0x${'f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83'}`;

/** The text of a region. */
function cut(text: string, region: TextRegion | null): string | null {
  if (region === null) return null;
  const { startLine, startColumn, endLine, endColumn } = region;
  const lines = text.split('\n').slice(startLine - 1, endLine);
  const last = lines.length - 1;
  return lines
    .map((line, at) => line.slice(at === 0 ? startColumn - 1 : 0, at === last ? endColumn - 1 : undefined))
    .join('\n');
}

describe.each<[string, string, number]>([
  ['one transaction', JSON.stringify(TX), 0],
  ['an array, indented', JSON.stringify([TX, TX], null, 2), 1],
  ['a line for each', `${JSON.stringify(TX)}\n\n${JSON.stringify(TX)}\n`, 1],
  [
    'a request',
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_call', params: [TX, 'latest'] }, null, 1),
    0,
  ],
  ['with a byte order mark', `\uFEFF${JSON.stringify([TX], null, '\t')}`, 0],
])('%s', (_name, text, index) => {
  const find = regionsIn(text);

  test('the transaction, an entry, a slot', () => {
    expect(JSON.parse(cut(text, find(index)) ?? '')).toEqual(TX);
    expect(JSON.parse(cut(text, find(index, 'accessList', 0)) ?? '')).toEqual(TX.accessList[0]);
    expect(cut(text, find(index, 'accessList', 0, 'storageKeys', 1))).toBe(`"${SLOT}"`);
  });

  test('what is not there is the nearest thing around it', () => {
    expect(cut(text, find(index, 'accessList', 7))).toBe(cut(text, find(index, 'accessList')));
    expect(find(99)).toBeNull();
  });
});

test('signed bytes have no inside', () => {
  const text = `[\n "${RAW}"\n]`;
  expect(cut(text, regionsIn(text)(0, 'accessList', 0))).toBe(`"${RAW}"`);
  const bare = `${RAW}\n${RAW}\n`;
  expect(regionsIn(bare)(1, 'accessList', 0)).toMatchObject({ startLine: 2, startColumn: 1 });
});

test('in what is nested too deep for the parser nothing is found, but whole lines', () => {
  const deep = `{"from":"${ADDRESS}","to":"${ADDRESS}","x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
  expect(regionsIn(deep)(0)).toBeNull();
  expect(regionsIn(`[\n${deep}\n]`)(0, 'to')).toBeNull();
  const lines = `${JSON.stringify(TX)}\n${deep}\n`;
  expect(cut(lines, regionsIn(lines)(1, 'to'))).toBe(deep);
});
