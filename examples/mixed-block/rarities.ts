/** One of each thing that a block rarely has, and that an analysis must still get right. */
import { AbiCoder, id, keccak256, parseEther, Signature, Wallet } from 'ethers';
import { type Account, createAccount, type Hex } from '../generator/account.ts';
import type { Draft } from '../generator/block.ts';
import { type Contract, encodeCall, encodeDeployment, fund, putCode } from '../generator/chain.ts';
import { deadline } from '../generator/uniswap.ts';
import { routerSwap, smallAmount, tokenTransfer } from './everyday.ts';
import {
  approveRouter,
  clonedAddress,
  freshAddress,
  give,
  meetSomebody,
  type Scene,
  saltOf,
} from './scene.ts';

/** Drafts in groups; the members of one group build on each other and keep their order. */
export async function prepareRarities(scene: Scene): Promise<Draft[][]> {
  return [
    await creation(scene),
    await newPair(scene),
    await newClone(scene),
    await upgrade(scene),
    await permit(scene),
    await liquidityPermit(scene),
    ...(await accessLists(scene)),
    await sponsoredDelegation(scene),
    await ownDelegation(scene),
    ...(await delegatedBefore(scene)),
    await blobs(scene),
    ...(await failures(scene)),
  ];
}

async function creation(scene: Scene): Promise<Draft[]> {
  const from = await meetSomebody(scene);
  const data = encodeDeployment(scene.tokenArtifact, ['Delta', 'DEL', parseEther('1000000')]);
  return [{ kind: 'creation', from, to: null, data, gasLimit: 2_000_000n }];
}

/** A pair is created, gets liquidity, and is traded on, all in this block. */
async function newPair(scene: Scene): Promise<Draft[]> {
  const { beta, gamma, router, uniswapFactory } = scene;
  const founder = await meetSomebody(scene);
  for (const token of [beta, gamma]) {
    await give(scene, token, founder, parseEther('1000'));
    await approveRouter(scene, token, founder);
  }
  const amount = parseEther('500');
  const terms = [beta.address, gamma.address, amount, amount, 0n, 0n, founder.address, deadline];
  const path = [beta.address, gamma.address];
  return [
    {
      kind: 'pair-creation',
      from: founder,
      to: uniswapFactory.address,
      data: encodeCall(uniswapFactory, 'createPair', path),
      gasLimit: 3_000_000n,
    },
    {
      kind: 'first-liquidity',
      from: founder,
      to: router.address,
      data: encodeCall(router, 'addLiquidity', terms),
      gasLimit: 350_000n,
    },
    await routerSwap(
      scene,
      'new-pair-swap',
      await meetSomebody(scene),
      beta,
      path,
      'swapExactTokensForTokens',
      220_000n,
    ),
  ];
}

async function newClone(scene: Scene): Promise<Draft[]> {
  const { chain, cloned, tokenFactory } = scene;
  const from = await meetSomebody(scene);
  const token: Contract = { address: await clonedAddress(chain, from, tokenFactory, 1n), abi: cloned.abi };
  return [
    {
      kind: 'clone-creation',
      from,
      to: tokenFactory.address,
      data: encodeCall(tokenFactory, 'createToken', [saltOf(1n), parseEther('1000')]),
      gasLimit: 300_000n,
    },
    {
      kind: 'new-clone-transfer',
      from,
      to: token.address,
      data: encodeCall(token, 'transfer', [freshAddress(scene), smallAmount(scene)]),
      gasLimit: 80_000n,
    },
  ];
}

/** A proxy's implementation changes between two uses, so the second one's target is known only in the block. */
async function upgrade(scene: Scene): Promise<Draft[]> {
  const { deployer, nextImplementation, upgraded } = scene;
  return [
    await tokenTransfer(scene, 'transfer-before-upgrade', upgraded),
    {
      kind: 'upgrade',
      from: deployer,
      to: upgraded.address,
      data: encodeCall(upgraded, 'upgradeToAndCall', [nextImplementation.address, '0x']),
      gasLimit: 80_000n,
    },
    await tokenTransfer(scene, 'transfer-after-upgrade', upgraded),
    await tokenTransfer(scene, 'transfer-after-upgrade', upgraded),
  ];
}

