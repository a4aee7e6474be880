/** Aave V3 as npm has it: the pool behind its proxy, its logic in linked libraries, a reserve for each asset. */
import { MaxUint256, parseEther } from 'ethers';
import { type Account, type Hex, lowerHex } from '../../generator/account.ts';
import { type Artifact, readArtifact } from '../../generator/artifact.ts';
import { type Contract, call } from '../../generator/chain.ts';
import { deployNamed, nameContract, type Stage } from '../../generator/stage.ts';

export interface AaveMarket {
  readonly pool: Contract;
  readonly oracle: Contract;
}

/** Rates are in ray, 27 digits. */
const percent = 10n ** 25n;
const RATES = [80n, 0n, 4n, 75n, 4n, 75n, 1n, 8n, 20n].map((rate) => rate * percent);

/** Prices have 8 digits. */
const ONE = 100_000_000n;

/** Loan to value, threshold and bonus of liquidations, in hundredths of a per cent. */
const COLLATERAL = [7_500n, 8_000n, 10_500n];

const zeroAddress: Hex = `0x${'0'.repeat(40)}`;

function artifact(path: string, libraries: Readonly<Record<string, Hex>> = {}): Artifact {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return readArtifact(`@aave/core-v3/artifacts/contracts/${path}.sol/${name}.json`, libraries);
}

/** A market with these assets as its reserves, each worth 1. */
export async function openAaveMarket(stage: Stage, assets: readonly Contract[]): Promise<AaveMarket> {
  const { chain, deployer } = stage;
  const provider = await deployNamed(
    stage,
    'PoolAddressesProvider',
    artifact('protocol/configuration/PoolAddressesProvider'),
    ['Example', deployer.address],
  );
  const provide = (method: string, address: Hex) => call(chain, deployer, provider, method, [address]);
  await provide('setACLAdmin', deployer.address);
  const roles = artifact('protocol/configuration/ACLManager');
  const acl = await deployNamed(stage, 'ACLManager', roles, [provider.address]);
  await provide('setACLManager', acl.address);
  await call(chain, deployer, acl, 'addPoolAdmin', [deployer.address]);
  const prices: Hex[] = [];
  for (const _ of assets) prices.push(await deployPrice(stage, ONE));
  const oracle = await deployNamed(stage, 'AaveOracle', artifact('misc/AaveOracle'), [
    provider.address,
    assets.map(({ address }) => address),
    prices,
    zeroAddress,
    zeroAddress,
    ONE,
  ]);
  await provide('setPriceOracle', oracle.address);
  const { pool, configurator } = await deployPool(stage, provider);
  await initReserves(stage, { provider, pool, configurator }, assets);
  return { pool, oracle };
}

async function deployPrice(stage: Stage, price: bigint): Promise<Hex> {
  const source = artifact('mocks/oracle/CLAggregators/MockAggregator');
  return (await deployNamed(stage, 'price', source, [price])).address;
}

/** Gives an asset another price. @param price - 8 digits. */
export async function setPrice(
  stage: Stage,
  { oracle }: AaveMarket,
  asset: Contract,
  price: bigint,
): Promise<void> {
  const source = await deployPrice(stage, price);
  await call(stage.chain, stage.deployer, oracle, 'setAssetSources', [[asset.address], [source]]);
}

async function deployPool(stage: Stage, provider: Contract) {
  const { chain, deployer } = stage;
  const libraries: Record<string, Hex> = {};
  for (const name of [
    'SupplyLogic',
    'BorrowLogic',
    'LiquidationLogic',
    'EModeLogic',
    'BridgeLogic',
    'PoolLogic',
    'ConfiguratorLogic',
    'FlashLoanLogic',
  ]) {
    const library = artifact(`protocol/libraries/logic/${name}`, libraries);
    libraries[name] = (await deployNamed(stage, name, library)).address;
  }
  const poolArtifact = artifact('protocol/pool/Pool', libraries);
  const implementation = await deployNamed(stage, 'Pool implementation', poolArtifact, [provider.address]);
  await call(chain, deployer, provider, 'setPoolImpl', [implementation.address]);
  const configuratorArtifact = artifact('protocol/pool/PoolConfigurator', libraries);
  const setter = await deployNamed(stage, 'PoolConfigurator implementation', configuratorArtifact);
  await call(chain, deployer, provider, 'setPoolConfiguratorImpl', [setter.address]);
  const proxied = async (getter: string, { abi }: Artifact, name: string): Promise<Contract> => {
    const [address] = await call(chain, deployer, provider, getter, []);
    const proxy = { address: lowerHex(String(address)), abi };
    nameContract(stage, name, proxy.address, proxy);
    return proxy;
  };
  return {
    pool: await proxied('getPool', poolArtifact, 'Aave pool'),
    configurator: await proxied('getPoolConfigurator', configuratorArtifact, 'PoolConfigurator'),
  };
}

interface MarketParts {
  readonly provider: Contract;
  readonly pool: Contract;
  readonly configurator: Contract;
}

async function initReserves(
  stage: Stage,
  { provider, pool, configurator }: MarketParts,
  assets: readonly Contract[],
): Promise<void> {
  const { chain, deployer } = stage;
  const tokenOf = async (name: string) =>
    (await deployNamed(stage, name, artifact(`protocol/tokenization/${name}`), [pool.address])).address;
  const [aTokenImpl, stableDebtTokenImpl, variableDebtTokenImpl] = [
    await tokenOf('AToken'),
    await tokenOf('StableDebtToken'),
    await tokenOf('VariableDebtToken'),
  ];
  const strategy = await deployNamed(
    stage,
    'interest rates',
    artifact('protocol/pool/DefaultReserveInterestRateStrategy'),
    [provider.address, ...RATES],
  );
  const inputs = assets.map(({ address }) => ({
    aTokenImpl,
    stableDebtTokenImpl,
    variableDebtTokenImpl,
    underlyingAssetDecimals: 18,
    interestRateStrategyAddress: strategy.address,
    underlyingAsset: address,
    treasury: deployer.address,
    incentivesController: zeroAddress,
    aTokenName: 'a',
    aTokenSymbol: 'a',
    variableDebtTokenName: 'v',
    variableDebtTokenSymbol: 'v',
    stableDebtTokenName: 's',
    stableDebtTokenSymbol: 's',
    params: '0x',
  }));
  await call(chain, deployer, configurator, 'initReserves', [inputs]);
  for (const asset of assets) {
    const configure = (method: string, ...args: unknown[]) =>
      call(chain, deployer, configurator, method, [asset.address, ...args]);
    await configure('configureReserveAsCollateral', ...COLLATERAL);
    await configure('setReserveBorrowing', true);
    await configure('setReserveFactor', 1_000n);
    const [name] = await call(chain, deployer, asset, 'symbol', []);
    const [reserve] = await call(chain, deployer, pool, 'getReserveData', [asset.address]);
    const { aTokenAddress, variableDebtTokenAddress } = reserve as Record<string, string>;
    stage.names.set(lowerHex(String(aTokenAddress)), `a${name}`);
    stage.names.set(lowerHex(String(variableDebtTokenAddress)), `debt in ${name}`);
    await supply(stage, pool, asset, deployer, parseEther('100000'));
  }
}

/** Puts in an asset that the owner has. */
export async function supply(
  { chain }: Stage,
  pool: Contract,
  asset: Contract,
  owner: Account,
  amount: bigint,
): Promise<void> {
  await call(chain, owner, asset, 'approve', [pool.address, MaxUint256]);
  await call(chain, owner, pool, 'supply', [asset.address, amount, owner.address, 0n]);
}
