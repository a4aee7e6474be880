/**
 * The JSON document, version 1: one run as plain JSON values, in an order that depends on the input alone.
 * Its shape and its number formats are those of `schema.ts`.
 */
import type { AccessMode, Preimage, Region, SlotOrigin } from '../analysis/access.ts';
import type { Reason } from '../analysis/reason.ts';
import type { BlockAnalysis, TransactionAnalysis } from '../analysis/result.ts';
import { InternalError } from '../errors.ts';
import type { Execution } from '../executor/outcome.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import type { Plan } from '../graph/plan.ts';
import type { AccessListEntry, BlockInput, Transaction } from '../input/block.ts';
import { createNames, type Names } from '../names/names.ts';
import { type StateKey, slotHex } from '../state/key.ts';
import { executionDocument } from './execution-document.ts';
import { chainDocument, keyDocument } from './names-document.ts';
import { bundleDocument, conditionsDocument } from './order-document.ts';
import { quantity } from './quantity.ts';
import { arrayBaseSlot, mappingPlace } from './region.ts';
import type { ReportDocument } from './schema.ts';

type TransactionDocument = ReportDocument['transactions'][number];
type RegionDocument = TransactionDocument['accesses']['regions'][number];
type PreimageDocument = Extract<RegionDocument, { shape: 'mapping' }>['preimage'];

/** What a run has found: the outcome of `executeBlock`, or the same without execution. */
export interface Findings {
  readonly analysis: BlockAnalysis;
  readonly graph: ConflictGraph;
  readonly plan: Plan;
  /** `null`: analysed only. */
  readonly execution: Execution | null;
  /** Absent: keys are told by what the analysis saw of storage layouts. */
  readonly names?: Names;
}

/** The document of a run. */
export function buildDocument({ analysis, graph, plan, execution, ...given }: Findings): ReportDocument {
  const { names = createNames(analysis) } = given;
  const { input } = analysis;
  return {
    schema: 'pevm-analyze/1',
    block: blockDocument(input),
    transactions: analysis.transactions.map((found, index) => {
      const tx = input.transactions[index];
      if (tx === undefined) {
        throw new InternalError(`transaction ${index} was analysed, but is not in the input`);
      }
      return transactionDocument(tx, found, graph);
    }),
    ...(input.bundles !== undefined && { bundles: input.bundles.map(bundleDocument) }),
    missing: [...analysis.missing],
    graph: graphDocument(graph, input, names),
    plan: planDocument(plan),
    execution: execution === null ? null : executionDocument(execution, input),
  };
}

function blockDocument({ block, hardfork, chainId }: BlockInput): ReportDocument['block'] {
  if (block === null) {
    return null;
  }
  return {
    number: quantity(block.number),
    hash: block.hash,
    hardfork,
    chainId: quantity(chainId),
    feeRecipient: block.feeRecipient,
    timestamp: quantity(block.timestamp),
    gasLimit: quantity(block.gasLimit),
    baseFeePerGas: block.baseFeePerGas === null ? null : quantity(block.baseFeePerGas),
  };
}

function transactionDocument(
  tx: Transaction,
  found: TransactionAnalysis,
  graph: ConflictGraph,
): TransactionDocument {
  const { keys, regions } = found.accesses;
  return {
    index: found.index,
    hash: tx.hash,
    from: tx.from,
    to: tx.to,
    gasLimit: quantity(tx.gasLimit),
    status: found.status,
    reasons: found.reasons.map(reasonDocument),
    accesses: {
      reads: keysOfMode(keys, 'read'),
      writes: keysOfMode(keys, 'write'),
      deltas: keysOfMode(keys, 'delta'),
      regions: regions.map(regionDocument),
    },
    accessList: {
      declared: tx.accessList === null ? null : accessListDocument(tx.accessList),
      derived: isListable(found) ? accessListDocument(found.derivedAccessList) : null,
    },
    ...(tx.conditions !== undefined && { conditions: conditionsDocument(tx.conditions) }),
    component: graph.componentOf[found.index] ?? 0,
    predecessors: ascending(graph.predecessors[found.index] ?? []),
    ...(found.status === 'deferred' && { resolveAfter: ascending(found.resolveAfter) }),
    ...(found.heldBy.length > 0 && { heldBy: ascending(found.heldBy) }),
    gasEstimate: Number(found.gasEstimate),
  };
}

