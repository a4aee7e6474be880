/**
 * Storage layouts of compiled code: packed slots, mappings, arrays of structs, strings longer than a slot,
 * diamond storage and ERC-7201, and Vyper's mappings. Where all is known the derived slots are the touched ones;
 * where lengths, keys or indices are not, the sets hold whatever they are.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Interface } from 'ethers';
import { isOpen } from '../../src/analysis/block.ts';
import type { StateKey } from '../../src/state/key.ts';
import type { Prestate } from '../corpus.ts';
import { assemble, type Code, OP, push } from '../generators/assembler.ts';
import { argument, branch, hashOf, slot } from '../generators/snippets.ts';
import { untouchedSlots } from '../oracle/coverage.ts';
import { contract, TARGET, words } from './scene.ts';
import { alone, inBlock, key, statusesOf } from './trial.ts';

const SOURCE = `
contract Layouts {
  // Packed into slot 0.
  uint128 a; uint64 b; bool c; uint8 d;
  mapping(address => mapping(uint256 => uint256)) nested; // 1
  struct Point { uint128 x; uint128 y; uint256 z; string label; }
  Point[] points; // 2
  string text; // 3
  mapping(string => uint256) byText; // 4
  uint16[] small; // 5
  uint256[4] fixedArray; // 6 to 9
  mapping(uint256 => Point[]) lists; // 10

  function setPacked(uint128 a_, uint64 b_, bool c_) external { a = a_; if (c) d++; b = b_; c = c_; }
  function setNested(address who, uint256 at, uint256 value) external { nested[who][at] += value; }
  function pushPoint(uint128 x, uint256 z, string calldata label) external { points.push(Point(x, b, z, label)); }
  function setLabel(uint256 at, string calldata label) external { points[at].label = label; points[at].y++; }
  function setText(string calldata value) external { text = value; }
  function appendText() external { text = string.concat(text, "0123456789"); }
  function count(string calldata name) external { byText[name]++; }
  function countText() external { byText[text]++; }
  function pushSmall(uint16 value) external { small.push(value); }
  function popSmall() external { small.pop(); }
  function sumSmall() external { uint256 sum; for (uint256 i; i < small.length; i++) sum += small[i]; fixedArray[1] = sum; }
  function setFixed(uint256 at, uint256 value) external { fixedArray[at] = value; }
  function pushTo(uint256 list, uint256 z) external { lists[list].push(); lists[list][lists[list].length - 1].z = z; }
  function clear() external { delete points; delete text; }
}

library Namespaced {
  /// @custom:storage-location erc7201:example.main
  struct Main { uint256 x; mapping(address => uint256) balances; uint256[] queue; }
  // keccak256(abi.encode(uint256(keccak256("example.main")) - 1)) & ~bytes32(uint256(0xff))
  bytes32 constant LOCATION = 0x183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500;
  function main() internal pure returns (Main storage s) { assembly { s.slot := LOCATION } }
}

library Diamond {
  struct Facets { mapping(bytes4 => address) facet; bytes4[] selectors; address owner; }
  bytes32 constant POSITION = keccak256("diamond.standard.diamond.storage");
  function facets() internal pure returns (Facets storage s) {
    bytes32 position = POSITION;
    assembly { s.slot := position }
  }
}

contract Spaces {
  uint256 plain;
  function credit(address who, uint256 amount) external { Namespaced.main().balances[who] += amount; }
  function enqueue(uint256 value) external { Namespaced.main().queue.push(value); Namespaced.main().x = value; }
  function addFacet(bytes4 selector, address facet) external {
    Diamond.Facets storage all = Diamond.facets();
    all.facet[selector] = facet;
    all.selectors.push(selector);
    if (all.owner == address(0)) all.owner = msg.sender;
  }
  function queueOf(uint256 at) external { plain = Namespaced.main().queue[at]; }
}
`;

interface Compiled {
  readonly abi: Interface;
  readonly code: Uint8Array;
}

const contracts = new Map<string, Compiled>();

beforeAll(async () => {
  const { default: solc } = await import('solc');
  for (const [suffix, optimizer] of [
    ['', { enabled: true, runs: 200 }],
    [' unoptimised', { enabled: false }],
  ] as const) {
    const input = {
      language: 'Solidity',
      sources: { 'layouts.sol': { content: SOURCE } },
      settings: {
        evmVersion: 'cancun',
        optimizer,
        outputSelection: { '*': { '*': ['abi', 'evm.deployedBytecode.object'] } },
      },
    };
    const output = JSON.parse(solc.compile(JSON.stringify(input)));
    const errors = (output.errors ?? []).filter(({ severity }: { severity: string }) => severity === 'error');
    expect(errors).toEqual([]);
    for (const name of ['Layouts', 'Spaces']) {
      const { abi, evm } = output.contracts['layouts.sol'][name];
      const code = new Uint8Array(Buffer.from(evm.deployedBytecode.object, 'hex'));
      contracts.set(`${name}${suffix}`, { abi: new Interface(abi), code });
    }
  }
});

type Call = readonly [method: string, ...values: readonly unknown[]];

function dataOf({ abi }: Compiled, [method, ...values]: Call): Uint8Array {
  return new Uint8Array(Buffer.from(abi.encodeFunctionData(method, values).slice(2), 'hex'));
}

function compiled(name: string): Compiled {
  const found = contracts.get(name);
  if (found === undefined) throw new RangeError(`no contract ${name}`);
  return found;
}

const LONG = 'a string that is longer than the thirty-one bytes that fit its slot';
const WHO = `0x${'ab'.repeat(20)}`;
const OTHER_WHO = `0x${'cd'.repeat(20)}`;

/** Calls that build on each other, by what they are about. */
const CALLS: Readonly<Record<string, readonly Call[]>> = {
  'packed slots': [
    ['setPacked', 5n, 6n, true],
    ['setPacked', 0n, 6n, true],
    ['setPacked', (1n << 128n) - 1n, 0n, false],
  ],
  'nested mappings': [
    ['setNested', WHO, 1n, 5n],
    ['setNested', WHO, 2n, 5n],
    ['setNested', OTHER_WHO, 1n, 5n],
    ['setNested', WHO, 1n, 7n],
  ],
  'dynamic arrays of structs': [
    ['pushPoint', 1n, 2n, 'short'],
    ['pushPoint', 3n, 4n, LONG],
    ['setLabel', 0n, LONG],
    ['setLabel', 1n, 'short again'],
    ['setLabel', 5n, 'out of bounds'],
    ['clear'],
    ['pushPoint', 9n, 9n, LONG],
  ],
  'strings crossing 31 bytes': [
    ['setText', 'x'.repeat(31)],
    ['setText', 'x'.repeat(32)],
    ['appendText'],
    ['countText'],
    ['setText', ''],
    ['appendText'],
    ['setText', 'y'.repeat(100)],
    ['setText', 'short'],
    ['countText'],
  ],
  'mappings by string': [
    ['count', ''],
    ['count', 'name'],
    ['count', LONG],
    ['count', 'name'],
  ],
  'packed dynamic arrays': [
    ...Array.from({ length: 18 }, (_, i): Call => ['pushSmall', i + 1]),
    ['sumSmall'],
    ['popSmall'],
    ['popSmall'],
    ['popSmall'],
    ['sumSmall'],
  ],
  'fixed arrays, and arrays in mappings': [
    ['setFixed', 0n, 1n],
    ['setFixed', 3n, 1n],
    ['setFixed', 4n, 1n],
    ['pushTo', 7n, 1n],
    ['pushTo', 7n, 2n],
    ['pushTo', 8n, 2n],
  ],
};

