/**
 * How often a state source that starts empty has to be asked: `npm run rounds [-- BLOCK…]`, over the corpus's
 * real blocks.
 *
 * One row a block: requests until the analysis has all it needs (a node answers each in one batch); accounts
 * and slots that were fetched, and how many of them sequential execution reads (what the block's snapshot
 * holds); how many were foreseen before any code was seen; analysis time over the whole state and over the
 * fetched one, without the source's own time. With `-- --hints` the source says beforehand what each transaction
 * would touch if it came first, as a node's `eth_createAccessList` does. Exits with 1 when the two analyses
 * differ.
 */
import { existsSync, readdirSync } from 'node:fs';
import {
  analyzeBlock,
  analyzeFetching,
  analyzeTransaction,
  buildConflictGraph,
  buildDocument,
  parseKey,
  planSchedule,
  readInput,
  snapshotState,
} from '../dist/index.js';
import { CORPUS, readJson } from './corpus.js';

/** @param {import('../dist/index.js').Snapshot} snapshot @param {boolean} hasHints */
function emptySource(snapshot, hasHints) {
  const known = new Set();
  /** @type {string[][]} */
  const requests = [];
  return {
    requests,
    known,
    account: (address) => (known.has(address) ? snapshot.account(address) : undefined),
    storage: (address, slot) =>
      known.has(`${address}:${slot}`) ? snapshot.storage(address, slot) : undefined,
    ...(hasHints && {
      foresee: async (input) =>
        input.transactions.flatMap((tx) =>
          analyzeTransaction(tx, { ...input, state: snapshot }).derivedAccessList.flatMap(
            ({ address, storageKeys }) => [
              `${address}:code`,
              ...storageKeys.map((slot) => `${address}:${slot}`),
            ],
          ),
        ),
    }),
    load: async (keys) => {
      const things = new Set(
        keys.map((key) => {
          const { address, slot } = parseKey(key);
          return slot === null ? address : `${address}:${slot}`;
        }),
      );
      const fresh = [...things].filter((thing) => !known.has(thing));
      if (fresh.length === 0) return;
      requests.push(fresh);
      for (const thing of fresh) known.add(thing);
    },
  };
}

function documentOf(analysis) {
  const graph = buildConflictGraph(analysis);
  const plan = planSchedule(graph, { workers: 4 });
  return JSON.stringify(buildDocument({ analysis, graph, plan, execution: null }));
}

const hasHints = process.argv.includes('--hints');
const chosen = process.argv.slice(2).filter((name) => name !== '--hints');
const blocks = (existsSync(CORPUS) ? readdirSync(CORPUS) : [])
  .filter((name) => /^[0-9]+$/.test(name) && (chosen.length === 0 || chosen.includes(name)))
  .sort((a, b) => Number(a) - Number(b));
if (blocks.length === 0) {
  console.error(`no such blocks at ${CORPUS}`);
  process.exit(2);
}
console.log('    block   txs  requests  fetched   needed  useless  missing at first   whole ms  fetching ms');
let differing = 0;
let sum = 0;
for (const number of blocks) {
  const prestate = readJson(`${CORPUS}/${number}/prestate.json.gz`);
  const hashes = new Map(
    Object.entries(readJson(`${CORPUS}/blockhashes.json`)).map(([n, hash]) => [BigInt(n), hash]),
  );
  const input = readInput(readJson(`${CORPUS}/${number}/block.json.gz`), { blockHashes: hashes });
  const snapshot = snapshotState(prestate);
  let start = performance.now();
  const whole = analyzeBlock(input, { state: snapshot });
  const wholeMs = performance.now() - start;
  const source = emptySource(snapshot, hasHints);
  start = performance.now();
  const fetched = await analyzeFetching(input, { state: source });
  const fetchingMs = performance.now() - start;
  const needed = new Set();
  for (const [address, { storage }] of snapshot.accounts) {
    needed.add(address);
    for (const slot of storage.keys()) needed.add(`${address}:${slot}`);
  }
  const useless = [...source.known].filter((thing) => !needed.has(thing)).length;
  const isSame = documentOf(whole) === documentOf(fetched);
  if (!isSame) differing++;
  sum += source.requests.length;
  console.log(
    [
      number.padStart(9),
      String(input.transactions.length).padStart(6),
      String(source.requests.length).padStart(10),
      String(source.known.size).padStart(9),
      String(needed.size).padStart(9),
      String(useless).padStart(9),
      source.requests
        .map((request) => request.length)
        .join('+')
        .padStart(20),
      wholeMs.toFixed(0).padStart(9),
      fetchingMs.toFixed(0).padStart(9),
      isSame ? '' : '  DIFFERENT',
    ].join(''),
  );
}
console.log(
  `\n${(sum / blocks.length).toFixed(2)} requests a block on average; ${differing} blocks analysed differently`,
);
if (differing > 0) process.exitCode = 1;
