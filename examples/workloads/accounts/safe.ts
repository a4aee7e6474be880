/** Safe: wallets of two owners each, behind proxies; what they do is signed by both and sent by anybody. */
import { Signature, SigningKey } from 'ethers';
import { type Account, createAccount, type Hex, lowerHex } from '../../generator/account.ts';
import { type Artifact, readArtifact } from '../../generator/artifact.ts';
import { type Contract, call, encodeCall } from '../../generator/chain.ts';
import {
  createPayer,
  deployNamed,
  deployToken,
  give,
  type Stage,
  smallAmount,
} from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';

const zeroAddress: Hex = `0x${'0'.repeat(40)}`;

/** A wallet, and how many of its transactions were drafted. */
interface Wallet {
  readonly contract: Contract;
  readonly owners: readonly Account[];
  nonce: bigint;
}

function artifact(path: string): Artifact {
  return readArtifact(`@safe-global/safe-smart-account/build/artifacts/contracts/${path}.json`);
}

async function openWallet(
  { chain, deployer }: Stage,
  singleton: Contract,
  factory: Contract,
  name: string,
): Promise<Wallet> {
  // Signatures stand in the order of the owners' addresses.
  const owners = ['first', 'second']
    .map((which) => createAccount(`${which} owner of ${name}`))
    .sort((a, b) => (a.address < b.address ? -1 : 1));
  const addresses = owners.map(({ address }) => address);
  const terms = [addresses, 2n, zeroAddress, '0x', zeroAddress, zeroAddress, 0n, zeroAddress];
  const setup = encodeCall(singleton, 'setup', terms);
  const creation = [singleton.address, setup, BigInt(addresses[0] ?? 0)];
  const [address] = await call(chain, deployer, factory, 'createProxyWithNonce', creation);
  return { contract: { address: lowerHex(String(address)), abi: singleton.abi }, owners, nonce: 0n };
}

/** The call of the wallet that makes it call somebody else, signed by its owners. */
async function signedCall({ chain, deployer }: Stage, wallet: Wallet, to: Hex, data: Hex): Promise<Hex> {
  const what = [to, 0n, data, 0, 0n, 0n, 0n, zeroAddress, zeroAddress];
  const asked = [...what, wallet.nonce++];
  const [hash] = await call(chain, deployer, wallet.contract, 'getTransactionHash', asked);
  const signatures = wallet.owners.map(({ privateKey }) => {
    const { r, s, v } = Signature.from(new SigningKey(privateKey).sign(String(hash)));
    return `${r.slice(2)}${s.slice(2)}${v.toString(16)}`;
  });
  return encodeCall(wallet.contract, 'execTransaction', [...what, `0x${signatures.join('')}`]);
}

export const safe: Workload = {
  name: 'safe',
  title: 'wallets of several owners pay a token; contention: the share that one treasury pays',
  origin: '@safe-global/safe-smart-account; @openzeppelin/contracts, compiled',
  draft: async (stage, load) => {
    const token = await deployToken(stage, 'Token');
    const singleton = await deployNamed(stage, 'Safe', artifact('Safe.sol/Safe'));
    const factoryArtifact = artifact('proxies/SafeProxyFactory.sol/SafeProxyFactory');
    const factory = await deployNamed(stage, 'SafeProxyFactory', factoryArtifact);
    const open = async (name: string) => {
      const wallet = await openWallet(stage, singleton, factory, name);
      stage.names.set(wallet.contract.address, name);
      await give(stage, token, wallet.contract);
      return wallet;
    };
    const treasury = await open('treasury');
    const payment = async (place: number, wallet: Wallet) => {
      const from = await createPayer(stage, `relayer ${place}`);
      const receiver = createAccount(`receiver ${place}`).address;
      const transfer = encodeCall(token, 'transfer', [receiver, smallAmount(stage)]);
      const data = await signedCall(stage, wallet, token.address, transfer);
      return { kind: 'payment', from, to: wallet.contract.address, data, gasLimit: 250_000n };
    };
    return draftMix(
      stage,
      load,
      (place) => payment(place, treasury),
      async (place) => payment(place, await open(`wallet ${place}`)),
    );
  },
};
