/**
 * Wrong inputs, each given to the built program: exit code 2, nothing on standard output, and on standard error the
 * one line that stands here. Most run one after the other in one process; those that take much memory, and one of
 * each group, in a process of their own.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mainnetBlock } from '../input/block-json.ts';
import { sign, toRpc } from '../input/signed.ts';
import { type Finished, runBuiltInTurn } from './run-built.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** No run may take longer; the slowest takes a few seconds. */
const LIMIT_MS = 60_000;
const HEAP = ['--max-old-space-size=1024'];

const FROM = `0x${'11'.repeat(20)}`;
const TO = `0x${'22'.repeat(20)}`;
const tx = { from: FROM, to: TO, gas: '0x5208', nonce: '0x0', gasPrice: '0x1' };
const signed = sign({ type: 0, chainId: 1n, to: TO, nonce: 1, gasLimit: 21_000n, gasPrice: 2n });
const rpc = toRpc(signed);
const block = mainnetBlock('cancun');
const deep = '['.repeat(100_000);

const SHAPES = 'a transaction, an array of transactions, a block, or a bundle';
const QUANTITY = 'a quantity of at most 64 bits, such as 0x5208';
const ADDRESS = 'an address (20 bytes of hex)';
const HELP = 'see pevm-analyze --help';

type Content = string | Uint8Array | object;
/** What is wrong, the arguments with `FILE` for the input, its content, and the line. */
type Row = readonly [what: string, args: readonly string[], content: Content, line: string | RegExp];

const one = (what: string, content: Content, line: string | RegExp): Row => [what, ['FILE'], content, line];

const TEXTS: readonly Row[] = [
  one('an empty file', '', 'FILE: expected JSON, got nothing'),
  one('white space only', ' \n\t\r\n', 'FILE: expected JSON, got nothing'),
  one('a byte order mark only', '\ufeff', 'FILE: expected JSON, got nothing'),
  one(
    'truncated JSON',
    JSON.stringify(block).slice(0, 100),
    'FILE: expected JSON, got the end at line 1, column 101',
  ),
  one(
    'truncated gzip',
    gzipSync(JSON.stringify(block)).subarray(0, 200),
    'FILE: expected a whole gzip file, got one that is cut short',
  ),
  one('damaged gzip', damaged(), 'FILE: expected a whole gzip file, got damaged data'),
  one('UTF-16', Buffer.from('\ufeff{}', 'utf16le'), 'FILE: expected JSON in UTF-8, got UTF-16'),
  one('bytes', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0xff), 'FILE: expected JSON in UTF-8, got other bytes'),
  one('Latin-1', Buffer.from('{"from":"\u00e9"}', 'latin1'), 'FILE: expected JSON in UTF-8, got other bytes'),
  one('a page of HTML', '<html>502</html>', 'FILE: expected JSON, got "<" at line 1, column 1'),
  one('not a number', '{"gas":NaN}', 'FILE: expected JSON, got "N" at line 1, column 8'),
  one('a comma too many', '[1,]', 'FILE: expected JSON, got "]" at line 1, column 4'),
  one('single quotes', "{'from':1}", `FILE: expected JSON, got "'" at line 1, column 2`),
  one('a comment', '// a block\n{}', 'FILE: expected JSON, got "/" at line 1, column 1'),
  one(
    'a broken line of NDJSON',
    `${JSON.stringify(tx)}\n{"from":\n`,
    'FILE: expected JSON, got the end of the line at line 2, column 9',
  ),
  one('brackets without an end', deep, 'FILE: expected JSON, got the end at line 1, column 100001'),
  one(
    'brackets, deep',
    `${deep}${']'.repeat(100_000)}`,
    'FILE: [0]: expected a transaction, got an array of 1',
  ),
  one(
    'a deep access list',
    `{"from":"${FROM}","accessList":${deep}${']'.repeat(100_000)}}`,
    'FILE: accessList[0]: expected an access list entry, got an array of 1',
  ),
  one(
    'a huge line of NDJSON',
    `${JSON.stringify(tx)}\n"${'x'.repeat(20_000_000)}"\n`,
    `FILE: [1]: expected a signed transaction in hex, or a transaction object, got "${'x'.repeat(42)}…" (20000000 characters)`,
  ),
  one(
    'far too many values',
    `[${'[],'.repeat(21_000_000)}[]]`,
    'FILE: expected at most 20 million values, got more',
  ),
  one(
    'far too many transactions',
    `[${'7,'.repeat(2_000_000)}7]`,
    'FILE: expected at most 1000000 transactions, got an array of 2000001',
  ),
];

