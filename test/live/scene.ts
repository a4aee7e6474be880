/** A chain on a node of its own: contracts deployed through ethers, and a block of all kinds of transactions. */
import {
  type BaseContract,
  Contract,
  ContractFactory,
  HDNodeWallet,
  id,
  JsonRpcProvider,
  MaxUint256,
  Mnemonic,
  parseEther,
  type TransactionRequest,
} from 'ethers';
import { type Artifact, compileContracts, readArtifact } from '../../examples/generator/artifact.ts';
import { assemble, OP, push } from '../generators/assembler.ts';

/** How many transactions the block has. */
export const TRANSACTIONS = 100;

/** The one that Hardhat's node makes its accounts from. */
const MNEMONIC = 'test test test test test test test test test test test junk';
const ACCOUNTS = 40;
/** Those behind them get code in the block (EIP-7702), which uses up a nonce that a node does not expect. */
const ORDINARY = 30;
const FEES = { maxFeePerGas: parseEther('0.000001'), maxPriorityFeePerGas: 1_000_000_000n };

export interface LiveScene {
  readonly provider: JsonRpcProvider;
  /** Mines one block of `TRANSACTIONS` transactions; its number. */
  mineMixedBlock(): Promise<number>;
  /** The same transactions, signed and waiting in the node's pool. */
  sendMixed(): Promise<void>;
  close(): void;
}

export async function prepareScene(url: string): Promise<LiveScene> {
  const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true, cacheTimeout: -1 });
  const crew = new Crew(provider);
  const contracts = await deployAll(crew);
  const sendMixed = async () => {
    for (const [who, request] of mixedTransactions(crew, contracts)) await crew.send(who, request);
  };
  return {
    provider,
    sendMixed,
    mineMixedBlock: async () => {
      await sendMixed();
      await crew.mine();
      return provider.getBlockNumber();
    },
    close: () => provider.destroy(),
  };
}

/** The node's accounts with their nonces, so that many of their transactions fit into one block. */
class Crew {
  readonly provider: JsonRpcProvider;
  readonly wallets: readonly HDNodeWallet[];
  readonly #nonces: number[];

  constructor(provider: JsonRpcProvider) {
    this.provider = provider;
    const mnemonic = Mnemonic.fromPhrase(MNEMONIC);
    this.wallets = Array.from({ length: ACCOUNTS }, (_, i) =>
      HDNodeWallet.fromMnemonic(mnemonic, `m/44'/60'/0'/0/${i}`).connect(provider),
    );
    this.#nonces = this.wallets.map(() => 0);
  }

  wallet(who: number): HDNodeWallet {
    const found = this.wallets[who % ACCOUNTS];
    if (found === undefined) throw new Error(`nobody has number ${who}`);
    return found;
  }

  address(who: number): string {
    return this.wallet(who).address;
  }

  /** The account's next nonce, which is then used. */
  nextNonce(who: number): number {
    const nonce = this.#nonces[who % ACCOUNTS] ?? 0;
    this.#nonces[who % ACCOUNTS] = nonce + 1;
    return nonce;
  }

  async send(who: number, request: TransactionRequest): Promise<void> {
    const fees = request.gasPrice === undefined ? FEES : {};
    const type = request.type ?? (request.gasPrice === undefined ? 2 : 0);
    const chainId = 31337n;
    const complete = { gasLimit: 400_000n, chainId, ...fees, ...request, type };
    const nonce = request.nonce ?? this.nextNonce(who);
    const signed = await this.wallet(who).signTransaction({ ...complete, nonce });
    await this.provider.send('eth_sendRawTransaction', [signed]);
  }

  async mine(): Promise<void> {
    await this.provider.send('evm_mine', []);
  }
}

interface Contracts {
  readonly token: Contract;
  readonly other: Contract;
  readonly weth: Contract;
  readonly router: Contract;
  readonly tokenFactory: Contract;
  readonly batchAccount: string;
  readonly blockReader: string;
  readonly tokenArtifact: Artifact;
}

