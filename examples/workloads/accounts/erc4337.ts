/** ERC-4337: bundles of user operations through the EntryPoint, which pays each bundler out of its own balance. */
import { parseEther, Signature, SigningKey } from 'ethers';
import { type Account, createAccount, type Hex, lowerHex } from '../../generator/account.ts';
import { type Artifact, readArtifact } from '../../generator/artifact.ts';
import { type Contract, call, encodeCall, fund } from '../../generator/chain.ts';
import {
  createPayer,
  deployNamed,
  deployToken,
  give,
  type Stage,
  smallAmount,
} from '../../generator/stage.ts';
import { tokenTransferAt } from '../tokens/token-transfer.ts';
import { draftMix, type Workload } from '../workload.ts';

const OPERATIONS = 2;
const GWEI = 1_000_000_000n;

interface EntryPoint {
  readonly contract: Contract;
  readonly factory: Contract;
  /** The only one that the factory creates accounts for. */
  readonly creator: Account;
}

function artifact(name: string): Artifact {
  return readArtifact(`@account-abstraction/contracts/artifacts/${name}.json`);
}

async function deployEntryPoint(stage: Stage): Promise<EntryPoint> {
  const contract = await deployNamed(stage, 'EntryPoint', artifact('EntryPoint'));
  const factoryArtifact = artifact('SimpleAccountFactory');
  const factory = await deployNamed(stage, 'SimpleAccountFactory', factoryArtifact, [contract.address]);
  const [creator] = await call(stage.chain, stage.deployer, factory, 'senderCreator', []);
  return { contract, factory, creator: { address: lowerHex(String(creator)), privateKey: '0x' } };
}

/** Two numbers of 128 bits in one word. */
function packed(high: bigint, low: bigint): Hex {
  return `0x${((high << 128n) | low).toString(16).padStart(64, '0')}`;
}

/** An account of its own transfers tokens; what it costs was deposited beforehand. */
async function operationOf(
  stage: Stage,
  { contract, factory, creator }: EntryPoint,
  token: Contract,
  name: string,
) {
  const { chain, deployer } = stage;
  const owner = createAccount(name);
  const [account] = await call(chain, creator, factory, 'createAccount', [owner.address, 0n]);
  const sender = lowerHex(String(account));
  await give(stage, token, { address: sender });
  await call(chain, deployer, contract, 'depositTo', [sender], parseEther('0.1'));
  const receiver = createAccount(`receiver of ${name}`).address;
  const transfer = encodeCall(token, 'transfer', [receiver, smallAmount(stage)]);
  const { abi } = artifact('SimpleAccount');
  const operation = {
    sender,
    nonce: 0n,
    initCode: '0x',
    callData: abi.encodeFunctionData('execute', [token.address, 0n, transfer]),
    accountGasLimits: packed(150_000n, 120_000n),
    preVerificationGas: 50_000n,
    gasFees: packed(GWEI, 5n * GWEI),
    paymasterAndData: '0x',
    signature: '0x',
  };
  const [hash] = await call(chain, deployer, contract, 'getUserOpHash', [operation]);
  const signature = Signature.from(new SigningKey(owner.privateKey).sign(String(hash))).serialized;
  return { ...operation, signature };
}

export const erc4337: Workload = {
  name: 'erc-4337',
  title: 'people pay each other a token; contention: the share of bundles of two user operations',
  origin: '@account-abstraction/contracts; @openzeppelin/contracts, compiled',
  draft: async (stage, load) => {
    const token = await deployToken(stage, 'Token');
    const entryPoint = await deployEntryPoint(stage);
    const bundle = async (place: number) => {
      const operations = [];
      for (let number = 0; number < OPERATIONS; number++) {
        operations.push(await operationOf(stage, entryPoint, token, `user ${place}, ${number}`));
      }
      const from = await createPayer(stage, `bundler ${place}`);
      const beneficiary = createAccount(`beneficiary ${place}`).address;
      await fund(stage.chain, beneficiary, 1n);
      const { contract } = entryPoint;
      const data = encodeCall(contract, 'handleOps', [operations, beneficiary]);
      return { kind: 'bundle', from, to: contract.address, data, gasLimit: 900_000n };
    };
    return draftMix(stage, load, bundle, tokenTransferAt(stage, token));
  },
};