const SPACES: readonly Call[] = [
  ['credit', WHO, 5n],
  ['enqueue', 3n],
  ['enqueue', 4n],
  ['queueOf', 1n],
  ['queueOf', 2n],
  ['addFacet', '0xabcdef01', WHO],
  ['addFacet', '0xabcdef02', WHO],
];

/** Runs calls in one block: all slots are known, and the derived ones are the touched ones. */
async function inOneBlock(name: string, calls: readonly Call[]): Promise<void> {
  const target = compiled(name);
  const { derived, seen } = await inBlock({
    prestate: { [TARGET]: contract(target.code) },
    transactions: calls.map((one) => ({ data: dataOf(target, one), gasLimit: 2_000_000n })),
  });
  expect(statusesOf(derived)).toEqual(calls.map(() => 'exact'));
  const untouched = derived.flatMap((one, i) =>
    untouchedSlots(one, seen[i] ?? { reads: new Set(), writes: new Set() }),
  );
  expect(untouched).toEqual([]);
}

describe.each(['', ' unoptimised'])('solc%s', (suffix) => {
  test.each(Object.entries(CALLS))('%s, in a block', async (_name, calls) => {
    await inOneBlock(`Layouts${suffix}`, calls);
  });

  test('ERC-7201 and diamond storage, in a block', async () => {
    await inOneBlock(`Spaces${suffix}`, SPACES);
  });

  /** Slots by number, and what of them is not known. */
  const CASES: readonly (readonly [string, Call, readonly bigint[]])[] = [
    ['packed slots', ['setPacked', 5n, 6n, true], [0n]],
    ['the length of an array of structs', ['pushPoint', 1n, 2n, LONG], [0n, 2n]],
    ['the length that an index is held against', ['setLabel', 1n, 'short'], [2n]],
    ['the length and contents of a string', ['appendText'], [3n]],
    ['a string as a key', ['countText'], [3n]],
    ['the length of a packed array', ['pushSmall', 3], [5n]],
    ['the length of a loop', ['sumSmall'], [5n]],
    ['what is deleted', ['clear'], [2n, 3n]],
  ];

  test.each(CASES)('%s, not known', async (_name, one, slots) => {
    const target = compiled(`Layouts${suffix}`);
    const prestate: Prestate = {
      [TARGET]: contract(target.code, { 0: 3n, 2: 2n, 3: 0x6162n << 240n, 5: 3n }),
    };
    const unstable: StateKey[] = slots.map((at) => key(at));
    const values = [0n, 1n, 2n, 3n, 17n, 31n, 64n, 65n, 69n, (0x61n << 248n) | 2n, (1n << 128n) + 1n, 41n];
    const fields = { data: dataOf(target, one), gasLimit: 400_000n };
    expect(isOpen(await alone({ prestate, unstable: [], fields }))).toBe(false);
    await alone({ prestate, unstable, fields, values });
  });

  test.each([
    ['the length of a namespaced array', ['enqueue', 5n], 2n],
    ['the length that an index is held against', ['queueOf', 1n], 2n],
  ] as const)('%s, not known', async (_name, one, member) => {
    const target = compiled(`Spaces${suffix}`);
    const location = 0x183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500n;
    const prestate: Prestate = { [TARGET]: contract(target.code) };
    const fields = { data: dataOf(target, one), gasLimit: 400_000n };
    await alone({
      prestate,
      unstable: [key(location + member)],
      fields,
      values: [0n, 1n, 2n, 5n, 1n << 40n],
    });
  });
});

