/** Byte code and interfaces of contracts: as npm packages publish them, or compiled from `examples/contracts`. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Interface } from 'ethers';
import type { Hex } from './account.ts';

/** What it takes to deploy a contract and to call it. */
export interface Artifact {
  readonly abi: Interface;
  /** Creation code without the constructor's arguments. */
  readonly creationCode: Hex;
  /** Where its variables lie, as solc prints it; not published with packages. */
  readonly storageLayout?: unknown;
}

/** Where the addresses of libraries go, in bytes of the creation code: by source file, then by library. */
type LinkReferences = Readonly<
  Record<string, Readonly<Record<string, readonly { readonly start: number }[]>>>
>;

const require = createRequire(import.meta.url);
const contracts = new URL('../contracts/', import.meta.url);
const cache = new URL('../../node_modules/.cache/pevm-analyze/', import.meta.url);

const settings = {
  evmVersion: 'prague',
  optimizer: { enabled: true, runs: 200 },
  metadata: { appendCBOR: false, bytecodeHash: 'none' },
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'storageLayout'] } },
};

/**
 * Reads the build file of a published package.
 *
 * @param path - Package and path, e.g. `canonical-weth/build/contracts/WETH9.json`.
 * @param libraries - Addresses of the libraries that the contract is linked to, by their names.
 */
export function readArtifact(path: string, libraries: Readonly<Record<string, Hex>> = {}): Artifact {
  const build = require(path);
  const code: string = build.bytecode.object ?? build.bytecode;
  const linked = link(code.replace('0x', ''), build.linkReferences ?? {}, libraries);
  return { abi: new Interface(build.abi), creationCode: `0x${linked}` };
}

/** @param code - Hex without prefix. */
function link(code: string, references: LinkReferences, libraries: Readonly<Record<string, Hex>>): string {
  let linked = code;
  for (const [name, places] of Object.values(references).flatMap((file) => Object.entries(file))) {
    const address = libraries[name];
    if (address === undefined) throw new RangeError(`the library ${name} is missing`);
    for (const { start } of places) {
      linked = `${linked.slice(0, 2 * start)}${address.slice(2)}${linked.slice(2 * start + 40)}`;
    }
  }
  return linked;
}

/** Contracts by their names. */
export type Artifacts = Readonly<Record<string, Artifact>>;

/** What the compiler says of one contract. */
interface CompiledContract {
  readonly abi: ConstructorParameters<typeof Interface>[0];
  readonly evm: { readonly bytecode: { readonly object: string } };
  readonly storageLayout: unknown;
}

type CompiledContracts = Readonly<Record<string, CompiledContract>>;

/**
 * Compiles sources of `examples/contracts` with the npm package `solc`, in two seconds for the first time; what was
 * compiled is kept below `node_modules/.cache` until a source or a package changes.
 * Without the metadata hash, so that the byte code does not change with a comment.
 *
 * @param files - File names, e.g. `ExampleToken.sol`.
 * @returns Every contract of these files.
 */
export async function compileContracts(files: readonly string[]): Promise<Artifacts> {
  const artifacts: Record<string, Artifact> = {};
  for (const file of files) {
    for (const [name, { abi, evm, storageLayout }] of Object.entries(await compiledFile(file))) {
      artifacts[name] = { abi: new Interface(abi), creationCode: `0x${evm.bytecode.object}`, storageLayout };
    }
  }
  return artifacts;
}

/** One contract of one source. */
export async function compileContract(file: string, name: string): Promise<Artifact> {
  const artifact = (await compileContracts([file]))[name];
  if (artifact === undefined) throw new RangeError(`${file} has no contract ${name}`);
  return artifact;
}

const compiled = new Map<string, CompiledContracts>();

async function compiledFile(file: string): Promise<CompiledContracts> {
  const known = compiled.get(file) ?? readCached(file) ?? (await compile(file));
  compiled.set(file, known);
  return known;
}

function readCached(file: string): CompiledContracts | null {
  try {
    return JSON.parse(readFileSync(cachedAt(file), 'utf8'));
  } catch {
    return null;
  }
}

async function compile(file: string): Promise<CompiledContracts> {
  const { default: solc } = await import('solc');
  const language = file.endsWith('.yul') ? 'Yul' : 'Solidity';
  const input = { language, sources: { [file]: { content: readSource(file) } }, settings };
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), { import: (path: string) => ({ contents: readSource(path) }) }),
  );
  const errors = (output.errors ?? []).filter((error: { severity: string }) => error.severity === 'error');
  if (errors.length > 0) throw new Error(errors[0].formattedMessage);
  const place = cachedAt(file);
  const draft = new URL(`${place.href}.${process.pid}`);
  mkdirSync(cache, { recursive: true });
  writeFileSync(draft, JSON.stringify(output.contracts[file]));
  renameSync(draft, place);
  return output.contracts[file];
}

let sourcesHash: string | null = null;

/** Where the outcome for a file is kept; another place when anything that it may depend on has changed. */
function cachedAt(file: string): URL {
  if (sourcesHash === null) {
    const hash = createHash('sha256').update(JSON.stringify(settings));
    for (const name of ['solc', '@openzeppelin/contracts', 'solady']) {
      hash.update(`${name} ${require(`${name}/package.json`).version}`);
    }
    for (const name of readdirSync(contracts).sort()) hash.update(name).update(readSource(name));
    sourcesHash = hash.digest('hex').slice(0, 16);
  }
  return new URL(`${file}-${sourcesHash}.json`, cache);
}

/** A path of an installed package is resolved as an import is; any other one in `examples/contracts`. */
function readSource(path: string): string {
  const isPackage = path.startsWith('@') || path.startsWith('solady/');
  return readFileSync(isPackage ? require.resolve(path) : new URL(path, contracts), 'utf8');
}
