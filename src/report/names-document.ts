/** What people call the hot keys and the transactions of the longest chain, as the document has it. */
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import type { BlockInput } from '../input/block.ts';
import { bytesToHex } from '../input/hex.ts';
import type { Names } from '../names/names.ts';
import type { StoragePlace } from '../names/place.ts';
import { type StateKey, slotHex } from '../state/key.ts';
import { chainLinks } from './chain-links.ts';
import { quantity } from './quantity.ts';
import type { ReportDocument } from './schema.ts';

type GraphDocument = ReportDocument['graph'];
type KeyDocument = NonNullable<GraphDocument['hotKeys'][number]['description']>;
type PlaceDocument = NonNullable<KeyDocument['place']>;

/** Of one key. */
export function keyDocument(names: Names, key: StateKey): KeyDocument {
  const { text, contract, field, variable, place } = names.key(key);
  return { text, contract, field, variable, place: place === null ? null : placeDocument(place) };
}

/** Of each transaction of the longest chain, in its order. */
export function chainDocument(
  graph: ConflictGraph,
  { transactions }: BlockInput,
  names: Names,
): GraphDocument['criticalPath']['steps'] {
  const links = chainLinks(graph);
  return graph.criticalPath.transactions.flatMap((index, position) => {
    const transaction = transactions[index];
    if (transaction === undefined) return [];
    const link = links[position] ?? null;
    const meets = link === null ? null : { on: link, text: names.meeting(link) };
    return [{ transaction: index, call: names.call(transaction), meets }];
  });
}

function placeDocument({ root, steps }: StoragePlace): PlaceDocument {
  return { root: rootDocument(root), path: steps.map(stepDocument) };
}

function rootDocument(root: StoragePlace['root']): PlaceDocument['root'] {
  switch (root.kind) {
    case 'slot':
      return { slot: slotHex(root.slot) };
    case 'name':
      return { name: root.name };
    case 'hash':
      return { hashOf: root.words.map((word) => (word === null ? null : slotHex(word))) };
    default:
      return root satisfies never;
  }
}

function stepDocument(step: StoragePlace['steps'][number]): PlaceDocument['path'][number] {
  switch (step.kind) {
    case 'key':
      return { key: step.key === null ? null : slotHex(step.key) };
    case 'bytes-key':
      return { bytesKey: bytesToHex(step.key) };
    case 'element':
      return { element: quantity(step.slots) };
    case 'member':
      return { member: quantity(BigInt.asUintN(256, step.slots)) };
    default:
      return step satisfies never;
  }
}
