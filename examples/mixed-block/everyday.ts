/** Transactions that a block has many of: each function prepares the state that one needs and drafts it. */
import { parseEther } from 'ethers';
import type { Account } from '../generator/account.ts';
import type { Draft } from '../generator/block.ts';
import { type Contract, call, encodeCall } from '../generator/chain.ts';
import { deadline, type Pair } from '../generator/uniswap.ts';
import { approveRouter, findSomebody, freshAddress, give, meetSomebody, type Scene } from './scene.ts';

type Prepare = (scene: Scene) => Promise<Draft>;

/** On state that everybody wants. */
export const hotKinds: readonly (readonly [weight: number, Prepare])[] = [
  [60, (scene) => swap(scene, 'hot-swap', scene.hotPair)],
  [25, airdrop],
  [15, exchangeDeposit],
];

/** Mostly independent of each other. */
export const calmKinds: readonly (readonly [weight: number, Prepare])[] = [
  [30, transfer],
  [
    18,
    (scene) =>
      tokenTransfer(scene, 'token-transfer', scene.random.pick([scene.alpha, scene.beta, scene.gamma])),
  ],
  [8, (scene) => tokenTransfer(scene, 'proxied-transfer', scene.proxied)],
  [4, (scene) => tokenTransfer(scene, 'cloned-transfer', scene.cloned)],
  [5, (scene) => tokenTransfer(scene, 'weth-transfer', scene.weth)],
  [7, wethDeposit],
  [4, wethWithdrawal],
  [13, (scene) => swap(scene, 'swap', scene.random.pick(scene.calmPairs))],
  [4, swapTwice],
  [3, addLiquidity],
  [4, approval],
  [3, transferFrom],
];

async function transfer(scene: Scene): Promise<Draft> {
  const to = scene.random.chance(0.3) ? freshAddress(scene) : (await findSomebody(scene)).address;
  const from = await findSomebody(scene);
  return { kind: 'transfer', type: typeOf(scene), from, to, value: smallAmount(scene), gasLimit: 21_000n };
}

async function exchangeDeposit(scene: Scene): Promise<Draft> {
  const from = await findSomebody(scene);
  const to = scene.exchange.address;
  return {
    kind: 'exchange-deposit',
    type: typeOf(scene),
    from,
    to,
    value: smallAmount(scene),
    gasLimit: 21_000n,
  };
}

async function airdrop(scene: Scene): Promise<Draft> {
  const data = encodeCall(scene.gamma, 'transfer', [freshAddress(scene), parseEther('5')]);
  return { kind: 'airdrop', from: scene.airdropper, to: scene.gamma.address, data, gasLimit: 65_000n };
}

/** The receiver has the token already, or is new to it. */
export async function tokenTransfer(scene: Scene, kind: string, token: Contract): Promise<Draft> {
  const from = await findSomebody(scene);
  const receiver = await findSomebody(scene);
  await give(scene, token, from, parseEther('100'));
  if (scene.random.chance(0.5)) await give(scene, token, receiver, parseEther('1'));
  const data = encodeCall(token, 'transfer', [receiver.address, smallAmount(scene)]);
  return { kind, type: typeOf(scene), from, to: token.address, data, gasLimit: 80_000n };
}

/** By its method, or by sending ether to the contract. */
async function wethDeposit(scene: Scene): Promise<Draft> {
  const from = await findSomebody(scene);
  const data = scene.random.chance(0.7) ? encodeCall(scene.weth, 'deposit', []) : '0x';
  const value = smallAmount(scene);
  return {
    kind: 'weth-deposit',
    type: typeOf(scene),
    from,
    to: scene.weth.address,
    data,
    value,
    gasLimit: 55_000n,
  };
}

async function wethWithdrawal(scene: Scene): Promise<Draft> {
  const from = await findSomebody(scene);
  await give(scene, scene.weth, from, parseEther('10'));
  const data = encodeCall(scene.weth, 'withdraw', [smallAmount(scene)]);
  return { kind: 'weth-withdrawal', from, to: scene.weth.address, data, gasLimit: 55_000n };
}

