/** Byte code and interfaces of contracts: as npm packages publish them, or compiled from `examples/contracts`. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Interface } from 'ethers';
import type { Hex } from './account.ts';

/** What it takes to deploy a contract and to call it. */
export interface Artifact {
  readonly abi: Interface;
  /** Creation code without the constructor's arguments. */
  readonly creationCode: Hex;
}

const require = createRequire(import.meta.url);

/**
 * Reads the build file of a published package.
 *
 * @param path - Package and path, e.g. `canonical-weth/build/contracts/WETH9.json`.
 */
export function readArtifact(path: string): Artifact {
  const build = require(path);
  const code: string = build.bytecode.object ?? build.bytecode;
  return { abi: new Interface(build.abi), creationCode: code.startsWith('0x') ? (code as Hex) : `0x${code}` };
}

/** Contracts by their names. */
export type Artifacts = Readonly<Record<string, Artifact>>;

/** What was compiled before, by the list of files: the compiler takes longer than all the rest. */
const compiled = new Map<string, Artifacts>();

/**
 * Compiles sources of `examples/contracts` with the npm package `solc`, in two seconds for the first time.
 * Without the metadata hash, so that the byte code does not change with a comment.
 *
 * @param files - File names, e.g. `ExampleToken.sol`.
 * @returns Every contract of these files.
 */
export async function compileContracts(files: readonly string[]): Promise<Artifacts> {
  const key = files.join();
  const artifacts = compiled.get(key) ?? (await compile(files));
  compiled.set(key, artifacts);
  return artifacts;
}

async function compile(files: readonly string[]): Promise<Artifacts> {
  const { default: solc } = await import('solc');
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(files.map((file) => [file, { content: readSource(file) }])),
    settings: {
      evmVersion: 'prague',
      optimizer: { enabled: true, runs: 200 },
      metadata: { appendCBOR: false, bytecodeHash: 'none' },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  };
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), { import: (path: string) => ({ contents: readSource(path) }) }),
  );
  const errors = (output.errors ?? []).filter((error: { severity: string }) => error.severity === 'error');
  if (errors.length > 0) throw new Error(errors[0].formattedMessage);
  const artifacts: Record<string, Artifact> = {};
  for (const file of files) {
    for (const [name, contract] of Object.entries<CompiledContract>(output.contracts[file])) {
      artifacts[name] = {
        abi: new Interface(contract.abi),
        creationCode: `0x${contract.evm.bytecode.object}`,
      };
    }
  }
  return artifacts;
}

interface CompiledContract {
  readonly abi: ConstructorParameters<typeof Interface>[0];
  readonly evm: { readonly bytecode: { readonly object: string } };
}

/** A path that starts with a package name is resolved as an import is; any other one in `examples/contracts`. */
function readSource(path: string): string {
  const file = path.startsWith('@')
    ? require.resolve(path)
    : fileURLToPath(new URL(`../contracts/${path}`, import.meta.url));
  return readFileSync(file, 'utf8');
}