function reasonDocument(reason: Reason): TransactionDocument['reasons'][number] {
  return {
    code: reason.code,
    message: reason.message,
    at: { address: reason.at.address, selector: reason.at.selector, pc: reason.at.pc },
    dependsOn: [...reason.dependsOn],
    writtenBy: Object.fromEntries([...reason.writtenBy].map(([key, writers]) => [key, [...writers]])),
  };
}

function keysOfMode(keys: ReadonlyMap<StateKey, AccessMode>, mode: AccessMode): StateKey[] {
  const found: StateKey[] = [];
  for (const [key, itsMode] of keys) {
    if (itsMode === mode) {
      found.push(key);
    }
  }
  return found.sort();
}

/** A list can be derived only from sets that name their accounts. */
export function isListable(found: TransactionAnalysis): boolean {
  return found.status !== 'unbounded' && found.accesses.regions.every(({ shape }) => shape !== 'everything');
}

function accessListDocument(list: readonly AccessListEntry[]) {
  return list.map(({ address, storageKeys }) => ({ address, storageKeys: [...storageKeys] }));
}

/** A region as the document has it. */
export function regionDocument(region: Region): RegionDocument {
  switch (region.shape) {
    case 'mapping': {
      const { address, field, shape, mode, preimage, first, last } = region;
      const { baseSlot, keys } = mappingPlace(preimage);
      return {
        address,
        field,
        shape,
        mode,
        baseSlot: baseSlot === null ? null : slotHex(baseSlot),
        keys: keys.map((key) => (key === null ? null : slotHex(key))),
        preimage: preimageDocument(preimage),
        first: quantity(first),
        last: quantity(last),
      };
    }
    case 'array': {
      const { address, field, shape, mode, first, last, origin } = region;
      const baseSlot = origin === null || origin.offset !== 0n ? null : arrayBaseSlot(origin);
      return {
        address,
        field,
        shape,
        mode,
        baseSlot: baseSlot === null ? null : slotHex(baseSlot),
        first: slotHex(first),
        last: slotHex(last),
        origin: origin === null ? null : originDocument(origin),
      };
    }
    case 'account': {
      const { address, field, shape, mode } = region;
      return { address, field, shape, mode };
    }
    case 'everything': {
      const { address, field, shape, mode } = region;
      return { address, field, shape, mode };
    }
    default:
      return region satisfies never;
  }
}

function preimageDocument({ byteLength, words }: Preimage): PreimageDocument {
  return {
    byteLength,
    words: words.map((word) => {
      switch (word.kind) {
        case 'constant':
          return slotHex(word.value);
        case 'hash':
          return { hashOf: preimageDocument(word.preimage), offset: quantity(word.offset) };
        case 'unknown':
          return null;
        default:
          return word satisfies never;
      }
    }),
  };
}

function originDocument({ preimage, offset }: SlotOrigin) {
  return { preimage: preimageDocument(preimage), offset: quantity(offset) };
}

function graphDocument(graph: ConflictGraph, input: BlockInput, names: Names): ReportDocument['graph'] {
  return {
    edges: graph.edges
      .map(({ from, to, keys }) => ({ from, to, keys: [...keys] }))
      .sort((a, b) => a.from - b.from || a.to - b.to),
    components: graph.components.map(({ id, transactions, gas }) => ({
      id,
      transactions: ascending(transactions),
      gas: quantity(gas),
    })),
    criticalPath: {
      transactions: [...graph.criticalPath.transactions],
      gas: quantity(graph.criticalPath.gas),
      steps: chainDocument(graph, input, names),
    },
    hotKeys: graph.hotKeys.map(({ key, transactions, gas, conflicts }) => ({
      key,
      transactions,
      gas: quantity(gas),
      conflicts,
      description: keyDocument(names, key),
    })),
  };
}

function planDocument(plan: Plan): ReportDocument['plan'] {
  return {
    workers: plan.workers,
    granularity: plan.granularity,
    makespan: quantity(plan.makespan),
    speedup: { ...plan.speedup },
    lanes: plan.lanes.map((lane) =>
      lane.map(({ transaction, start, end, resolved }) => ({
        transaction,
        start: quantity(start),
        end: quantity(end),
        ...(resolved !== null && { resolved: quantity(resolved) }),
      })),
    ),
  };
}

function ascending(indices: readonly number[]): number[] {
  return [...indices].sort((a, b) => a - b);
}
