/** What stands before the block: contracts, liquidity, and people with money. */
import { id, MaxUint256, parseEther } from 'ethers';
import { type Account, createAccount, type Hex, lowerHex } from '../generator/account.ts';
import { type Artifact, compileContracts, readArtifact } from '../generator/artifact.ts';
import { type Chain, type Contract, call, createChain, deploy, fund } from '../generator/chain.ts';
import type { Random } from '../generator/random.ts';
import { deployUniswap, openPair, type Pair } from '../generator/uniswap.ts';

export interface Scene {
  readonly chain: Chain;
  readonly random: Random;
  /** Deploys everything and holds all tokens at first. */
  readonly deployer: Account;
  readonly weth: Contract;
  /** Plain OpenZeppelin tokens. */
  readonly alpha: Contract;
  readonly beta: Contract;
  readonly gamma: Contract;
  /** A token behind an ERC-1967 proxy. */
  readonly proxied: Contract;
  /** Another one, whose owner, the deployer, upgrades it in the block. */
  readonly upgraded: Contract;
  /** The implementation that it is upgraded to. */
  readonly nextImplementation: Contract;
  /** An EIP-1167 clone. */
  readonly cloned: Contract;
  readonly tokenFactory: Contract;
  /** What EIP-7702 accounts delegate to. */
  readonly batchAccount: Contract;
  readonly uniswapFactory: Contract;
  readonly router: Contract;
  /** The pair that most people trade on. */
  readonly hotPair: Pair;
  /** The hot pair's contract, which is a token too. */
  readonly hotPairToken: Contract;
  readonly calmPairs: readonly Pair[];
  /** For the contract that is created in the block. */
  readonly tokenArtifact: Artifact;
  /** Sends the airdrop, in gamma. */
  readonly airdropper: Account;
  /** An exchange's wallet that many people pay into. */
  readonly exchange: Account;
  /** Everybody met so far; some send more than one transaction. */
  readonly people: Account[];
}

const supply = parseEther('1000000000');
const liquidity = parseEther('10000');

export async function createScene(random: Random): Promise<Scene> {
  const chain = await createChain();
  const compiled = await compileContracts([
    'ExampleToken.sol',
    'ProxiedToken.sol',
    'TokenFactory.sol',
    'BatchAccount.sol',
  ]);
  const artifact = (name: string): Artifact => {
    const found = compiled[name];
    if (found === undefined) throw new Error(`no contract ${name}`);
    return found;
  };
  const deployer = createAccount('deployer');
  await fund(chain, deployer.address, parseEther('1000000'));
  const deployNamed = (name: string, args: readonly unknown[] = []) =>
    deploy(chain, deployer, artifact(name), args);

  const weth = await deploy(chain, deployer, readArtifact('canonical-weth/build/contracts/WETH9.json'));
  await call(chain, deployer, weth, 'deposit', [], parseEther('500000'));
  const alpha = await deployNamed('ExampleToken', ['Alpha', 'ALF', supply]);
  const beta = await deployNamed('ExampleToken', ['Beta', 'BET', supply]);
  const gamma = await deployNamed('ExampleToken', ['Gamma', 'GAM', supply]);

  const implementation = await deployNamed('ProxiedToken');
  const nextImplementation = await deployNamed('ProxiedToken');
  const initialize = implementation.abi.encodeFunctionData('initialize', [deployer.address, supply]);
  const deployProxy = async (): Promise<Contract> => ({
    address: (await deployNamed('TokenProxy', [implementation.address, initialize])).address,
    abi: implementation.abi,
  });
  const proxied = await deployProxy();
  const upgraded = await deployProxy();
  const tokenFactory = await deployNamed('TokenFactory', [implementation.address]);
  const cloned = { address: await clonedAddress(chain, deployer, tokenFactory, 0n), abi: implementation.abi };
  await call(chain, deployer, tokenFactory, 'createToken', [saltOf(0n), supply]);

  const { factory: uniswapFactory, router } = await deployUniswap(chain, deployer, weth);
  const hotPair: Pair = [alpha, weth];
  const calmPairs: readonly Pair[] = [
    [beta, weth],
    [gamma, weth],
    [alpha, beta],
  ];
  for (const token of [weth, alpha, beta, gamma]) {
    await call(chain, deployer, token, 'approve', [router.address, MaxUint256]);
  }
  for (const pair of [hotPair, ...calmPairs]) await openPair(chain, deployer, router, pair, liquidity);
  const [pairAddress] = await call(chain, deployer, uniswapFactory, 'getPair', [alpha.address, weth.address]);
  const pairAbi = readArtifact('@uniswap/v2-core/build/UniswapV2Pair.json').abi;

  const airdropper = createAccount('airdropper');
  await fund(chain, airdropper.address, parseEther('100'));
  await call(chain, deployer, gamma, 'transfer', [airdropper.address, parseEther('1000000')]);

  return {
    chain,
    random,
    deployer,
    weth,
    alpha,
    beta,
    gamma,
    proxied,
    upgraded,
    nextImplementation,
    cloned,
    tokenFactory,
    batchAccount: await deployNamed('BatchAccount'),
    uniswapFactory,
    router,
    hotPair,
    hotPairToken: { address: lowerHex(String(pairAddress)), abi: pairAbi },
    calmPairs,
    tokenArtifact: artifact('ExampleToken'),
    airdropper,
    exchange: createAccount('exchange'),
    people: [],
  };
}

/** Somebody new, with ether for fees and more. */
export async function meetSomebody(scene: Scene): Promise<Account> {
  const person = createAccount(`person ${scene.people.length}`);
  scene.people.push(person);
  await fund(scene.chain, person.address, scene.random.amount(parseEther('2'), parseEther('20')));
  return person;
}

/** Mostly somebody new; one time in eight somebody who was there before. */
export async function findSomebody(scene: Scene): Promise<Account> {
  const again = scene.people.length > 0 && scene.random.chance(1 / 8);
  return again ? scene.random.pick(scene.people) : meetSomebody(scene);
}

/** An address that has never been used. */
export function freshAddress(scene: Scene): Hex {
  return `0x${id(`newcomer ${scene.random.below(2 ** 32)}`).slice(-40)}`;
}

/** Gives tokens to a person before the block. */
export async function give(scene: Scene, token: Contract, to: Account, amount: bigint): Promise<void> {
  await call(scene.chain, scene.deployer, token, 'transfer', [to.address, amount]);
}

/** Lets the router take the person's tokens: without limit, as most wallets do, or up to a large amount. */
export async function approveRouter(scene: Scene, token: Contract, owner: Account): Promise<void> {
  const amount = scene.random.chance(0.7) ? MaxUint256 : parseEther('1000000');
  await call(scene.chain, owner, token, 'approve', [scene.router.address, amount]);
}

/** Where the factory puts the clone with this number. */
export async function clonedAddress(
  chain: Chain,
  from: Account,
  factory: Contract,
  number: bigint,
): Promise<Hex> {
  const [address] = await call(chain, from, factory, 'tokenAddress', [saltOf(number)]);
  return lowerHex(String(address));
}

export function saltOf(number: bigint): Hex {
  return `0x${number.toString(16).padStart(64, '0')}`;
}
