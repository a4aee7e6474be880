/** A market of collectibles on Seaport: sellers sign orders, buyers pay with ether or with wrapped ether. */
import { id, MaxUint256, parseEther, Wallet, ZeroAddress, ZeroHash } from 'ethers';
import { type Account, createAccount } from '../../generator/account.ts';
import { readArtifact } from '../../generator/artifact.ts';
import { type Contract, call, encodeCall, fund } from '../../generator/chain.ts';
import { createPayer, deployNamed, deploySource, type Stage } from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';

const ETHER_TO_ERC721 = 0;
const ERC20_TO_ERC721 = 8;
/** Item types of Seaport. */
const NATIVE = 0;
const ERC20 = 1;
const ERC721 = 2;
const PRICE = parseEther('1');
const FEE = parseEther('0.02');

const ORDER_TYPES = {
  OrderComponents: fields(
    'address offerer, address zone, OfferItem[] offer, ConsiderationItem[] consideration, uint8 orderType, ' +
      'uint256 startTime, uint256 endTime, bytes32 zoneHash, uint256 salt, bytes32 conduitKey, uint256 counter',
  ),
  OfferItem: fields(
    'uint8 itemType, address token, uint256 identifierOrCriteria, uint256 startAmount, uint256 endAmount',
  ),
  ConsiderationItem: fields(
    'uint8 itemType, address token, uint256 identifierOrCriteria, uint256 startAmount, uint256 endAmount, ' +
      'address recipient',
  ),
};

function fields(list: string) {
  return list.split(', ').map((field) => {
    const [type = '', name = ''] = field.split(' ');
    return { type, name };
  });
}

interface Sale {
  readonly seaport: Contract;
  readonly collectible: Contract;
  readonly seller: Account;
  readonly token: bigint;
  /** What is paid with; `null`: ether. */
  readonly money: Contract | null;
  /** Who gets the market's fee. */
  readonly market: string;
}

/** The seller's signed order, as the buyer takes it. */
async function purchaseOf({
  seaport,
  collectible,
  seller,
  token,
  money,
  market,
}: Sale): Promise<readonly unknown[]> {
  const currency = money?.address ?? ZeroAddress;
  const itemType = money === null ? NATIVE : ERC20;
  const paid = (amount: bigint, recipient: string) => ({
    itemType,
    token: currency,
    identifierOrCriteria: 0n,
    startAmount: amount,
    endAmount: amount,
    recipient,
  });
  const order = {
    offerer: seller.address,
    zone: ZeroAddress,
    offer: [
      {
        itemType: ERC721,
        token: collectible.address,
        identifierOrCriteria: token,
        startAmount: 1n,
        endAmount: 1n,
      },
    ],
    consideration: [paid(PRICE, seller.address), paid(FEE, market)],
    orderType: 0,
    startTime: 0n,
    endTime: MaxUint256,
    zoneHash: ZeroHash,
    salt: BigInt(id(`order ${token}`)),
    conduitKey: ZeroHash,
    counter: 0n,
  };
  const domain = { name: 'Seaport', version: '1.6', chainId: 1n, verifyingContract: seaport.address };
  const signature = await new Wallet(seller.privateKey).signTypedData(domain, ORDER_TYPES, order);
  return [
    currency,
    0n,
    PRICE,
    seller.address,
    ZeroAddress,
    collectible.address,
    token,
    1n,
    money === null ? ETHER_TO_ERC721 : ERC20_TO_ERC721,
    order.startTime,
    order.endTime,
    ZeroHash,
    order.salt,
    ZeroHash,
    ZeroHash,
    1n,
    [[FEE, market]],
    signature,
  ];
}

async function deploySeaport(stage: Stage): Promise<Contract> {
  const path = '@opensea/seaport-js/src/artifacts/seaport/contracts';
  const controllerPath = `${path}/conduit/ConduitController.sol/LocalConduitController.json`;
  const controller = await deployNamed(stage, 'ConduitController', readArtifact(controllerPath));
  const seaport = readArtifact(`${path}/Seaport.sol/Seaport.json`);
  return deployNamed(stage, 'Seaport', seaport, [controller.address]);
}

export const market: Workload = {
  name: 'nft-market',
  title: 'collectors buy of each other; contention: the share that pay with ether, through the market',
  origin: '@opensea/seaport-js, canonical-weth; @openzeppelin/contracts, compiled',
  draft: async (stage, load) => {
    const { chain } = stage;
    const seaport = await deploySeaport(stage);
    const collectible = await deploySource(stage, 'Collectible', [], 'Collectibles');
    const wethArtifact = readArtifact('canonical-weth/build/contracts/WETH9.json');
    const weth = await deployNamed(stage, 'WETH9', wethArtifact);
    const purchase = async (place: number, money: Contract | null) => {
      const seller = createAccount(`seller ${place}`);
      const market = createAccount(`market ${place}`).address;
      await fund(chain, seller.address, 1n);
      await fund(chain, market, 1n);
      const token = BigInt(place + 1);
      await call(chain, seller, collectible, 'mint', [seller.address, token]);
      await call(chain, seller, collectible, 'setApprovalForAll', [seaport.address, true]);
      const from = await createPayer(stage, `buyer ${place}`);
      if (money !== null) {
        await call(chain, from, money, 'deposit', [], 2n * PRICE);
        await call(chain, from, money, 'approve', [seaport.address, MaxUint256]);
      }
      const order = await purchaseOf({ seaport, collectible, seller, token, money, market });
      const data = encodeCall(seaport, 'fulfillBasicOrder', [order]);
      const value = money === null ? PRICE + FEE : 0n;
      return { kind: 'purchase', from, to: seaport.address, data, value, gasLimit: 300_000n };
    };
    return draftMix(
      stage,
      load,
      (place) => purchase(place, null),
      (place) => purchase(place, weth),
    );
  },
};
