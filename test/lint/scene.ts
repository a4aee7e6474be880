/** A block in which every kind of finding about an entry shows, linted once for the tests of all outputs. */
import type { AccessListEntry, Address, BlockInput } from '../../src/input/block.ts';
import { type LintResult, lintBlock } from '../../src/lint/lint.ts';
import { slotHex } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { contract, inputOf, OTHER, prestateOf, TARGET, transaction } from '../analysis/scene.ts';
import { OP, push } from '../generators/assembler.ts';
import { ABSENT } from '../generators/universe.ts';

export function entry(address: Address, ...slots: readonly bigint[]): AccessListEntry {
  return { address, storageKeys: slots.map(slotHex) };
}

/** Listed and not used. */
const NOBODY = ABSENT[0] as Address;

const CALL_OTHER = [
  ...[0n, 0n, 0n, 0n, 0n, BigInt(OTHER)].flatMap((word) => push(word)),
  OP.gas,
  OP.call,
  OP.pop,
];
const SCENE = {
  hardfork: 'osaka',
  prestate: {
    [TARGET]: contract(CALL_OTHER),
    [OTHER]: contract([...push(3n), OP.sload, OP.pop], { 3: 1n }),
  },
  transactions: [
    [entry(OTHER, 3n, 3n), entry(TARGET), entry(NOBODY, 1n)],
    [entry(OTHER, 3n)],
    null,
    // Its nonce is not the sender's.
    [entry(OTHER, 3n)],
  ].map((accessList, index) =>
    transaction({
      type: accessList === null ? 0 : 1,
      chainId: 1n,
      hash: slotHex(BigInt(index)),
      nonce: index === 3 ? 9n : BigInt(index),
      accessList,
    }),
  ),
};

export const sceneInput: BlockInput = inputOf(SCENE);

export function lintScene(): Promise<LintResult> {
  return lintBlock(sceneInput, { state: snapshotState(prestateOf(SCENE)) });
}
