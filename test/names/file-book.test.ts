import { expect, test } from '@jest/globals';
import { isInstance } from '../../src/names/artifact.ts';
import { fileBooks } from '../../src/names/file-book.ts';
import { shortWord } from '../../src/names/place-text.ts';
import { readNames } from '../../src/names/read.ts';
import { slotHex } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { account } from '../report/hand-made.ts';

const IMPLEMENTATION_SLOT = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
const CODE = `0x${'5b'.repeat(40)}`;
const layout = {
  storage: [{ label: 'total', offset: 0, slot: '3', type: 'u' }],
  types: { u: { encoding: 'inplace', label: 'uint256', numberOfBytes: '32' } },
};
const artifact = {
  contractName: 'Vault',
  abi: ['function f()'],
  deployedBytecode: CODE,
  storageLayout: layout,
};
const [direct, proxy, minimal, delegated, other] = [21, 22, 23, 24, 25].map(account);
const state = snapshotState({
  [direct as string]: { balance: '0x0', code: CODE },
  [proxy as string]: {
    balance: '0x0',
    code: '0x6000',
    storage: { [IMPLEMENTATION_SLOT]: slotHex(BigInt(direct ?? 0)) },
  },
  [minimal as string]: {
    balance: '0x0',
    code: `0x363d3d373d3d3d363d73${direct?.slice(2)}5af43d82803e903d91602b57fd5bf3`,
  },
  [delegated as string]: { balance: '0x1', code: `0xef0100${direct?.slice(2)}` },
  [other as string]: { balance: '0x0', code: '0x6001' },
});

test.each([
  ['by its own code', direct, 'Vault'],
  ['behind an ERC-1967 proxy', proxy, 'Vault'],
  ['behind a minimal proxy', minimal, 'Vault'],
  ['that an account has delegated to', delegated, 'Vault'],
  ['that is another one', other, null],
])('a contract is recognised %s', async (_, address = account(0), name) => {
  const { chosen, compiled } = fileBooks(await readNames([{ value: artifact, source: 'a' }]), state);
  expect(chosen.contract(address)).toBeNull();
  expect(compiled.contract(address)).toBe(name);
  expect(chosen.function(address, '0x26121ff0')).toBe(name === null ? null : 'f()');
  expect(chosen.function(null, '0x26121ff0')).toBe('f()');
  const place = { root: { kind: 'slot', slot: 3n }, steps: [] } as const;
  const variable = name === null ? null : { variable: 'total', text: 'total' };
  expect(chosen.variable(address, 3n, place, shortWord)).toEqual(variable);
});

test('a label is chosen, whatever the code is', async () => {
  const label = { value: { [other ?? '']: 'Mine' }, source: 'labels' };
  const { chosen } = fileBooks(await readNames([label]), state);
  expect(chosen.contract(other ?? account(0))).toBe('Mine');
});

test('immutables and metadata of an instance may differ, nothing else', () => {
  // 20 bytes of code, then metadata of 4 bytes and their length.
  const bytes = Uint8Array.from([...new Array(20).fill(1), 9, 9, 9, 9, 0, 4]);
  const changed = (at: number) => bytes.map((byte, index) => (index === at ? 77 : byte));
  const pattern = { bytes, holes: [{ start: 5, length: 2 }] };
  expect([4, 5, 6, 7, 19, 20, 23].map((at) => isInstance(changed(at), pattern))).toEqual([
    false,
    true,
    true,
    false,
    false,
    true,
    true,
  ]);
  expect(isInstance(bytes.subarray(1), pattern)).toBe(false);
  expect(isInstance(new Uint8Array(), { bytes: new Uint8Array(), holes: [] })).toBe(false);
});
