/** Byte code made to exhaust the analysis gets a sound answer of bounded size, with the limit as its reason. */
import { describe, expect, test } from '@jest/globals';
import { isOpen } from '../../src/analysis/block.ts';
import type { StateKey } from '../../src/state/key.ts';
import { HOSTILE_PROGRAMS, type HostileProgram, hostileScene } from '../generators/hostile.ts';
import { analyzed, missesIn, TARGET } from './scene.ts';

const isSlotOfTarget = (key: StateKey): boolean => key.startsWith(TARGET) && key.length > 60;

const knowledgeOf = ({ isStorageUnknown }: HostileProgram) =>
  isStorageUnknown ? { isUnstable: isSlotOfTarget } : {};

describe.each(HOSTILE_PROGRAMS)('$name', (program) => {
  test('all the gas of a block: the answer stays small', () => {
    const { status, reasons, accesses } = analyzed(hostileScene(program), knowledgeOf(program));
    // 30 million gas pay for less than 15,000 cold slots or accounts.
    expect(accesses.keys.size).toBeLessThan(15_000);
    expect(accesses.regions.length).toBeLessThan(1_000);
    expect(reasons.length).toBeLessThanOrEqual(8);
    if (status !== 'exact') expect(reasons.length).toBeGreaterThan(0);
    expect(JSON.stringify(reasons).length).toBeLessThan(20_000);
  });

  test('little gas: what execution touches is in the sets', async () => {
    const scene = hostileScene(program, 400_000n);
    const derived = analyzed(scene, knowledgeOf(program));
    expect(await missesIn(scene, derived)).toEqual([]);
    if (isOpen(derived)) expect(derived.reasons.map(({ code }) => code)).not.toEqual([]);
  });
});
