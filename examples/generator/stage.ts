/** What generated blocks stand on: a chain, contracts on it by name, and people who have what they need. */
import { parseEther } from 'ethers';
import { type Account, createAccount, type Hex } from './account.ts';
import { type Artifact, compileContract } from './artifact.ts';
import { type Chain, type Contract, call, createChain, deploy, fund } from './chain.ts';
import type { Random } from './random.ts';

export interface Stage {
  readonly chain: Chain;
  readonly random: Random;
  /** Deploys everything, and holds all tokens at first. */
  readonly deployer: Account;
  /** What accounts are called, for those who read about the block. */
  readonly names: Map<Hex, string>;
  /** What named contracts were deployed from. */
  readonly artifacts: Map<Hex, Artifact>;
}

const supply = parseEther('1000000000000');

export async function createStage(random: Random): Promise<Stage> {
  const chain = await createChain();
  const deployer = createAccount('deployer');
  await fund(chain, deployer.address, parseEther('1000000'));
  return { chain, random, deployer, names: new Map(), artifacts: new Map() };
}

/** Deploys a contract and remembers what it is called. */
export async function deployNamed(
  { chain, deployer, names, artifacts }: Stage,
  name: string,
  artifact: Artifact,
  args: readonly unknown[] = [],
): Promise<Contract> {
  const contract = await deploy(chain, deployer, artifact, args);
  names.set(contract.address, name);
  artifacts.set(contract.address, artifact);
  return contract;
}

/**
 * Compiles a contract of `examples/contracts` and deploys it under its own name.
 *
 * @param file - Without its extension. Default: the contract's name.
 */
export async function deploySource(
  stage: Stage,
  contract: string,
  args: readonly unknown[] = [],
  file = contract,
): Promise<Contract> {
  return deployNamed(stage, contract, await compileContract(`${file}.sol`, contract), args);
}

/** A plain OpenZeppelin token. */
export async function deployToken(stage: Stage, name: string): Promise<Contract> {
  const artifact = await compileContract('ExampleToken.sol', 'ExampleToken');
  return deployNamed(stage, name, artifact, [name, name, supply]);
}

/** Somebody of this name, with ether for fees and more. */
export async function createPayer({ chain }: Stage, name: string): Promise<Account> {
  const payer = createAccount(name);
  await fund(chain, payer.address, parseEther('10'));
  return payer;
}

/** Gives somebody tokens before the block. */
export async function give(
  { chain, deployer }: Stage,
  token: Contract,
  to: { readonly address: Hex },
): Promise<void> {
  await call(chain, deployer, token, 'transfer', [to.address, parseEther('1000')]);
}

/** Much less than anybody was given. */
export function smallAmount({ random }: Stage): bigint {
  return random.amount(parseEther('0.001'), parseEther('0.2'));
}
