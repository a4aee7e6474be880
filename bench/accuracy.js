/**
 * How good the derived access sets are on the corpus's real blocks: `npm run accuracy [-- BLOCK…]`. With
 * `-- --unordered`, each block is taken for a mempool; with `-- --skip-invalid`, any transaction may be left out;
 * with `-- --partial-state`, every fourth slot of the pre-state is not known. `-- --causes` prints why transactions
 * are not exact, in all of these modes; `-- --causes --write` puts that into `docs/precision.md`.
 *
 * One row a block: statuses as first derived; misses (recorded accesses outside the derived sets) and
 * unordered conflicts, both of which must be 0; how many transactions have derived exactly the slots that
 * were recorded, without a region of storage; components; and total gas divided by the gas of the critical
 * path, with the derived sets and with the recorded accesses themselves. Deferred transactions count as
 * resolved. Exits with 1 when there is a miss or an unordered conflict.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { accessCovers, modesConflict } from '../dist/analysis/overlap.js';
import {
  accountKey,
  analyzeBlock,
  buildConflictGraph,
  createExecutor,
  readInput,
  snapshotState,
} from '../dist/index.js';
import { CauseTally, withTables } from './causes.js';
import { CORPUS, readJson } from './corpus.js';

/** @import { AccessSet, BlockInput, TransactionAnalysis } from '../dist/index.js' */
/** @typedef {{ gasUsed: number, from: string, reads: string[], writes: string[], adds: string[] }} Recorded */
/** @typedef {Map<string, ('read' | 'write' | 'delta')[]>} Modes */

const DOCUMENT = fileURLToPath(new URL('../docs/precision.md', import.meta.url));
const SLOT_KEY_LENGTH = 42 + 1 + 66;

const MODES = {
  'In block order': {},
  'Leaving invalid ones out (`--skip-invalid`)': { skipInvalid: true },
  'A mempool (`--unordered`)': { unordered: true },
  'Every fourth slot unknown (`--partial-state`)': { partial: true },
};

/**
 * What was recorded, by the rules of what commutes: credits are deltas, and a sender's own nonce and
 * balance are where they were derived as such.
 *
 * @param {BlockInput} input @param {TransactionAnalysis} derived @param {Recorded} recorded @returns {Modes}
 */
function recordedModes(input, derived, recorded) {
  /** @type {Modes} */
  const modes = new Map();
  const { from } = recorded;
  const own = new Set([accountKey(from, 'nonce'), accountKey(from, 'balance')]);
  const writes = new Set(recorded.writes);
  for (const key of writes) {
    modes.set(key, [own.has(key) && derived.accesses.keys.get(key) === 'delta' ? 'delta' : 'write']);
  }
  for (const key of recorded.reads) if (!writes.has(key)) modes.set(key, ['read']);
  const credits = input.block === null ? [] : [accountKey(input.block.feeRecipient, 'balance')];
  for (const key of [...recorded.adds, ...credits]) {
    const known = modes.get(key);
    if (known === undefined) modes.set(key, ['delta']);
    else if (!known.includes('delta')) known.push('delta');
  }
  return modes;
}

/** @param {AccessSet} accesses @param {Recorded} recorded */
function hasEqualSlots({ keys, regions }, recorded) {
  const changed = new Set(recorded.writes);
  /** Accounts that the transaction creates or destroys. @param {string} address */
  const isOwn = (address) => changed.has(`${address}:code`);
  for (const { field, shape, address } of regions) {
    const isWhole = shape === 'account' && isOwn(address);
    if ((field === 'storage' || field === 'any') && !isWhole) return false;
  }
  /** @param {string} key */
  const counts = (key) => key.length === SLOT_KEY_LENGTH && !isOwn(key.slice(0, 42));
  const seen = recorded.reads.filter(counts);
  return [...keys.keys()].filter(counts).length === seen.length && seen.every((key) => keys.has(key));
}

