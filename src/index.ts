/** The public names of the package, in the order of the stages. */

export {
  type Advice,
  type AdviceOptions,
  adviseBlock,
  type Caller,
  type Companion,
} from './advice/advice.ts';
export { PATTERNS, type Pattern, type PatternId } from './advice/patterns.ts';
export { adviceSentence, companionSentence } from './advice/sentence.ts';
export type {
  AccessMode,
  AccessSet,
  AccountRegion,
  ArrayRegion,
  EverythingRegion,
  MappingRegion,
  Preimage,
  PreimageWord,
  Region,
  SlotOrigin,
} from './analysis/access.ts';
export { type AnalyzeOptions, analyzeBlock, analyzeTransaction } from './analysis/block.ts';
export { type Place, REASONS, type Reason, type ReasonCode } from './analysis/reason.ts';
export { recordedAnalysis } from './analysis/recorded.ts';
export type {
  AnalysisOptions,
  BlockAnalysis,
  ForeseenReceipt,
  Status,
  TransactionAnalysis,
} from './analysis/result.ts';
export {
  AbortedError,
  ClosedError,
  InputError,
  type InputProblem,
  InternalError,
  InvalidBlockError,
} from './errors.ts';
export type { BlockExecutorOptions, BlockOptions } from './executor/block-executor.ts';
export type { Unmet, UnmetCode } from './executor/demands.ts';
export type { EngineKind } from './executor/engine-kind.ts';
export type {
  BlockEvent,
  BlockReference,
  ExecutorEvents,
  FaultEvent,
  ResolvedEvent,
  TransactionEvent,
} from './executor/events.ts';
export {
  type CloseOptions,
  createExecutor,
  type ExecuteOptions,
  type Executor,
  type ExecutorOptions,
} from './executor/executor.ts';
export type { Fault, FaultKind } from './executor/fault.ts';
export { analyzeFetching } from './executor/fetch-rounds.ts';
export type { Escape } from './executor/guard.ts';
export type { Metrics } from './executor/metrics.ts';
export { MissingStateError } from './executor/missing-state.ts';
export type { BlockResult, Execution, Log, Outcome, Receipt } from './executor/outcome.ts';
export type { PoolOptions } from './executor/pool-options.ts';
export type { ExecutionTrace, TracedRun, TracedSpan } from './executor/trace.ts';
export { buildConflictGraph } from './graph/build.ts';
export type { Component, ConflictGraph, Edge, HotKey } from './graph/conflict-graph.ts';
export { type Granularity, type Plan, type PlannedTask, planSchedule } from './graph/plan.ts';
export type {
  AccessListEntry,
  Address,
  Authorization,
  BlockHeader,
  BlockInput,
  Bundle,
  BundleKind,
  BundleMember,
  Hex,
  InclusionBounds,
  KnownAccount,
  Signature,
  Transaction,
  TransactionConditions,
  Withdrawal,
} from './input/block.ts';
export {
  type AccountChangesJson,
  blockAccessListToJson,
} from './input/block-access-list/json.ts';
export type {
  AccountChanges,
  BlockAccessList,
  CodeChange,
  SlotChanges,
  ValueChange,
} from './input/block-access-list/list.ts';
export { readBlockAccessList } from './input/block-access-list/read.ts';
export { blockAccessListHash, encodeBlockAccessList } from './input/block-access-list/rlp.ts';
export { type BlockHashes, readBlockHashes } from './input/block-hashes.ts';
export { readDocument } from './input/document.ts';
export { type ReadOptions, readInput } from './input/read.ts';
export type { AccessList } from './lint/access-list.ts';
export { bestLists, type CreatedAccessList } from './lint/best-lists.ts';
export { buildLintDocument } from './lint/document.ts';
export type { Finding } from './lint/finding.ts';
export { type FixedTransaction, fixedTransactions } from './lint/fix.ts';
export type { EntryGain, SlotGain } from './lint/gains.ts';
export { type LintOptions, type LintResult, lintBlock } from './lint/lint.ts';
export type { Budget } from './lint/probe.ts';
export { RULES, type Rule, type RuleId, type Severity } from './lint/rules.ts';
export { buildSarif, type SarifLog, type SarifSource } from './lint/sarif.ts';
export type { LintDocument } from './lint/schema.ts';
export { formatLint } from './lint/text.ts';
export type { LintedTransaction, MeasuredGas } from './lint/transaction.ts';
export { judgeLint, type LintVerdictOptions } from './lint/verdict.ts';
export { type Displaced, displacedBy } from './mempool/displaced.ts';
export type { SequenceKind } from './mempool/inner-sequences.ts';
export { joinResults } from './mempool/join-results.ts';
export {
  type Added,
  type ConflictGroup,
  type Conflicts,
  createMempoolIndex,
  type GroupEvent,
  type HeadOutcome,
  type MempoolHead,
  type MempoolIndex,
  type MempoolOptions,
} from './mempool/mempool-index.ts';
export type { Obstacle } from './mempool/obstacle.ts';
export { bundleOrder, type Order, ordersOf, transactionOrder } from './mempool/order.ts';
export { type CostOptions, type OrderCost, type OrderCosts, orderCosts } from './mempool/order-costs.ts';
export { orderTransactions } from './mempool/order-transactions.ts';
export type {
  InvalidCode,
  LeftOut,
  LeftOutReason,
  Objective,
  Ordering,
  OrderingOptions,
  PlacedOrder,
  Risk,
  SequenceSchedule,
} from './mempool/ordering.ts';
export type { Prefetch } from './mempool/prefetch.ts';
export {
  type InnerSequence,
  type Simulation,
  type SimulationGroup,
  type SimulationOptions,
  simulationGroups,
} from './mempool/simulation-groups.ts';
export {
  type BlockTimes,
  type OrderChange,
  type WhatIf,
  type WhatIfOptions,
  whatIf,
} from './mempool/what-if.ts';
export { askForNames } from './names/asked.ts';
export { type FileBooks, fileBooks } from './names/file-book.ts';
export {
  type CallDescription,
  createNames,
  type KeyDescription,
  type NameBook,
  type NamedPlace,
  type Names,
} from './names/names.ts';
export type { PlaceRoot, PlaceStep, StoragePlace } from './names/place.ts';
export { type NameFiles, type NamesDocument, readNames } from './names/read.ts';
export { type BlockJson, blockJson } from './ordering/block-json.ts';
export type { BlockToBuild, HeaderChoice } from './ordering/block-to-build.ts';
export { type BundleParameters, type BundleRequest, bundleRequest } from './ordering/bundle-json.ts';
export { buildOrderDocument } from './ordering/document.ts';
export { LEFT_OUT, type LeftOutCode, type LeftOutOrder, leftOutOrders } from './ordering/left-out.ts';
export type { SequenceMeasure } from './ordering/measure.ts';
export {
  type NotInPool,
  type OrderBlockOptions,
  type OrderedBlock,
  orderBlock,
} from './ordering/order-block.ts';
export { planOfOrdering } from './ordering/plan.ts';
export type { OrderDocument } from './ordering/schema.ts';
export { formatOrder } from './ordering/text.ts';
export { judgeOrder, type OrderVerdictOptions } from './ordering/verdict.ts';
export { type Candidates, readChange } from './ordering/what-if-request.ts';
export { encodeTxDag, type TxDag, type TxDep, txDag } from './output/dependency/bnb.ts';
export { txDependency } from './output/dependency/bor.ts';
export { OUTPUT_KINDS, type OutputKind, type Rendered, type Renderer } from './output/kinds.ts';
export { LINT_KINDS, type LintKind, renderLint } from './output/lint-kinds.ts';
export { type AccessListAnswer, accessListAnswers } from './output/list/access-lists.ts';
export { ORDER_KINDS, type OrderKind, renderOrder } from './output/order-kinds.ts';
export { renderOutput } from './output/render.ts';
export { buildDocument, type Findings } from './report/document.ts';
export type { RpcTransaction, TransactionRequest } from './report/rpc-transaction.ts';
export type { ReportDocument } from './report/schema.ts';
export { type Colors, formatReport } from './report/text.ts';
export { judgeRun, type Verdict, type VerdictOptions } from './report/verdict.ts';
export {
  type LintRunOptions,
  lint,
  type NamedDocument,
  type OrderRunOptions,
  order,
  type RunDocuments,
  type RunOptions,
  type RunProgress,
  run,
  type SettingOptions,
} from './run.ts';
export {
  type SnapshotPaths,
  type WriteOptions,
  writeSnapshot,
} from './snapshot/files.ts';
export type { AccountJson, PrestateJson } from './snapshot/prestate-json.ts';
export { type NodeSnapshot, type SnapshotRequest, takeSnapshot } from './snapshot/take.ts';
export type { AccountDiff, StateDiff } from './state/diff.ts';
export type { FetchingState, KnownState } from './state/fetching.ts';
export { accountKey, type KeyParts, parseKey, type StateKey, storageKey } from './state/key.ts';
export { mergeSnapshots, type SnapshotOptions, snapshotState } from './state/prestate.ts';
export { type RecordedChange, type Recording, readRecordings } from './state/recording.ts';
export { type RpcBlock, type RpcInputBlock, rpcBlock } from './state/rpc/block.ts';
export type { RpcEvent, RpcOptions } from './state/rpc/json-rpc.ts';
export { RpcError } from './state/rpc/rpc-error.ts';
export { type NodeState, type RpcState, rpcState, type StateOptions } from './state/rpc/state.ts';
export type { Snapshot } from './state/snapshot.ts';
export type { AccountState, StateSource } from './state/source.ts';
export { applyDiff, stateManagerState } from './state/state-manager.ts';