function damaged(): Uint8Array {
  const bytes = gzipSync(JSON.stringify(block));
  bytes[100] = 255 - (bytes[100] ?? 0);
  return bytes;
}

const SHAPE: readonly Row[] = [
  one('a number', '7', `FILE: expected ${SHAPES}, got 7`),
  one('null', 'null', `FILE: expected ${SHAPES}, got null`),
  one(
    'a text',
    '"hello"',
    'FILE: expected a signed transaction in hex, or a transaction object, got "hello"',
  ),
  one('an empty object', {}, `FILE: expected ${SHAPES}, got an empty object`),
  one('a hostile name', '{"__proto__":{}}', `FILE: expected ${SHAPES}, got an object with "__proto__"`),
  one(
    'terminal codes in a name',
    { '\u001b[31m\u202e\u009b': 1 },
    `FILE: expected ${SHAPES}, got an object with "\\u001b[31m\\u202e\\u009b"`,
  ),
  one(
    'a very long name',
    { ['n'.repeat(100_000)]: 1 },
    `FILE: expected ${SHAPES}, got an object with "${'n'.repeat(42)}…" (100000 characters)`,
  ),
  one(
    'an unknown method',
    { jsonrpc: '2.0', method: 'eth_foo', params: [] },
    'FILE: method: expected a method that takes transactions, such as eth_sendRawTransaction or eth_sendBundle, got "eth_foo"',
  ),
  one(
    'an answer that is an error',
    { jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'header not found' } },
    'FILE: error: expected a response without an error, got "header not found"',
  ),
  one(
    'an answer with nothing',
    { jsonrpc: '2.0', id: 1, result: null },
    `FILE: result: expected ${SHAPES}, got null`,
  ),
  one(
    'two blocks',
    [block, block],
    'FILE: [0]: expected a transaction, as one input holds one block, got "a block"',
  ),
  one('a transaction in a list in a list', [[tx]], 'FILE: [0]: expected a transaction, got an array of 1'),
];

