/** The conflict graph as pictures of it need it: texts, statuses, causes; the same for every format. */
import type { Status } from '../../analysis/result.ts';
import type { Address, Hex } from '../../input/block.ts';
import { createNames, type Names } from '../../names/names.ts';
import type { Findings } from '../../report/document.ts';
import { counted, grouped } from '../../report/text/layout.ts';

/** A transaction. */
export interface GraphNode {
  readonly index: number;
  readonly hash: Hex;
  readonly from: Address;
  /** `null`: it creates a contract. */
  readonly to: Address | null;
  readonly status: Status;
  /** Estimated. */
  readonly gas: bigint;
  readonly component: number;
  /** The worker that the plan gives it to. */
  readonly lane: number;
  readonly isCritical: boolean;
  /** A few words, e.g. `transfer`. */
  readonly label: string;
  /** All that is known of it, line by line. */
  readonly title: string;
}

/** That one transaction waits for another. */
export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  /** As people call them; empty where it waits for a deferred one to be resolved. */
  readonly keys: readonly string[];
  /** Place of its first key among the view's causes; `null`: none of them. */
  readonly cause: number | null;
  readonly isCritical: boolean;
}

/** A key on which many edges are. */
export interface Cause {
  readonly key: string;
  readonly edges: number;
}

/** Transactions that wait for each other; at least two. */
export interface GraphCluster {
  readonly component: number;
  readonly transactions: readonly number[];
  readonly title: string;
}

export interface GraphView {
  /** One line, e.g. `Block 19,000,000: 3 transactions, 2 edges, 1 component of several`. */
  readonly title: string;
  /** In block order. */
  readonly nodes: readonly GraphNode[];
  /** By target, then by source. */
  readonly edges: readonly GraphEdge[];
  /** Most gas first. */
  readonly clusters: readonly GraphCluster[];
  /** Transactions that wait for none, and none for them. Ascending. */
  readonly singles: readonly number[];
  /** The most frequent first keys of edges, at most `MAXIMUM_CAUSES`; most edges first. */
  readonly causes: readonly Cause[];
}

/** As many as can be told apart by colour. */
const MAXIMUM_CAUSES = 6;

/** O(transactions + edges). */
export function viewGraph(findings: Findings): GraphView {
  const { graph } = findings;
  const names = findings.names ?? createNames(findings.analysis);
  const causes = findCauses(findings, names);
  const placeOf = new Map(causes.map(({ key }, place) => [key, place]));
  const path = graph.criticalPath.transactions;
  const nextOf = new Map(path.map((transaction, at) => [transaction, path[at + 1]]));
  const clusters: GraphCluster[] = [];
  const singles: number[] = [];
  for (const { id, transactions, gas } of graph.components) {
    const [only] = transactions;
    if (transactions.length === 1 && only !== undefined) singles.push(only);
    else {
      const title = `component ${id}: ${counted(transactions.length, 'transaction')}, ${grouped(gas)} gas`;
      clusters.push({ component: id, transactions, title });
    }
  }
  const gasOf = new Map(graph.components.map(({ id, gas }) => [id, gas]));
  const gas = ({ component }: GraphCluster): bigint => gasOf.get(component) ?? 0n;
  clusters.sort((a, b) => compare(gas(b), gas(a)) || a.component - b.component);
  return {
    title: titleOf(findings, clusters.length),
    nodes: findNodes(findings, names),
    edges: graph.edges
      .map(({ from, to, keys }) => ({
        from,
        to,
        keys: keys.map((key) => names.meeting(key)),
        cause: keys[0] === undefined ? null : (placeOf.get(names.meeting(keys[0])) ?? null),
        isCritical: nextOf.get(from) === to,
      }))
      .sort((a, b) => a.to - b.to || a.from - b.from),
    clusters,
    singles: singles.sort((a, b) => a - b),
    causes,
  };
}

function titleOf({ analysis, graph }: Findings, clusters: number): string {
  const { block, transactions } = analysis.input;
  const what = block === null ? 'Transactions' : `Block ${grouped(block.number)}`;
  const parts = [
    counted(transactions.length, 'transaction'),
    counted(graph.edges.length, 'edge'),
    `${counted(clusters, 'component')} of several transactions`,
    `critical path ${grouped(graph.criticalPath.gas)} gas`,
  ];
  return `${what}: ${parts.join(', ')}`;
}

function findCauses({ graph }: Findings, names: Names): Cause[] {
  const edgesOf = new Map<string, number>();
  for (const { keys } of graph.edges) {
    if (keys[0] === undefined) continue;
    const key = names.meeting(keys[0]);
    edgesOf.set(key, (edgesOf.get(key) ?? 0) + 1);
  }
  return [...edgesOf]
    .map(([key, edges]) => ({ key, edges }))
    .sort((a, b) => b.edges - a.edges || (a.key < b.key ? -1 : 1))
    .slice(0, MAXIMUM_CAUSES);
}

function findNodes({ analysis, graph, plan, execution }: Findings, names: Names): GraphNode[] {
  const laneOf = new Map(plan.lanes.flat().map(({ transaction, worker }) => [transaction, worker]));
  const isCritical = new Set(graph.criticalPath.transactions);
  const ran = new Map(execution?.receipts.map((receipt) => [receipt.transaction, receipt]));
  return analysis.transactions.flatMap(({ index, status, gasEstimate, reasons }) => {
    const transaction = analysis.input.transactions[index];
    if (transaction === undefined) return [];
    const { hash, from, to } = transaction;
    const component = graph.componentOf[index] ?? 0;
    const lane = laneOf.get(index) ?? 0;
    const label = names.call(transaction).text;
    const receipt = ran.get(index);
    const title = [
      `#${index} ${label}${to === null ? '' : ` → ${names.account(to)}`}`,
      `hash ${hash}`,
      `from ${from}`,
      `to ${to ?? 'a new contract'}`,
      `${status}${reasons[0] === undefined ? '' : `: ${names.meeting(reasons[0].message)}`}`,
      `${grouped(gasEstimate)} gas estimated`,
      ...(receipt === undefined
        ? []
        : [`${grouped(receipt.gasUsed)} gas used${receipt.status === 0 ? ', failed' : ''}`]),
      `component ${component}, worker ${lane}${isCritical.has(index) ? ', on the critical path' : ''}`,
    ].join('\n');
    return [
      {
        index,
        hash,
        from,
        to,
        status,
        gas: gasEstimate,
        component,
        lane,
        isCritical: isCritical.has(index),
        label,
        title,
      },
    ];
  });
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
