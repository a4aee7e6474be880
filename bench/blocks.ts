/** What the benchmarks run: the corpus's real blocks, where it is there, and synthetic ones. */
import {
  generateSyntheticBlock,
  type SyntheticKind,
  syntheticKinds,
} from '../examples/synthetic-block/generate.ts';
import { mainnetBlocks, type Prestate, readCorpusBlock } from '../test/corpus.ts';

/** Fields that the benchmarks look at; old blocks lack the last two, and nothing asks them. */
type HeaderField =
  | 'number'
  | 'timestamp'
  | 'gasUsed'
  | 'gasLimit'
  | 'miner'
  | 'receiptsRoot'
  | 'mixHash'
  | 'baseFeePerGas'
  | 'parentBeaconBlockRoot';

/** Parsed JSON, as it is. */
export interface BlockFiles {
  readonly block: Readonly<Record<HeaderField, string>> & { readonly transactions: readonly unknown[] };
  readonly prestate: Prestate;
  /** Hashes of earlier blocks, by decimal number. */
  readonly blockHashes: Readonly<Record<string, string>>;
}

/** One that can be measured; its files are read, or made, only when it is its turn. */
export interface BenchmarkBlock {
  /** A block number, or the kind of a synthetic block. */
  readonly name: string;
  readonly origin: 'mainnet' | 'synthetic';
  readonly files: () => Promise<BlockFiles>;
}

/**
 * @param names - Block numbers and synthetic kinds; `mainnet` and `synthetic` for all of one; none for all.
 * @param size - Transactions of a synthetic block.
 */
export function selectBlocks(names: readonly string[], size: number): BenchmarkBlock[] {
  const all = [
    ...mainnetBlocks().map(mainnetBlock),
    ...syntheticKinds.map((kind) => syntheticBlock(kind, size)),
  ];
  const known = new Set(all.flatMap(({ name, origin }) => [name, origin]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new RangeError(`no block is called ${unknown.join(', ')}`);
  return all.filter(
    ({ name, origin }) => names.length === 0 || names.includes(name) || names.includes(origin),
  );
}

function mainnetBlock(number: number): BenchmarkBlock {
  const files = async () => {
    const { block, prestate, blockHashes } = readCorpusBlock(number);
    return { block: block as BlockFiles['block'], prestate, blockHashes };
  };
  return { name: String(number), origin: 'mainnet', files };
}

function syntheticBlock(kind: SyntheticKind, transactions: number): BenchmarkBlock {
  const files = async () => {
    const { block, prestate } = await generateSyntheticBlock({ kind, transactions });
    return { block: block as unknown as BlockFiles['block'], prestate, blockHashes: {} };
  };
  return { name: kind, origin: 'synthetic', files };
}