const FIELDS: readonly Row[] = [
  one(
    'one wrong of several',
    [tx, { ...tx, gas: 'much' }],
    `FILE: [1].gas: expected ${QUANTITY}, got "much"`,
  ),
  one('no sender', { to: TO }, 'FILE: from: expected an address, as there is no signature, got nothing'),
  one(
    'a name for an address',
    { ...tx, from: 'vitalik.eth' },
    `FILE: from: expected ${ADDRESS}, got "vitalik.eth"`,
  ),
  one(
    'terminal codes in a value',
    { ...tx, from: '\u001b]0;x\u0007\u007f' },
    `FILE: from: expected ${ADDRESS}, got "\\u001b]0;x\\u0007\\u007f"`,
  ),
  one('negative gas', { ...tx, gas: -1 }, `FILE: gas: expected ${QUANTITY}, got -1`),
  one('half a gas', { ...tx, gas: 0.5 }, `FILE: gas: expected ${QUANTITY}, got 0.5`),
  one(
    'gas beyond what numbers hold',
    `{"from":"${FROM}","gas":1e400}`,
    `FILE: gas: expected ${QUANTITY}, got Infinity`,
  ),
  one('decimal gas in a text', { ...tx, gas: '21000' }, `FILE: gas: expected ${QUANTITY}, got "21000"`),
  one('an upper-case X', { ...tx, gas: '0X5208' }, `FILE: gas: expected ${QUANTITY}, got "0X5208"`),
  one(
    'an over-long quantity',
    { ...tx, value: `0x${'f'.repeat(100_000)}` },
    `FILE: value: expected a quantity of at most 256 bits, such as 0x5208, got "0x${'f'.repeat(40)}…" (100002 characters)`,
  ),
  one(
    'hex of odd length',
    { ...tx, data: '0xabc' },
    'FILE: data: expected bytes in hex, two digits each, such as 0xa9059cbb, got "0xabc"',
  ),
  one(
    'hex without a prefix',
    { ...tx, data: 'a9059cbb' },
    'FILE: data: expected bytes in hex, two digits each, such as 0xa9059cbb, got "a9059cbb"',
  ),
  one(
    'a type that nobody knows',
    { ...tx, type: '0x7e' },
    'FILE: type: expected a transaction type from 0x0 to 0x4, got "0x7e"',
  ),
  one(
    'a signature of nobody',
    { ...rpc, r: '0x0' },
    'FILE: expected a signature that a key can make, got "one that none can"',
  ),
  one(
    "another one's signature",
    { ...rpc, from: FROM },
    `FILE: from: expected ${signed.from?.toLowerCase()}, who signed, got "${FROM}"`,
  ),
  one(
    'two values for one field',
    { ...tx, data: '0x01', input: '0x02' },
    'FILE: data: expected the same value as input, got "another value"',
  ),
  one(
    'a hash for a transaction',
    { ...block, transactions: [signed.hash] },
    `FILE: transactions[0]: expected a whole transaction, not its hash, got "${signed.hash?.slice(0, 42)}…" (66 characters)`,
  ),
  one('RLP that is cut short', '0xf86c', 'FILE: expected a signed transaction (cut short), got "0xf86c"'),
  one(
    'bytes of another type',
    '0x7ec0',
    'FILE: expected a signed transaction (no such transaction type), got "0x7ec0"',
  ),
  one(
    'a block without a time',
    { ...block, timestamp: undefined },
    `FILE: timestamp: expected ${QUANTITY}, got nothing`,
  ),
  one(
    'a block that lacks a field of its hardfork',
    { ...block, withdrawals: null },
    'FILE: withdrawals: expected a value, as blocks have one since shanghai, got null',
  ),
  one('a bundle of no list', { txs: 5 }, 'FILE: txs: expected an array of signed transactions, got 5'),
  one(
    'a bundle that names what is not there',
    { version: 'v0.1', inclusion: { block: 1 }, body: [{ hash: signed.hash }] },
    `FILE: body[0].hash: expected the hash of a transaction that is given as well, got "${signed.hash?.slice(0, 42)}…" (66 characters)`,
  ),
  one(
    'a condition that nobody looks at',
    [signed.serialized, { knownAccounts: {}, blockNumberMaximum: 5 }],
    'FILE: [1]: expected conditions of ERC-7796 (knownAccounts, blockNumberMin, blockNumberMax, timestampMin, timestampMax), got "blockNumberMaximum"',
  ),
  one(
    'a secret key that is none, and is not repeated',
    { ...tx, secretKey: '0x0123' },
    'FILE: secretKey: expected a secret key (32 bytes of hex), got another value',
  ),
];

const state = (what: string, content: Content, line: string): Row => [
  what,
  ['tx.json', '--state', 'FILE'],
  content,
  `FILE: ${line}`,
];

const STATES: readonly Row[] = [
  state(
    'a list of numbers for state',
    [7],
    '[0]: expected a pre-state (accounts by address), or an array of them, got 7',
  ),
  state(
    'a hostile name for an account',
    '{"__proto__":{}}',
    'expected addresses (20 bytes of hex) as names, got "__proto__"',
  ),
  state('a number for an account', { [TO]: 7 }, `${TO}: expected an account, got 7`),
  state(
    'a negative balance',
    { [TO]: { balance: -1 } },
    `${TO}.balance: expected a balance, hex or decimal, got -1`,
  ),
  state('code that is no hex', { [TO]: { code: '0xzz' } }, `${TO}.code: expected code in hex, got "0xzz"`),
  state(
    'a slot that is no number',
    { [TO]: { storage: { first: '0x1' } } },
    `${TO}.storage: expected slots of at most 32 bytes of hex as names, got "first"`,
  ),
  state(
    'a value that is too wide',
    { [TO]: { storage: { '0x1': `0x1${'0'.repeat(64)}` } } },
    `${TO}.storage.0x1: expected a value of at most 32 bytes of hex, got "0x1${'0'.repeat(39)}…" (67 characters)`,
  ),
  state(
    'a trace that failed',
    [{ txHash: TO, error: 'execution timeout' }],
    '[0].error: expected no error, got "execution timeout"',
  ),
  [
    'state that is missing',
    ['execute', 'tx.json', '--workers', '1'],
    '',
    `state is not known: ${FROM}:balance`,
  ],
];

