/** What synthetic blocks stand on: a chain, tokens on it, and people who have what one transaction takes. */
import { parseEther } from 'ethers';
import { type Account, createAccount } from '../generator/account.ts';
import { compileContracts } from '../generator/artifact.ts';
import { type Chain, type Contract, call, createChain, deploy, fund } from '../generator/chain.ts';
import type { Random } from '../generator/random.ts';

export interface Stage {
  readonly chain: Chain;
  readonly random: Random;
  /** Deploys everything, and holds all tokens at first. */
  readonly deployer: Account;
}

const supply = parseEther('1000000000000');

export async function createStage(random: Random): Promise<Stage> {
  const chain = await createChain();
  const deployer = createAccount('deployer');
  await fund(chain, deployer.address, parseEther('1000000'));
  return { chain, random, deployer };
}

/** A plain OpenZeppelin token. */
export async function deployToken({ chain, deployer }: Stage, name: string): Promise<Contract> {
  const { ExampleToken } = await compileContracts(['ExampleToken.sol']);
  if (ExampleToken === undefined) throw new Error('no contract ExampleToken');
  return deploy(chain, deployer, ExampleToken, [name, name, supply]);
}

/** Somebody of this name, with ether for fees and more. */
export async function createPayer({ chain }: Stage, name: string): Promise<Account> {
  const payer = createAccount(name);
  await fund(chain, payer.address, parseEther('10'));
  return payer;
}

/** Gives somebody tokens before the block. */
export async function give({ chain, deployer }: Stage, token: Contract, to: Account): Promise<void> {
  await call(chain, deployer, token, 'transfer', [to.address, parseEther('1000')]);
}

/** Much less than anybody was given. */
export function smallAmount({ random }: Stage): bigint {
  return random.amount(parseEther('0.001'), parseEther('0.2'));
}