async function permit(scene: Scene): Promise<Draft[]> {
  const { alpha } = scene;
  const owner = await meetSomebody(scene);
  const spender = await meetSomebody(scene);
  await give(scene, alpha, owner, parseEther('10'));
  const value = smallAmount(scene);
  const { v, r, s } = await signPermit('Alpha', alpha, owner, spender.address, value);
  return [
    {
      kind: 'permit',
      from: spender,
      to: alpha.address,
      data: encodeCall(alpha, 'permit', [owner.address, spender.address, value, deadline, v, r, s]),
      gasLimit: 110_000n,
    },
    {
      kind: 'permitted-transfer',
      from: spender,
      to: alpha.address,
      data: encodeCall(alpha, 'transferFrom', [owner.address, freshAddress(scene), value]),
      gasLimit: 90_000n,
    },
  ];
}

/** Liquidity leaves the hot pair, with a permit on the pair's own token. */
async function liquidityPermit(scene: Scene): Promise<Draft[]> {
  const { alpha, hotPairToken, router } = scene;
  const owner = await meetSomebody(scene);
  await give(scene, hotPairToken, owner, parseEther('3'));
  const value = parseEther('2');
  const { v, r, s } = await signPermit('Uniswap V2', hotPairToken, owner, router.address, value);
  const terms = [alpha.address, value, 0n, 0n, owner.address, deadline, false, v, r, s];
  const data = encodeCall(router, 'removeLiquidityETHWithPermit', terms);
  return [{ kind: 'liquidity-removal', from: owner, to: router.address, data, gasLimit: 350_000n }];
}

/** One list that is right, one that misses keys and has useless ones, one on a type 2 transaction. */
async function accessLists(scene: Scene): Promise<Draft[][]> {
  const { beta, weth } = scene;
  const right = await tokenTransfer(scene, 'access-list-right', beta);
  const receiver = `0x${right.data?.slice(34, 74)}` as Hex;
  const wrong = await tokenTransfer(scene, 'access-list-wrong', beta);
  const wethTransfer = await tokenTransfer(scene, 'access-list-type-2', weth);
  return [
    [
      {
        ...right,
        type: 1,
        accessList: [
          {
            address: beta.address,
            storageKeys: [mappingSlot(right.from.address, 0n), mappingSlot(receiver, 0n)],
          },
        ],
      },
    ],
    [
      {
        ...wrong,
        type: 1,
        accessList: [
          { address: beta.address, storageKeys: [mappingSlot(scene.deployer.address, 0n)] },
          { address: freshAddress(scene), storageKeys: [] },
        ],
      },
    ],
    [
      {
        ...wethTransfer,
        type: 2,
        accessList: [{ address: weth.address, storageKeys: [mappingSlot(wethTransfer.from.address, 3n)] }],
      },
    ],
  ];
}

/** EIP-7702: a sponsor sets an account's code, and its owner uses it. A second authorisation is stale. */
async function sponsoredDelegation(scene: Scene): Promise<Draft[]> {
  const delegate = scene.batchAccount.address;
  const owner = await meetRich(scene, 'sponsored owner');
  const stale = await meetRich(scene, 'owner with a stale authorisation');
  return [
    {
      kind: 'set-code',
      type: 4,
      from: await meetSomebody(scene),
      to: freshAddress(scene),
      value: smallAmount(scene),
      authorizations: [
        { authority: owner, delegate },
        { authority: stale, delegate, nonce: 7n },
      ],
      gasLimit: 100_000n,
    },
    batch(scene, 'batch-after-set-code', owner),
  ];
}

/** EIP-7702: code is set and used in one transaction. */
async function ownDelegation(scene: Scene): Promise<Draft[]> {
  const owner = await meetRich(scene, 'self-delegating owner');
  const authorizations = [{ authority: owner, delegate: scene.batchAccount.address }];
  return [{ ...batch(scene, 'set-code-and-batch', owner), type: 4, authorizations }];
}

/** Accounts that were delegated before the block: one is used, the other one's delegation ends. */
async function delegatedBefore(scene: Scene): Promise<Draft[][]> {
  const designator: Hex = `0xef0100${scene.batchAccount.address.slice(2)}`;
  const user = await meetRich(scene, 'delegated owner');
  const leaver = await meetRich(scene, 'leaving owner');
  for (const { address } of [user, leaver]) await putCode(scene.chain, address, designator);
  return [
    [batch(scene, 'delegated-batch', user)],
    [
      {
        kind: 'delegation-end',
        type: 4,
        from: leaver,
        to: leaver.address,
        authorizations: [{ authority: leaver, delegate: `0x${'00'.repeat(20)}` }],
        gasLimit: 80_000n,
      },
    ],
  ];
}