const FILES: readonly Row[] = [
  ['a directory', ['folder'], '', 'folder: expected a readable file, got a directory'],
  [
    'a file that is not there',
    ['nothing.json'],
    '',
    'nothing.json: expected a readable file, got no such file or folder',
  ],
  [
    'a file for a folder',
    ['tx.json/block.json'],
    '',
    'tx.json/block.json: expected a readable file, got a file where a folder should be',
  ],
  [
    'terminal codes in a file name',
    ['\u001b[2J.json'],
    '',
    '\\u001b[2J.json: expected a readable file, got no such file or folder',
  ],
  ['a file of 700 MiB', ['large.json'], '', 'large.json: expected at most 512 MiB of JSON, got more'],
  [
    'a file that unpacks to 600 MiB',
    ['bomb.json.gz'],
    '',
    'bomb.json.gz: expected at most 512 MiB of JSON, got more',
  ],
  [
    'standard input twice',
    ['-', '--state', '-'],
    '',
    'arguments: expected standard input (-) for one file at most, got it for several',
  ],
  [
    'nothing at all',
    [],
    '',
    'arguments: expected an input, or a node (--rpc) to take a block from, got neither',
  ],
  [
    'a place that cannot be written',
    ['tx.json', '--out', 'nowhere/x.json'],
    '',
    'nowhere/x.json: expected a file that can be written, got no such file or folder',
  ],
];