/** In either direction; wrapped ether is paid or received as ether half of the time. */
async function swap(scene: Scene, kind: string, pair: Pair): Promise<Draft> {
  const [input, output] = scene.random.chance(0.5) ? pair : ([pair[1], pair[0]] as const);
  const from = await findSomebody(scene);
  const path = [input.address, output.address];
  const asEther = scene.random.chance(0.5);
  if (input === scene.weth && asEther) {
    const data = encodeCall(scene.router, 'swapExactETHForTokens', [1n, path, from.address, deadline]);
    return { kind, from, to: scene.router.address, data, value: smallAmount(scene), gasLimit: 200_000n };
  }
  const method = output === scene.weth && asEther ? 'swapExactTokensForETH' : 'swapExactTokensForTokens';
  return routerSwap(scene, kind, from, input, path, method, 220_000n);
}

/** Through two pairs. */
async function swapTwice(scene: Scene): Promise<Draft> {
  const tokens = [scene.beta, scene.weth, scene.gamma] as const;
  const [input, middle, output] = scene.random.chance(0.5)
    ? tokens
    : ([tokens[2], tokens[1], tokens[0]] as const);
  const path = [input.address, middle.address, output.address];
  const from = await findSomebody(scene);
  return routerSwap(scene, 'swap-twice', from, input, path, 'swapExactTokensForTokens', 350_000n);
}

/** @param amountOutMin - Default: 1, so that the swap succeeds at any price. */
export async function routerSwap(
  scene: Scene,
  kind: string,
  from: Account,
  input: Contract,
  path: readonly string[],
  method: string,
  gasLimit: bigint,
  amountOutMin = 1n,
): Promise<Draft> {
  await give(scene, input, from, parseEther('10'));
  await approveRouter(scene, input, from);
  const data = encodeCall(scene.router, method, [
    smallAmount(scene),
    amountOutMin,
    path,
    from.address,
    deadline,
  ]);
  return { kind, from, to: scene.router.address, data, gasLimit };
}

async function addLiquidity(scene: Scene): Promise<Draft> {
  const [a, b] = scene.random.pick(scene.calmPairs);
  const from = await meetSomebody(scene);
  for (const token of [a, b]) {
    await give(scene, token, from, parseEther('10'));
    await approveRouter(scene, token, from);
  }
  const amount = smallAmount(scene);
  const terms = [a.address, b.address, amount, amount, 0n, 0n, from.address, deadline];
  const data = encodeCall(scene.router, 'addLiquidity', terms);
  return { kind: 'add-liquidity', from, to: scene.router.address, data, gasLimit: 300_000n };
}

async function approval(scene: Scene): Promise<Draft> {
  const token = scene.random.pick([scene.alpha, scene.beta, scene.proxied]);
  const from = await findSomebody(scene);
  const data = encodeCall(token, 'approve', [freshAddress(scene), smallAmount(scene)]);
  return { kind: 'approval', type: typeOf(scene), from, to: token.address, data, gasLimit: 70_000n };
}

async function transferFrom(scene: Scene): Promise<Draft> {
  const token = scene.random.pick([scene.alpha, scene.beta]);
  const owner = await meetSomebody(scene);
  const from = await meetSomebody(scene);
  await give(scene, token, owner, parseEther('10'));
  await call(scene.chain, owner, token, 'approve', [from.address, parseEther('10')]);
  const data = encodeCall(token, 'transferFrom', [owner.address, freshAddress(scene), smallAmount(scene)]);
  return { kind: 'transfer-from', from, to: token.address, data, gasLimit: 90_000n };
}

/** Enough that it moves a price, too little to exhaust anybody. */
export function smallAmount(scene: Scene): bigint {
  return scene.random.amount(parseEther('0.001'), parseEther('0.2'));
}

/** One in four is a legacy transaction. */
function typeOf(scene: Scene): 0 | 2 {
  return scene.random.chance(0.25) ? 0 : 2;
}