/** EIP-4844: two blobs of a rollup; a block has only their hashes. */
async function blobs(scene: Scene): Promise<Draft[]> {
  const blobVersionedHashes = ['blob 0', 'blob 1'].map((name): Hex => `0x01${id(name).slice(4)}`);
  const to = createAccount('rollup inbox').address;
  const from = await meetSomebody(scene);
  return [{ kind: 'blobs', type: 3, from, to, blobVersionedHashes, gasLimit: 21_000n }];
}

/** Valid transactions that fail: three reverts, one out of gas. */
async function failures(scene: Scene): Promise<Draft[][]> {
  const { alpha, beta, weth } = scene;
  const poor = await meetSomebody(scene);
  const tooMuch = parseEther('1000000');
  const withdrawal = encodeCall(weth, 'withdraw', [tooMuch]);
  const path = [beta.address, weth.address];
  const swap = 'swapExactTokensForTokens';
  return [
    [
      {
        kind: 'fails-balance',
        from: poor,
        to: alpha.address,
        data: encodeCall(alpha, 'transfer', [freshAddress(scene), tooMuch]),
        gasLimit: 80_000n,
      },
    ],
    [{ kind: 'fails-withdrawal', from: poor, to: weth.address, data: withdrawal, gasLimit: 60_000n }],
    [
      await routerSwap(
        scene,
        'fails-slippage',
        await meetSomebody(scene),
        beta,
        path,
        swap,
        220_000n,
        tooMuch,
      ),
    ],
    // The receiver's balance goes from zero to non-zero: 22,100 gas that are not there.
    [{ ...(await tokenTransferToNewcomer(scene, alpha)), kind: 'fails-out-of-gas', gasLimit: 40_000n }],
  ];
}

async function tokenTransferToNewcomer(scene: Scene, token: Contract): Promise<Draft> {
  const from = await meetSomebody(scene);
  await give(scene, token, from, parseEther('1'));
  const data = encodeCall(token, 'transfer', [freshAddress(scene), smallAmount(scene)]);
  return { kind: 'token-transfer', from, to: token.address, data, gasLimit: 80_000n };
}

/** The owner makes three calls at once: two tokens and some ether. */
function batch(scene: Scene, kind: string, owner: Account): Draft {
  const { alpha, batchAccount, beta } = scene;
  const calls = [
    ...[alpha, beta].map((token) => [
      token.address,
      0n,
      encodeCall(token, 'transfer', [freshAddress(scene), smallAmount(scene)]),
    ]),
    [freshAddress(scene), smallAmount(scene), '0x'],
  ];
  const data = encodeCall(batchAccount, 'execute', [calls]);
  return { kind, from: owner, to: owner.address, data, gasLimit: 250_000n };
}

/** Somebody with ether and tokens whom no everyday transaction uses. */
async function meetRich(scene: Scene, name: string): Promise<Account> {
  const account = createAccount(name);
  await fund(scene.chain, account.address, parseEther('10'));
  for (const token of [scene.alpha, scene.beta]) await give(scene, token, account, parseEther('10'));
  return account;
}

/** An EIP-2612 permit, the owner's first on this token. */
async function signPermit(name: string, token: Contract, owner: Account, spender: Hex, value: bigint) {
  const domain = { name, version: '1', chainId: 1, verifyingContract: token.address };
  const fields = ['address owner', 'address spender', 'uint256 value', 'uint256 nonce', 'uint256 deadline'];
  const types = {
    Permit: fields.map((field) => {
      const [type = '', label = ''] = field.split(' ');
      return { type, name: label };
    }),
  };
  const message = { owner: owner.address, spender, value, nonce: 0n, deadline };
  return Signature.from(await new Wallet(owner.privateKey).signTypedData(domain, types, message));
}

/** Where Solidity keeps the mapping's value for this key. */
function mappingSlot(key: Hex, baseSlot: bigint): Hex {
  return keccak256(AbiCoder.defaultAbiCoder().encode(['address', 'uint256'], [key, baseSlot])) as Hex;
}