const OPTIONS: readonly Row[] = [
  [
    'another chain',
    ['signed.json', '--chain', 'sepolia'],
    '',
    'signed.json: chainId: expected chain 11155111, got 1',
  ],
  [
    'a chain that nobody knows',
    ['tx.json', '--chain', 'atlantis'],
    '',
    'chain: expected a chain: mainnet, sepolia, holesky, hoodi, or a chain id, got "atlantis"',
  ],
  [
    'a hardfork that nobody knows',
    ['tx.json', '--hardfork', 'atlantis'],
    '',
    /^hardfork: expected a hardfork: chainstart, .*, got "atlantis"$/,
  ],
  [
    'no workers',
    ['tx.json', '--workers', '0'],
    '',
    `option '--workers <n>' argument '0' is invalid. expected a whole number from 1 to 256; ${HELP}`,
  ],
  [
    'half a worker',
    ['tx.json', '--workers', '1.5'],
    '',
    `option '--workers <n>' argument '1.5' is invalid. expected a whole number from 1 to 256; ${HELP}`,
  ],
  [
    'verification of an analysis',
    ['analyze', 'tx.json', '--verify'],
    '',
    `unknown option '--verify' (Did you mean --version?); ${HELP}`,
  ],
  [
    'terminal codes for a number',
    ['tx.json', '--workers', '\u001b[2J'],
    '',
    `option '--workers <n>' argument '\\u001b[2J' is invalid. expected a whole number from 1 to 256; ${HELP}`,
  ],
  [
    'another granularity',
    ['tx.json', '--granularity', 'block'],
    '',
    `option '--granularity <unit>' argument 'block' is invalid. Allowed choices are transaction, component; ${HELP}`,
  ],
  [
    'another engine',
    ['execute', 'tx.json', '--engine', 'revm'],
    '',
    `option '--engine <form>' argument 'revm' is invalid. Allowed choices are stock, tuned; ${HELP}`,
  ],
  [
    'a node over FTP',
    ['--rpc', 'ftp://x'],
    '',
    `option '--rpc <url>' argument 'ftp://x' is invalid. expected an http or https URL; ${HELP}`,
  ],
  ['a block of no node', ['tx.json', '--block', '5'], '', 'arguments: expected --rpc with --block, got none'],
  [
    'a block that is none',
    ['--rpc', 'http://127.0.0.1:1', '--block', 'first'],
    '',
    /^option '--block <.*>' argument 'first' is invalid\. expected a block number, .*; see pevm-analyze --help$/,
  ],
  [
    'an output of no kind',
    ['tx.json', '--out', 'x.txt'],
    '',
    /^--out: expected a name that ends in \.json, .*, got x\.txt$/,
  ],
  [
    'block hashes that are none',
    ['tx.json', '--block-hashes', 'FILE'],
    '7',
    'FILE: expected an object of block numbers and hashes, got 7',
  ],
  [
    'values of a block that are none',
    ['tx.json', '--env', 'FILE'],
    '7',
    'FILE: expected the values of a block (an object), as in env.json, got 7',
  ],
  [
    'an access list that is none',
    ['execute', 'tx.json', '--block-access-list', 'FILE'],
    '7',
    'FILE: expected a block access list, or its RLP in hex, got 7',
  ],
  ['help for nothing', ['help', 'fly'], '', /^help: expected a command: analyze, execute, .*, got fly$/],
  [
    'no time for a node',
    ['tx.json', '--rpc-timeout', '0'],
    '',
    `option '--rpc-timeout <seconds>' argument '0' is invalid. expected seconds, above 0 and at most 3600; ${HELP}`,
  ],
  [
    'half a retry',
    ['tx.json', '--rpc-retries', '0.5'],
    '',
    `option '--rpc-retries <n>' argument '0.5' is invalid. expected a whole number from 0 to 100; ${HELP}`,
  ],
  [
    'an empty batch',
    ['tx.json', '--rpc-batch', '0'],
    '',
    `option '--rpc-batch <n>' argument '0' is invalid. expected a whole number from 1 to 10000; ${HELP}`,
  ],
  [
    'a negative rate',
    ['tx.json', '--rpc-rate=-1'],
    '',
    `option '--rpc-rate <n>' argument '-1' is invalid. expected a whole number from 1 to 100000; ${HELP}`,
  ],
  [
    'names that are not there',
    ['tx.json', '--names', 'nothing.json'],
    '',
    'nothing.json: expected a readable file, got no such file or folder',
  ],
  [
    'findings of no kind',
    ['lint', 'tx.json', '--out', 'x.txt'],
    '',
    /^--out: expected a name that ends in \.json, .*, got x\.txt$/,
  ],
  [
    'a block of no kind',
    ['order', 'tx.json', '--out', 'x.txt'],
    '',
    /^--out: expected a name that ends in \.json, \.block\.json, \.bundle\.json, .*, got x\.txt$/,
  ],
  [
    'an objective that is none',
    ['order', 'tx.json', '--objective', 'luck'],
    '',
    `option '--objective <name>' argument 'luck' is invalid. Allowed choices are fees, parallel, balanced; ${HELP}`,
  ],
  [
    'no lanes',
    ['order', 'tx.json', '--lanes', '0'],
    '',
    `option '--workers, --lanes <n>' argument '0' is invalid. expected a whole number from 1 to 256; ${HELP}`,
  ],
  [
    'a price of time that nobody asks',
    ['order', 'tx.json', '--weight', '5'],
    '',
    '--weight: expected --objective balanced, got parallel',
  ],
  [
    'a fee that is no number',
    ['order', 'tx.json', '--base-fee', '1gwei'],
    '',
    `option '--base-fee <wei>' argument '1gwei' is invalid. expected a whole number below 2^256, decimal or hex; ${HELP}`,
  ],
  [
    'a name for the fee recipient',
    ['order', 'tx.json', '--fee-recipient', 'miner'],
    '',
    `option '--fee-recipient <address>' argument 'miner' is invalid. expected an address (20 bytes of hex); ${HELP}`,
  ],
  [
    'a pool of nothing',
    ['order'],
    '',
    'arguments: expected an input, or a node (--rpc) to take a block from, got neither',
  ],
  ['a snapshot of no node', ['snapshot'], '', `required option '--rpc <url>' not specified; ${HELP}`],
  [
    'recordings of something else',
    ['tx.json', '--recorded', 'FILE'],
    '[]',
    'FILE: expected 1 recordings, one for each transaction, got an empty array',
  ],
  [
    'a recording in no order',
    ['tx.json', '--recorded', 'FILE', '--unordered'],
    '[{}]',
    'arguments: expected derived sets with --unordered, got recorded ones (--recorded)',
  ],
  [
    'an option that is none',
    ['tx.json', '--stat', 'x'],
    '',
    `unknown option '--stat' (Did you mean --state?); ${HELP}`,
  ],
  [
    'an option without its value',
    ['tx.json', '--state'],
    '',
    `option '--state <file>' argument missing; ${HELP}`,
  ],
  [
    'two inputs',
    ['tx.json', 'tx.json'],
    '',
    `too many arguments for 'analyze'. Expected 1 argument but got 2; ${HELP}`,
  ],
  [
    'a reward',
    ['tx.json', '--state.reward', '2'],
    '',
    '--state.reward: expected 0 or -1, as rewards of miners are not paid, got 2',
  ],
];