/** @param {readonly (readonly number[])[]} predecessors */
function ancestorsOf(predecessors) {
  /** @type {Uint8Array[]} */
  const ancestors = [];
  for (const [index, direct] of predecessors.entries()) {
    const own = new Uint8Array(index);
    for (const predecessor of direct) {
      own[predecessor] = 1;
      for (const [at, isAncestor] of ancestors[predecessor].entries()) if (isAncestor === 1) own[at] = 1;
    }
    ancestors.push(own);
  }
  return ancestors;
}

/**
 * Pairs that conflict in what was recorded.
 *
 * @param {readonly Modes[]} modes @returns {number[][]} Of each transaction, earlier ones; may repeat.
 */
function recordedConflicts(modes) {
  const touching = new Map();
  return modes.map((own, index) => {
    const conflicts = [];
    for (const [key, mine] of own) {
      const earlier = touching.get(key) ?? [];
      touching.set(key, earlier);
      for (const [from, theirs] of earlier) {
        if (mine.some((a) => theirs.some((b) => modesConflict(a, b)))) conflicts.push(from);
      }
      earlier.push([index, mine]);
    }
    return conflicts;
  });
}

/** Total gas divided by the gas of the heaviest path. @param {number[]} gas @param {readonly (readonly number[])[]} predecessors */
function boundOf(gas, predecessors) {
  /** @type {number[]} */
  const ends = [];
  for (const [index, direct] of predecessors.entries()) {
    ends.push(gas[index] + direct.reduce((latest, from) => Math.max(latest, ends[from]), 0));
  }
  const critical = ends.reduce((a, b) => Math.max(a, b), 0);
  return critical === 0 ? 1 : gas.reduce((a, b) => a + b, 0) / critical;
}

const HEADS =
  'block txs exact bounded deferred unbounded misses unordered equal storage equal-st comps bound ideal'.split(
    ' ',
  );
const WIDTHS = [9, 6, 6, 8, 9, 10, 7, 10, 6, 8, 9, 6, 7, 7];

/** @param {readonly (string | number)[]} cells */
function row(cells) {
  return cells.map((cell, at) => String(cell).padStart(WIDTHS[at])).join('');
}

/** @param {number} number @param {Record<string, unknown>} blockHashes @param {boolean} partial */
function readBlock(number, blockHashes, { partial }) {
  const input = readInput(readJson(`${CORPUS}/${number}/block.json.gz`), { blockHashes });
  const prestate = readJson(`${CORPUS}/${number}/prestate.json.gz`);
  return { input, state: partial ? partialState(prestate) : snapshotState(prestate) };
}

/** The state without every fourth slot, which is not known then. @param {Record<string, any>} prestate */
function partialState(prestate) {
  let at = 0;
  for (const account of Object.values(prestate)) {
    // What a witness leaves out of an account is empty, not unknown.
    account.code ??= '0x';
    account.nonce ??= 0;
    account.balance ??= '0x0';
    for (const slot of Object.keys(account.storage ?? {}).sort()) {
      if (at++ % 4 === 0) delete account.storage[slot];
    }
  }
  return snapshotState(prestate, { partial: true });
}

/** Why transactions are not exact, in every mode. @param {readonly number[]} blocks @param {any} blockHashes */
function causesOf(blocks, blockHashes) {
  const parts = Object.entries(MODES).map(([title, { partial = false, ...options }]) => {
    const tally = new CauseTally();
    for (const number of blocks) {
      const { input, state } = readBlock(number, blockHashes, { partial });
      tally.add(number, analyzeBlock(input, { state, ...options }).transactions);
    }
    if (tally.silent > 0) process.exitCode = 1;
    return `## ${title}\n\n${tally.toMarkdown()}`;
  });
  return parts.join('\n\n');
}

