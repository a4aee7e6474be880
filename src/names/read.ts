/**
 * Files with names, told apart by their shape: ABIs, artifacts of Hardhat, Foundry, Truffle and hardhat-deploy,
 * what solc prints (also as Hardhat keeps it), storage layouts, lists of signatures, labels of accounts.
 */
import type { Address, Hex } from '../input/block.ts';
import { hexToBytes } from '../input/hex.ts';
import { member, parseValue, readAddress, unexpected, type Where } from '../input/schema.ts';
import type { Artifact, CodePattern } from './artifact.ts';
import { cleanName } from './clean-text.ts';
import { type StorageLayout, storageLayoutSchema } from './layout.ts';
import { SignatureReader } from './signatures.ts';

/** A file with names: parsed JSON, or the text of a list of signatures. */
export interface NamesDocument {
  readonly value: unknown;
  /** What errors call it. */
  readonly source: string;
  /** The account that an ABI, an artifact or a layout is about. Default: what it says itself, else all. */
  readonly account?: Address;
}

/** What files say. */
export interface NameFiles {
  readonly labels: ReadonlyMap<Address, string>;
  /** Signatures by selector, of any contract. */
  readonly functions: ReadonlyMap<Hex, string>;
  readonly artifacts: readonly Artifact[];
}

type JsonObject = Readonly<Record<string, unknown>>;

const EXPECTED = 'an ABI, an artifact, a storage layout, a list of signatures, or labels (names by address)';

/** What files wrap names in: an answer around labels, with an artifact each. More is hostile. */
const MOST_LEVELS = 8;

/** @throws InputError for what is none of them, and for selectors that are not those of their signatures */
export async function readNames(documents: readonly NamesDocument[]): Promise<NameFiles> {
  if (documents.length === 0) return { labels: new Map(), functions: new Map(), artifacts: [] };
  const reader = new NamesReader(await SignatureReader.create());
  for (const { value, source, account } of documents) {
    const where = { source, path: '' };
    if (typeof value === 'string') reader.signatures.addList(value, where);
    else reader.add(value, where, account === undefined ? [] : [account], MOST_LEVELS);
  }
  return reader;
}

class NamesReader implements NameFiles {
  readonly labels = new Map<Address, string>();
  readonly artifacts: Artifact[] = [];
  readonly signatures: SignatureReader;

  constructor(signatures: SignatureReader) {
    this.signatures = signatures;
  }

  get functions(): ReadonlyMap<Hex, string> {
    return this.signatures.bySelector;
  }

  /** @param levels - How deep the names may lie in what is around them. */
  add(value: unknown, where: Where, accounts: readonly Address[], levels: number): void {
    const inside = (name: 'output' | 'result', inner: JsonObject): void =>
      this.add(inner, member(where, name), accounts, levels - 1);
    if (Array.isArray(value)) this.#addArtifact({ abi: value }, where, accounts, null);
    else if (!isObject(value) || levels === 0) throw unexpected(where, EXPECTED, value);
    else if (isObject(value.output)) inside('output', value.output);
    else if (isObject(value.result)) inside('result', value.result);
    else if (Array.isArray(value.results)) this.#addDump(value.results, member(where, 'results'));
    else if (Array.isArray(value.abi) || isObject(value.storageLayout)) {
      this.#addArtifact(value, where, accounts, null);
    } else if (Array.isArray(value.storage) && value.types !== undefined) {
      this.#addArtifact({ storageLayout: value }, where, accounts, null);
    } else if (isObject(value.contracts)) this.#addCompiled(value.contracts, member(where, 'contracts'));
    else if (isObject(value.function)) this.#addSelectors(value.function, member(where, 'function'));
    else if (isObject(value.methodIdentifiers)) {
      this.#addSelectors(value.methodIdentifiers, member(where, 'methodIdentifiers'));
    } else this.#addEntries(value, where, levels);
  }