const GROUPS = [TEXTS, SHAPE, FIELDS, STATES, FILES, OPTIONS];
const ROWS = GROUPS.flat();

/** What takes much memory must not be helped, or harmed, by what ran before it. */
const LARGE: ReadonlySet<string> = new Set([
  'brackets, deep',
  'a huge line of NDJSON',
  'far too many values',
  'far too many transactions',
  'a file of 700 MiB',
  'a file that unpacks to 600 MiB',
]);

function isByItself(row: Row): boolean {
  return LARGE.has(row[0]) || GROUPS.some((group) => group[0] === row);
}

function fileOf([what]: Row): string {
  return `${what.replace(/[^a-zA-Z0-9]+/g, '-')}.json`;
}

function argumentsOf(row: Row): string[] {
  return row[1].map((one) => (one === 'FILE' ? fileOf(row) : one));
}

let folder: string;
const inTurn = new Map<string, Finished>();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pevm-analyze-'));
  await mkdir(join(folder, 'folder'));
  await writeFile(join(folder, 'tx.json'), JSON.stringify(tx));
  await writeFile(join(folder, 'signed.json'), JSON.stringify(rpc));
  // Without content, so that no disk is filled.
  await writeFile(join(folder, 'large.json'), '');
  await truncate(join(folder, 'large.json'), 700 * 2 ** 20);
  const zeros = gzipSync(new Uint8Array(100 * 2 ** 20));
  await writeFile(join(folder, 'bomb.json.gz'), Buffer.concat(Array.from({ length: 6 }, () => zeros)));
  for (const row of ROWS) {
    const [, args, content] = row;
    const isText = typeof content === 'string' || content instanceof Uint8Array;
    if (args.includes('FILE')) {
      await writeFile(join(folder, fileOf(row)), isText ? content : JSON.stringify(content));
    }
  }
  const together = ROWS.filter((row) => !isByItself(row));
  const finished = await runBuiltInTurn(together.map(argumentsOf), { cwd: folder, execArgv: HEAP });
  for (const [at, [what]] of together.entries()) {
    const one = finished[at];
    if (one !== undefined) inTurn.set(what, one);
  }
});
afterAll(() => rm(folder, { recursive: true }));

function run(args: readonly string[]) {
  return new Promise<Finished>((resolve) => {
    const options = { cwd: folder, timeout: LIMIT_MS, env: { ...process.env, NODE_OPTIONS: '' } };
    const node = [...HEAP, cli, ...args];
    const child = execFile(process.execPath, node, options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

describe('wrong inputs', () => {
  test('are at least sixty', () => {
    expect(ROWS.length).toBeGreaterThanOrEqual(60);
    expect(new Set(ROWS.map(([what]) => what)).size).toBe(ROWS.length);
  });

  test.each(ROWS)(
    '%s',
    async (...row) => {
      const [what, , , line] = row;
      const { code, stdout, stderr } = inTurn.get(what) ?? (await run(argumentsOf(row)));
      const expected =
        typeof line === 'string' ? line.replace('FILE', fileOf(row)) : expect.stringMatching(line);
      expect(stderr.endsWith('\n')).toBe(true);
      expect({ code, stdout, line: stderr.slice('pevm-analyze: '.length, -1) }).toEqual({
        code: 2,
        stdout: '',
        line: expected,
      });
      expect(stderr.startsWith('pevm-analyze: ')).toBe(true);
    },
    2 * LIMIT_MS,
  );
});

describe('not wrong', () => {
  test.each<[string, string]>([
    ['a byte order mark', `\ufeff${JSON.stringify(tx)}`],
    ['fields that nobody asks for', JSON.stringify({ ...tx, blockHash: null, gasUsed: 'x', '': {} })],
    ['a name that is there twice: the last one holds', `{"from":7,${JSON.stringify(tx).slice(1)}`],
  ])('%s', async (what, content) => {
    const file = `${what.slice(0, 12)}.json`;
    await writeFile(join(folder, file), content);
    const { code, stderr } = await run([file, '--quiet']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