async function main() {
  if (!existsSync(CORPUS)) {
    process.stdout.write(`nothing to measure: there is no corpus at ${CORPUS}\n`);
    return;
  }
  const unordered = process.argv.includes('--unordered');
  const skipInvalid = process.argv.includes('--skip-invalid');
  const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  const blocks = (asked.length > 0 ? asked : readdirSync(CORPUS).filter((name) => /^\d+$/.test(name)))
    .map(Number)
    .sort((a, b) => a - b);
  const blockHashes = readJson(`${CORPUS}/blockhashes.json`);
  if (process.argv.includes('--causes')) {
    const tables = causesOf(blocks, blockHashes);
    if (process.argv.includes('--write')) {
      writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, 'utf8'), tables));
    } else process.stdout.write(`${tables}\n`);
    return;
  }
  const partial = process.argv.includes('--partial-state');
  const executor = await createExecutor({ workers: 1 });
  const total = Object.fromEntries(HEADS.map((head) => [head, 0]));
  let logBound = 0;
  let logIdeal = 0;
  process.stdout.write(`${row(HEADS)}\n`);
  for (const number of blocks) {
    const { input, state } = readBlock(number, blockHashes, { partial });
    /** @type {Recorded[]} */
    const recorded = readJson(`${CORPUS}/${number}/accesses.json.gz`);
    const first = analyzeBlock(input, { state, unordered, skipInvalid });
    // Without an order, or with keys that are missing, there is nothing to resolve deferred ones on.
    const { analysis, graph } =
      unordered || partial
        ? { analysis: first, graph: buildConflictGraph(first) }
        : await executor.executeBlock(input, { state, analysis: first, skipInvalid });
    const one = Object.fromEntries(HEADS.map((head) => [head, 0]));
    one.block = number;
    one.txs = recorded.length;
    for (const { status } of first.transactions) one[status]++;
    const modes = analysis.transactions.map((derived, index) =>
      recordedModes(input, derived, recorded[index]),
    );
    // Sets that are held are not the last word; with keys missing nobody resolves what holds them.
    const isProvisional = analysis.transactions.map(({ heldBy }) => partial && heldBy.length > 0);
    for (const [index, { accesses }] of analysis.transactions.entries()) {
      for (const [key, observed] of isProvisional[index] ? [] : modes[index]) {
        for (const mode of observed) if (!accessCovers(accesses, key, mode)) one.misses++;
      }
      const isEqual = hasEqualSlots(accesses, recorded[index]);
      const touchesStorage = recorded[index].reads.some((key) => key.length === SLOT_KEY_LENGTH);
      if (isEqual) one.equal++;
      if (touchesStorage) one.storage++;
      if (touchesStorage && isEqual) one['equal-st']++;
    }
    const conflicts = recordedConflicts(modes);
    const ancestors = ancestorsOf(graph.predecessors);
    for (const [to, from] of conflicts.entries()) {
      const isFree = (earlier) =>
        !isProvisional[to] && !isProvisional[earlier] && ancestors[to][earlier] !== 1;
      one.unordered += new Set(from.filter(isFree)).size;
    }
    one.comps = graph.components.length;
    const gas = recorded.map(({ gasUsed }) => gasUsed);
    const bound = boundOf(gas, graph.predecessors);
    const ideal = boundOf(gas, conflicts);
    logBound += Math.log(bound);
    logIdeal += Math.log(ideal);
    for (const head of HEADS) total[head] += one[head];
    one.bound = bound.toFixed(2);
    one.ideal = ideal.toFixed(2);
    process.stdout.write(`${row(HEADS.map((head) => one[head]))}\n`);
  }
  await executor.close();
  total.block = 'all';
  total.bound = Math.exp(logBound / blocks.length).toFixed(2);
  total.ideal = Math.exp(logIdeal / blocks.length).toFixed(2);
  const percent = (part, whole) => `${((100 * part) / whole).toFixed(2)} %`;
  process.stdout.write(`${row(HEADS.map((head) => total[head]))}\n\n`);
  process.stdout.write(
    `slots equal, without regions: ${percent(total.equal, total.txs)} of all transactions, `,
  );
  process.stdout.write(`${percent(total['equal-st'], total.storage)} of those that touch storage\n`);
  process.stdout.write(
    `share of the bound (geometric means): ${Math.exp((logBound - logIdeal) / blocks.length).toFixed(3)}\n`,
  );
  if (total.misses > 0 || total.unordered > 0) process.exitCode = 1;
}

await main();
