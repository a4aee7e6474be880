/** Slots that compiled code touches, told by the names of the variables in its source. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Interface } from 'ethers';
import { hexToBytes } from '../../src/input/hex.ts';
import { fileBooks } from '../../src/names/file-book.ts';
import { storageLayoutSchema, variableAt } from '../../src/names/layout.ts';
import { createNames } from '../../src/names/names.ts';
import { shortWord } from '../../src/names/place-text.ts';
import { readNames } from '../../src/names/read.ts';
import { addressOf, parseKey } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { analyzed, contract, inputOf, prestateOf, TARGET, transaction } from '../analysis/scene.ts';
import { account } from '../report/hand-made.ts';

const SOURCE = `
contract Layout {
  uint256 total;
  address owner; bool paused;
  mapping(address => uint256) balances;
  mapping(address => mapping(address => uint256)) allowances;
  struct Position { uint128 a; uint128 b; mapping(uint256 => uint256) inner; uint256 c; uint256[] rest; }
  mapping(bytes32 => Position) positions;
  struct Point { uint256 x; uint256 y; }
  Point[] points;
  uint256[3] three;
  string text;
  uint64[] small;
  mapping(string => uint256) byName;
  mapping(int24 => bool) ticks;
  Position single;

  function setTotal() external { total = 1; }
  function setPaused() external { paused = true; }
  function setBalance(address who) external { balances[who] = 1; }
  function setAllowance(address who, address whom) external { allowances[who][whom] = 1; }
  function setA(bytes32 id) external { positions[id].a = 1; }
  function setC(bytes32 id) external { positions[id].c = 1; }
  function setInner(bytes32 id, uint256 key) external { positions[id].c = 1; positions[id].inner[key] = 1; }
  function setRest(bytes32 id) external { positions[id].rest.push(1); }
  function setPoint() external { points.push(); points[0].y = 1; }
  function setThree() external { three[2] = 1; }
  function setText() external { text = "a text that is longer than one slot of storage is"; }
  function setSmall() external { small.push(1); }
  function setByName(string calldata name) external { byName[name] = 1; }
  function setTick(int24 tick) external { ticks[tick] = true; }
  function setSingle(uint256 key) external { single.c = 1; single.inner[key] = 2; }
}`;

const HOLDER = '0xdac17f958d2ee523a2206206994597c13d831ec7';
const ID = `0x6964${'0'.repeat(60)}`;

interface Compiled {
  readonly abi: readonly object[];
  readonly storageLayout: unknown;
  readonly evm: { readonly deployedBytecode: { readonly object: string } };
}

let compiled: Compiled;

beforeAll(async () => {
  const { default: solc } = await import('solc');
  const outputSelection = { '*': { '*': ['abi', 'storageLayout', 'evm.deployedBytecode'] } };
  const sources = {
    'Layout.sol': { content: `// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0; ${SOURCE}` },
  };
  const settings = { outputSelection, optimizer: { enabled: true }, evmVersion: 'cancun' };
  const output = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings })));
  expect(output.errors ?? []).toEqual([]);
  compiled = output.contracts['Layout.sol'].Layout;
});

async function touched(name: string, args: readonly unknown[]): Promise<string[]> {
  const { evm, abi } = compiled;
  const code = hexToBytes(`0x${evm.deployedBytecode.object}`) ?? new Uint8Array();
  const data = hexToBytes(new Interface(abi).encodeFunctionData(name, args)) ?? new Uint8Array();
  const scene = {
    hardfork: 'cancun',
    prestate: { [TARGET]: contract(code) },
    transactions: [transaction({ data })],
  };
  const found = analyzed(scene);
  const files = await readNames([{ value: compiled, source: 'Layout.json' }]);
  const { chosen, compiled: last } = fileBooks(files, snapshotState(prestateOf(scene)));
  const names = createNames({ transactions: [found], input: inputOf(scene) }, [chosen, last]);
  expect(names.call({ to: TARGET, data, value: 0n }).text).toBe(name);
  return [...found.accesses.keys.keys()]
    .filter((key) => addressOf(key) === TARGET && parseKey(key).slot !== null)
    .map((key) => names.key(key).text.replace(/^Layout 0x[0-9a-f]{4}…[0-9a-f]{4} /, ''))
    .sort();
}

describe('variables of compiled code', () => {
  test.each<[string, unknown[], string[]]>([
    ['setTotal', [], ['total']],
    ['setPaused', [], ['owner, paused']],
    ['setBalance', [HOLDER], ['balances[0xdac1…1ec7]']],
    ['setAllowance', [HOLDER, account(7)], ['allowances[0xdac1…1ec7][8]']],
    ['setA', [ID], ['positions[0x6964…0000].a, b']],
    ['setC', [ID], ['positions[0x6964…0000].c']],
    ['setInner', [ID, 5], ['positions[0x6964…0000].c', 'positions[0x6964…0000].inner[5]']],
    ['setRest', [ID], ['positions[0x6964…0000].rest.length', 'positions[0x6964…0000].rest[0]']],
    ['setPoint', [], ['points.length', 'points[0].y']],
    ['setThree', [], ['three[2]']],
    ['setText', [], ['text', 'text', 'text']],
    ['setSmall', [], ['small.length', 'small[0…3]']],
    ['setByName', ['alice'], ['byName["alice"]']],
    ['setTick', [-60], ['ticks[-60]']],
    ['setSingle', [9], ['single.c', 'single.inner[9]']],
  ])('%s', async (name, args, variables) => {
    expect(await touched(name, args)).toEqual(variables);
  });
});

describe('a layout', () => {
  const at = (slot: bigint, layout: unknown) =>
    variableAt(storageLayoutSchema.parse(layout), { root: { kind: 'slot', slot }, steps: [] }, shortWord);

  test('says nothing of slots that it does not have', () => {
    expect(at(999n, compiled.storageLayout)).toBeNull();
    expect(at(0n, { storage: [], types: null })).toBeNull();
  });

  test('whose types go in a circle comes to an end', () => {
    const loop = { encoding: 'inplace', label: 'struct L', numberOfBytes: '32' };
    const members = [{ label: 'again', offset: 0, slot: '0', type: 'L' }];
    const layout = { storage: members, types: { L: { ...loop, members } } };
    expect(at(0n, layout)).toBeNull();
    const array = { ...loop, base: 'L' };
    expect(at(0n, { storage: members, types: { L: array } })).toBeNull();
  });

  test('with a hostile name is cleaned', () => {
    const storage = [{ label: 'a\u001b[31m\u202e', offset: 0, slot: '0', type: 'u' }];
    const types = { u: { encoding: 'inplace', label: 'uint256', numberOfBytes: '32' } };
    expect(at(0n, { storage, types })).toEqual({ variable: 'a[31m', text: 'a[31m' });
  });
});
