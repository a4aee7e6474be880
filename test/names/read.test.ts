import { describe, expect, test } from '@jest/globals';
import { type NameFiles, readNames } from '../../src/names/read.ts';

const FIRST = `0x${'11'.repeat(20)}` as const;
const SECOND = `0x${'22'.repeat(20)}` as const;
const TRANSFER = '0xa9059cbb';
const abi = [
  {
    type: 'function',
    name: 'transfer',
    inputs: [
      { type: 'address', name: 'to' },
      { type: 'uint256', name: 'n' },
    ],
  },
  { type: 'event', name: 'Transfer', inputs: [] },
  { type: 'constructor', inputs: [] },
];
const layout = {
  storage: [{ astId: 1, contract: 'a.sol:A', label: 'x', offset: 0, slot: '0', type: 't_uint256' }],
  types: { t_uint256: { encoding: 'inplace', label: 'uint256', numberOfBytes: '32' } },
};

async function read(value: unknown, account?: typeof FIRST): Promise<NameFiles> {
  return readNames([{ value, source: 'names.json', ...(account !== undefined && { account }) }]);
}

/** Objects of one member, each within the one before. */
function nested(name: string, levels: number): unknown {
  let value = {};
  for (let level = 0; level < levels; level++) value = { [name]: value };
  return value;
}

function functionsOf(files: NameFiles): Record<string, string> {
  return Object.fromEntries(files.functions);
}

describe('functions', () => {
  test.each<[string, unknown]>([
    ['an ABI', abi],
    ["an ABI in Solidity's notation", ['function transfer(address to, uint n) returns (bool)', 'event E()']],
    ['an artifact', { contractName: 'A', abi }],
    ['selectors with signatures', { [TRANSFER]: 'transfer(address,uint256)' }],
    ['selectors with several signatures', { a9059cbb: ['transfer(address,uint256)'] }],
    ['signatures with selectors', { 'transfer(address,uint256)': 'a9059cbb' }],
    [
      'what solc calls method identifiers',
      { methodIdentifiers: { 'transfer(address,uint256)': 'a9059cbb' } },
    ],
    [
      'what OpenChain answers',
      { ok: true, result: { function: { [TRANSFER]: [{ name: 'transfer(address,uint256)' }] } } },
    ],
    [
      'what 4byte.directory answers',
      { results: [{ hex_signature: TRANSFER, text_signature: 'transfer(address,uint256)' }] },
    ],
    ['lines', `# tokens\n\n${TRANSFER} transfer(address,uint256) // ERC-20\n`],
    ['lines with colons, without prefix', 'a9059cbb: transfer(address,uint256)\r\n'],
    ['signatures alone, with names', 'function transfer(address to, uint256 amount)'],
    ['what forge inspects', { 'transfer(address,uint256)': TRANSFER }],
    ['the output of solc', { contracts: { 'a.sol': { A: { abi } } } }],
    ['what Hardhat keeps of it', { output: { contracts: { 'a.sol': { A: { abi } } } } }],
  ])('are read from %s', async (_, value) => {
    expect(functionsOf(await read(value))).toEqual({ [TRANSFER]: 'transfer(address,uint256)' });
  });

  test('with a selector of something else are refused, with their place', async () => {
    await expect(
      read('0xa9059cbb transfer(address,uint256)\n0x12345678 approve(address,uint256)'),
    ).rejects.toThrow(
      'names.json: line 2: expected 0x12345678 to be the selector of approve(address,uint256), got 0x095ea7b3',
    );
    await expect(read({ [TRANSFER]: 'approve(address,uint256)' })).rejects.toThrow(
      'names.json: 0xa9059cbb: expected 0xa9059cbb to be',
    );
  });

  test('of absurd length are shown by their names', async () => {
    const long = `f(${Array.from({ length: 100 }, () => 'uint256').join(',')})`;
    expect(Object.values(functionsOf(await read(long)))).toEqual(['f(…)']);
  });
});

describe('artifacts', () => {
  test('are of Hardhat, Foundry, Truffle, hardhat-deploy', async () => {
    const hardhat = { contractName: 'A', abi, deployedBytecode: '0x6001', storageLayout: layout };
    const foundry = {
      abi,
      deployedBytecode: { object: '0x6001', immutableReferences: { '7': [{ start: 1, length: 1 }] } },
      metadata: { settings: { compilationTarget: { 'src/A.sol': 'A' } } },
    };
    const truffle = { contractName: 'A', abi, networks: { '1': { address: FIRST } } };
    const deployed = { address: SECOND, abi };
    const found = await Promise.all(
      [hardhat, foundry, truffle, deployed].map(async (one) => (await read(one)).artifacts[0]),
    );
    expect(found.map((one) => one?.name)).toEqual(['A', 'A', 'A', null]);
    expect(found.map((one) => one?.addresses)).toEqual([[], [], [FIRST], [SECOND]]);
    expect(found[0]?.layout?.storage[0]?.label).toBe('x');
    expect(found[1]?.code).toEqual({ bytes: new Uint8Array([0x60, 1]), holes: [{ start: 1, length: 1 }] });
  });

  test('are of the account that is named with them, and called like their file where they do not say', async () => {
    const [artifact] = (await readNames([{ value: layout, source: 'out/Vault.json', account: FIRST }]))
      .artifacts;
    expect(artifact).toMatchObject({ name: 'Vault', addresses: [FIRST], code: null });
  });

  test('that are not linked yet have no code', async () => {
    const [artifact] = (await read({ abi, deployedBytecode: '0x73__$abcdef$__63' })).artifacts;
    expect(artifact?.code).toBeNull();
  });
});

describe('labels', () => {
  test('are names by address, cleaned, or artifacts', async () => {
    const files = await read({
      [FIRST]: 'Our \u001b[31mvault\u202e',
      [SECOND.toUpperCase().replace('X', 'x')]: { name: 'Router', abi },
    });
    expect([...files.labels]).toEqual([
      [FIRST, 'Our [31mvault'],
      [SECOND, 'Router'],
    ]);
    expect(files.artifacts[0]?.addresses).toEqual([SECOND]);
  });
});

describe('what is refused', () => {
  test.each<[string, unknown, RegExp]>([
    ['a number', 5, /names\.json: expected an ABI, an artifact, .*, got 5/],
    ['an empty object', {}, /expected an ABI/],
    ['something else', { transactions: [] }, /expected an ABI/],
    ['an ABI of numbers', [1], /abi\[0\]|\[0\]: expected an entry of an ABI, got 1/],
    ['a function without a name', [{ type: 'function' }], /expected a function, got null/],
    ['a label that is a number', { [FIRST]: 5 }, /expected a name, or an artifact, got 5/],
    ['a line that is no signature', 'a9059cbb\n', /line 1: expected a selector and a signature/],
    ['names within names', nested('output', 100_000), /output: expected an ABI/],
    ['answers within answers', nested('result', 100_000), /result: expected an ABI/],
    ['labels within labels', nested(FIRST, 100_000), /: expected an ABI/],
    ['a signature without an end', `f(${'a'.repeat(100_000)}!\n`, /line 1: expected a function/],
    ['a selector far from its signature', `a9059cbb${' '.repeat(300_000)}!(\n`, /line 1: expected/],
    [
      'a layout without slots',
      { storageLayout: { storage: [{ label: 'x' }], types: {} } },
      /storageLayout\.storage\[0\]\.\w+: expected/,
    ],
  ])('%s', async (_, value, message) => {
    await expect(read(value)).rejects.toThrow(message);
    await expect(read(value)).rejects.toMatchObject({ code: 'invalid-input' });
  });
});