  /** Labels or selectors, by what the names of the entries are. */
  #addEntries(value: JsonObject, where: Where, levels: number): void {
    const keys = Object.keys(value);
    if (keys.length === 0) throw unexpected(where, EXPECTED, value);
    if (keys.every((key) => readAddress(key) !== undefined)) this.#addLabels(value, where, levels);
    else if (keys.every((key) => isSelector(key) || isSelector(value[key]))) this.#addSelectors(value, where);
    else throw unexpected(where, EXPECTED, value);
  }

  /** As 4byte.directory answers: `{ hex_signature, text_signature }`. */
  #addDump(entries: readonly unknown[], where: Where): void {
    for (const [index, entry] of entries.entries()) {
      const at = member(where, index);
      if (!isObject(entry)) throw unexpected(at, 'an entry with a text_signature', entry);
      const { hex_signature: selector, text_signature: signature } = entry;
      this.signatures.add(signature, isSelector(selector) ? prefixed(selector) : null, at);
    }
  }

  /** Selector to signature, to several, or to `{ name }`; or the other way round, as solc prints them. */
  #addSelectors(entries: JsonObject, where: Where): void {
    for (const [key, value] of Object.entries(entries)) {
      const at = member(where, key);
      if (!isSelector(key)) {
        if (!isSelector(value)) throw unexpected(at, 'a selector (4 bytes of hex)', value);
        this.signatures.add(key, prefixed(value), at);
        continue;
      }
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== null) this.signatures.add(isObject(one) ? one.name : one, prefixed(key), at);
      }
    }
  }

  /** Address to name, or to an artifact. */
  #addLabels(entries: JsonObject, where: Where, levels: number): void {
    for (const [key, value] of Object.entries(entries)) {
      const address = readAddress(key);
      if (address === undefined) continue;
      const at = member(where, key);
      if (typeof value === 'string') {
        this.#label(address, value);
      } else if (isObject(value)) {
        if (typeof value.name === 'string') this.#label(address, value.name);
        if (value.abi !== undefined || value.storageLayout !== undefined || value.name === undefined) {
          this.add(value, at, [address], levels - 1);
        }
      } else throw unexpected(at, 'a name, or an artifact', value);
    }
  }

  #label(address: Address, text: string): void {
    const name = cleanName(text);
    if (name !== null && !this.labels.has(address)) this.labels.set(address, name);
  }

  /** solc's standard output: file to contract to what was compiled; its combined output: contract to that. */
  #addCompiled(files: JsonObject, where: Where): void {
    for (const [file, contracts] of Object.entries(files)) {
      if (!isObject(contracts)) throw unexpected(member(where, file), 'contracts by name', contracts);
      for (const [name, contract] of Object.entries(contracts)) {
        if (!isObject(contract)) throw unexpected(member(where, file, name), 'a contract', contract);
        this.#addArtifact(contract, member(where, file, name), [], name);
      }
    }
  }

  #addArtifact(
    value: JsonObject,
    where: Where,
    accounts: readonly Address[],
    knownName: string | null,
  ): void {
    const signatures = this.signatures.fresh();
    if (Array.isArray(value.abi)) signatures.addAbi(value.abi, member(where, 'abi'));
    this.signatures.addAll(signatures);
    const code = codeIn(value);
    const isContract = code !== null || accounts.length > 0;
    this.artifacts.push({
      name: cleanName(knownName ?? nameIn(value) ?? (isContract ? nameOfFile(where) : '')),
      functions: signatures.bySelector,
      layout: layoutIn(value, where),
      code,
      addresses: [...accounts, ...addressesIn(value)],
    });
  }
}

function layoutIn({ storageLayout }: JsonObject, where: Where): StorageLayout | null {
  if (storageLayout === undefined || storageLayout === null) return null;
  return parseValue(storageLayoutSchema, storageLayout, member(where, 'storageLayout'));
}

/** Hardhat and Truffle: `contractName`; Foundry: the target of the compilation. */
function nameIn({ contractName, metadata }: JsonObject): string | null {
  if (typeof contractName === 'string') return contractName;
  const settings = isObject(metadata) ? metadata.settings : null;
  const target = isObject(settings) ? settings.compilationTarget : null;
  const [name] = isObject(target) ? Object.values(target) : [];
  return typeof name === 'string' ? name : null;
}

/** Artifacts that do not say are called like their file. */
function nameOfFile({ source, path }: Where): string {
  if (path !== '') return '';
  return /([^/\\]+?)\.json(?:\.gz)?$/i.exec(source)?.[1] ?? '';
}

/** hardhat-deploy: `address`; Truffle: one for each network. */
function addressesIn({ address, networks }: JsonObject): Address[] {
  const given = isObject(networks)
    ? Object.values(networks).map((network) => (isObject(network) ? network.address : null))
    : [];
  return [address, ...given].map(readAddress).filter((one) => one !== undefined);
}

/** Runtime code with libraries not linked yet is no pattern, and neither is that of an interface. */
function codeIn({ deployedBytecode, evm }: JsonObject): CodePattern | null {
  const given = deployedBytecode ?? (isObject(evm) ? evm.deployedBytecode : undefined);
  const text = isObject(given) ? given.object : given;
  if (typeof text !== 'string') return null;
  const bytes = hexToBytes(text.startsWith('0x') ? text : `0x${text}`);
  if (bytes === null || bytes.length === 0) return null;
  const references = isObject(given) ? given.immutableReferences : undefined;
  const holes = Object.values(isObject(references) ? references : {})
    .flat()
    .filter(isHole);
  return { bytes, holes: holes.sort((a, b) => a.start - b.start) };
}

function isHole(value: unknown): value is { readonly start: number; readonly length: number } {
  return isObject(value) && Number.isSafeInteger(value.start) && Number.isSafeInteger(value.length);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSelector(value: unknown): value is string {
  return typeof value === 'string' && /^(0x)?[0-9a-fA-F]{8}$/.test(value);
}

function prefixed(selector: string): string {
  return `0x${selector.replace(/^0x/, '').toLowerCase()}`;
}
