import { describe, expect, test } from '@jest/globals';
import { readBlockAccessList } from '../../../src/input/block-access-list/read.ts';
import { accessListAnswers, renderAccessLists } from '../../../src/output/list/access-lists.ts';
import { renderBlockAccessList } from '../../../src/output/list/block-access-list.ts';
import { renderOutput } from '../../../src/output/render.ts';
import { token } from '../../report/hand-made.ts';
import { analysed, handMade } from '../findings.ts';

describe('answers of eth_createAccessList', () => {
  const slot = `0x${'ab'.repeat(32)}`;

  test('have the derived list, and the gas that was used', () => {
    expect(accessListAnswers(handMade)[0]).toEqual({
      accessList: [{ address: token, storageKeys: [slot] }],
      gasUsed: '0xc350',
    });
  });

  test('have estimates without an execution', () => {
    expect(accessListAnswers(analysed).map(({ gasUsed }) => Number(gasUsed))).toEqual([
      40_000, 40_001, 40_002, 40_003, 40_004,
    ]);
  });

  test('say why there is no list', () => {
    const [, skipped, , unbounded] = accessListAnswers(handMade);
    expect(skipped?.error).toBe('the transaction is invalid: nonce 0, the account has 1');
    expect(unbounded).toEqual({
      accessList: [],
      error: 'the transaction may touch anything: takes more steps than the analysis allows',
      gasUsed: '0x5208',
    });
  });

  test('are one for each transaction, in block order', () => {
    expect(JSON.parse(renderAccessLists(handMade))).toEqual(accessListAnswers(handMade));
    expect(accessListAnswers(handMade).length).toBe(5);
  });
});

describe('the block access list', () => {
  test('is read again as the same', () => {
    const json = JSON.parse(renderBlockAccessList(handMade));
    expect(readBlockAccessList(json, 'x.bal.json')).toEqual(handMade.execution?.blockAccessList);
  });

  test('is refused without an execution', async () => {
    await expect(renderOutput('x.bal.json', analysed)).rejects.toMatchObject({ code: 'invalid-input' });
  });
});
