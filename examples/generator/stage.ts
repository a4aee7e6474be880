/** What generated blocks stand on: a chain, contracts on it by name, and people who have what they need. */
import { parseEther } from 'ethers';
import { type Account, createAccount, type Hex } from './account.ts';
import { type Artifact, compileContract } from './artifact.ts';
import { type Chain, type Contract, call, createChain, deploy, fund } from './chain.ts';
import type { Random } from './random.ts';

/** How a contract is called, and, where that is known, where its variables lie. */
export type Description = Pick<Artifact, 'abi' | 'storageLayout'>;

export interface Stage {
  readonly chain: Chain;
  readonly random: Random;
  /** Deploys everything, and holds all tokens at first. */
  readonly deployer: Account;
  /** What accounts are called, for those who read about the block. */
  readonly names: Map<Hex, string>;
  /** What is known of named contracts beside their names. */
  readonly described: Map<Hex, Description>;
}

const supply = parseEther('1000000000000');

export async function createStage(random: Random): Promise<Stage> {
  const chain = await createChain();
  const deployer = createAccount('deployer');
  await fund(chain, deployer.address, parseEther('1000000'));
  return { chain, random, deployer, names: new Map(), described: new Map() };
}

/** Remembers what a contract is called, and how it is. */
export function nameContract(
  { names, described }: Stage,
  name: string,
  address: Hex,
  description: Description,
): void {
  names.set(address, name);
  described.set(address, description);
}

/** Deploys a contract and remembers what it is called. */
export async function deployNamed(
  stage: Stage,
  name: string,
  artifact: Artifact,
  args: readonly unknown[] = [],
): Promise<Contract> {
  const contract = await deploy(stage.chain, stage.deployer, artifact, args);
  nameContract(stage, name, contract.address, artifact);
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