describe('Vyper', () => {
  // keccak256(slot . key): HashMap[uint256, HashMap[uint256, uint256]] at slot 1, DynArray[uint256, 8] at slot 2.
  const inner = (outer: Code, at: Code): Code => hashOf(hashOf(push(1n), outer), at);
  const code: Code = branch(
    [...push(64n), OP.callDataSize, OP.gt],
    [...argument(2n), ...inner(argument(0n), argument(1n)), OP.sstore],
    branch(
      [...slot(2n), ...push(8n), OP.gt],
      // Elements follow the length.
      [
        ...argument(0n),
        ...slot(2n),
        ...push(3n),
        OP.add,
        OP.sstore,
        ...push(1n),
        ...slot(2n),
        OP.add,
        ...push(2n),
        OP.sstore,
      ],
      [...push(0n), ...push(0n), OP.revert],
    ),
  );
  const prestate: Prestate = { [TARGET]: contract(assemble(code), { 2: 6n }) };

  test('nested mappings and bounded arrays, in a block', async () => {
    const { derived, seen } = await inBlock({
      prestate,
      transactions: [
        { data: words(1n, 2n, 3n) },
        { data: words(2n, 1n, 3n) },
        { data: words(5n) },
        { data: words(6n) },
        { data: words(7n) },
        { data: words(1n, 2n, 0n) },
      ],
    });
    expect(statusesOf(derived)).toEqual(Array.from({ length: 6 }, () => 'exact'));
    expect(seen.map(({ status }) => status)).toEqual([1, 1, 1, 1, 0, 1]);
  });

  test('the length of the array, not known: no more than its elements', async () => {
    const derived = await alone({
      prestate,
      unstable: [key(2n)],
      fields: { data: words(5n) },
      values: [0n, 1n, 7n, 8n, 9n, 1n << 64n],
    });
    expect(isOpen(derived)).toBe(false);
  });
});