async function deployAll(crew: Crew): Promise<Contracts> {
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
  const deploy = async (
    { abi, creationCode }: Artifact,
    args: readonly unknown[] = [],
  ): Promise<Contract> => {
    const factory = new ContractFactory(abi, creationCode, crew.wallet(0));
    const sent = factory.deploy(...args, { nonce: crew.nextNonce(0), gasLimit: 10_000_000n, ...FEES });
    const contract: BaseContract = await sent;
    await crew.mine();
    await contract.waitForDeployment();
    return new Contract(await contract.getAddress(), abi, crew.provider);
  };
  const supply = parseEther('1000000000');
  const token = await deploy(artifact('ExampleToken'), ['Alpha', 'ALF', supply]);
  const other = await deploy(artifact('ExampleToken'), ['Beta', 'BET', supply]);
  const weth = await deploy(readArtifact('canonical-weth/build/contracts/WETH9.json'));
  const factory = await deploy(readArtifact('@uniswap/v2-core/build/UniswapV2Factory.json'), [
    crew.address(0),
  ]);
  const router = await deploy(readArtifact('@uniswap/v2-periphery/build/UniswapV2Router02.json'), [
    await factory.getAddress(),
    await weth.getAddress(),
  ]);
  const implementation = await deploy(artifact('ProxiedToken'));
  const tokenFactory = await deploy(artifact('TokenFactory'), [await implementation.getAddress()]);
  const batchAccount = await (await deploy(artifact('BatchAccount'))).getAddress();
  const { abi } = artifact('BatchAccount');
  const reader = await deploy({ abi, creationCode: blockReaderCreation() });
  const contracts = {
    token,
    other,
    weth,
    router,
    tokenFactory,
    batchAccount,
    blockReader: await reader.getAddress(),
    tokenArtifact: artifact('ExampleToken'),
  };
  await fund(crew, contracts);
  return contracts;
}

/** Everybody gets tokens and lets the router take them; the pair gets liquidity. */
async function fund(crew: Crew, { token, other, router }: Contracts): Promise<void> {
  const spender = await router.getAddress();
  for (let who = 0; who < ACCOUNTS; who++) {
    for (const one of [token, other]) {
      if (who > 0) await crew.send(0, await call(one, 'transfer', [crew.address(who), parseEther('1000')]));
      await crew.send(who, await call(one, 'approve', [spender, MaxUint256]));
    }
  }
  await crew.mine();
  const pair = [await token.getAddress(), await other.getAddress()];
  const amounts = [parseEther('10000'), parseEther('10000'), 0n, 0n];
  const terms = [...pair, ...amounts, crew.address(0), MaxUint256];
  await crew.send(0, { ...(await call(router, 'addLiquidity', terms)), gasLimit: 5_000_000n });
  await crew.mine();
}

async function call(
  contract: Contract,
  method: string,
  args: readonly unknown[],
): Promise<TransactionRequest> {
  return contract.getFunction(method).populateTransaction(...args);
}

/**
 * Code that stores what it is told of the block: hashes of the last blocks, of one too long ago, and the block's
 * values, each in a slot of its own.
 */
function blockReaderCreation(): `0x${string}` {
  const store = (slot: number) => [...push(BigInt(slot)), OP.sstore];
  const hashBefore = (back: bigint) => [...push(back), OP.number, OP.sub, OP.blockHash];
  const values = [OP.coinbase, OP.timestamp, OP.number, OP.prevRandao, OP.gasLimit, OP.chainId, OP.baseFee];
  const code = assemble([
    ...[1n, 2n, 5n, 257n].flatMap((back, i) => [...hashBefore(back), ...store(i)]),
    ...values.flatMap((value, i) => [value, ...store(16 + i)]),
    OP.stop,
  ]);
  const length = BigInt(code.length);
  const head = [...push(length), OP.dup1, ...push(11n), ...push(0n), OP.codeCopy, ...push(0n), OP.return];
  const creation = assemble([...head, ...code]);
  return `0x${Buffer.from(creation).toString('hex')}`;
}

/** The block's transactions in their order, with who sends each. */
function* mixedTransactions(crew: Crew, contracts: Contracts): Generator<[number, TransactionRequest]> {
  for (let i = 0; i < TRANSACTIONS; i++) yield oneOf(crew, contracts, i);
}

function oneOf(crew: Crew, contracts: Contracts, i: number): [number, TransactionRequest] {
  const { token, other, weth, router, tokenFactory, batchAccount, blockReader, tokenArtifact } = contracts;
  const data = (contract: Contract, method: string, args: readonly unknown[]): TransactionRequest => ({
    to: contract.target as string,
    data: contract.interface.encodeFunctionData(method, args),
  });
  const who = (i * 7) % ORDINARY;
  const delegating = ORDINARY + Math.floor(i / 10);
  const amount = parseEther('0.01') + BigInt(i);
  const newcomer = `0x${id(`newcomer ${i}`).slice(-40)}`;
  switch (i % 10) {
    case 0:
      return [who, { to: i % 20 === 0 ? newcomer : crew.address(who + 1), value: amount, gasLimit: 21_000n }];
    case 1:
      return [who, data(token, 'transfer', [i % 20 === 1 ? newcomer : crew.address(i + 3), amount])];
    case 2: {
      const path = i % 20 === 2 ? [token.target, other.target] : [other.target, token.target];
      const terms = [amount, 0n, path, crew.address(who), MaxUint256];
      return [who, data(router, 'swapExactTokensForTokens', terms)];
    }
    case 3:
      return [who, { ...data(weth, 'deposit', []), value: amount }];
    case 4: {
      if (i % 20 === 4) {
        return [
          who,
          { ...data(tokenFactory, 'createToken', [id(`salt ${i}`), amount]), gasLimit: 1_000_000n },
        ];
      }
      const args = tokenArtifact.abi.encodeDeploy([`Token ${i}`, 'NEW', amount]);
      return [who, { data: `${tokenArtifact.creationCode}${args.slice(2)}`, gasLimit: 3_000_000n }];
    }
    case 5:
      // It reverts: nobody has so much. Every other one has too little gas even for that.
      return [
        who,
        { ...data(token, 'transfer', [newcomer, MaxUint256]), gasLimit: i % 20 === 5 ? 24_000n : 90_000n },
      ];
    case 6:
      return [
        who,
        {
          ...data(token, 'transferFrom', [crew.address(who + 2), newcomer, amount]),
          type: 1,
          gasPrice: parseEther('0.0000005'),
          accessList: [{ address: other.target as string, storageKeys: [`0x${'00'.repeat(32)}`] }],
        },
      ];
    case 7:
      return [who, { to: blockReader, gasLimit: 400_000n }];
    case 8:
      return [who, { ...data(token, 'approve', [newcomer, amount]), gasPrice: parseEther('0.0000005') }];
    default:
      return [
        delegating,
        delegated(crew, batchAccount, delegating, data(token, 'transfer', [newcomer, amount])),
      ];
  }
}

/** The sender's account gets code, and with it calls the token. */
function delegated(crew: Crew, delegate: string, who: number, inner: TransactionRequest): TransactionRequest {
  const nonce = crew.nextNonce(who);
  const authorization = crew.wallet(who).authorizeSync({
    address: delegate,
    chainId: 31337n,
    nonce: crew.nextNonce(who),
  });
  const execute = readExecute(inner);
  return { to: crew.address(who), data: execute, type: 4, nonce, authorizationList: [authorization] };
}

function readExecute(inner: TransactionRequest): string {
  const abi = ['function execute((address to, uint256 value, bytes data)[] calls)'];
  return new Contract(inner.to as string, abi).interface.encodeFunctionData('execute', [
    [{ to: inner.to, value: 0n, data: inner.data }],
  ]);
}
