import { describe, expect, test } from '@jest/globals';
import { createAccount, type Hex } from '../../../examples/generator/account.ts';
import { readArtifact } from '../../../examples/generator/artifact.ts';
import { call, createChain, deploy, fund, putCode, readNonce } from '../../../examples/generator/chain.ts';
import { dumpPrestate, loadPrestate } from '../../../examples/generator/prestate.ts';

describe('dumpPrestate', () => {
  test('has accounts, code and storage, and loads to the same Merkle root', async () => {
    const chain = await createChain();
    const owner = createAccount('owner');
    const delegated: Hex = `0xef0100${'11'.repeat(20)}`;
    await fund(chain, owner.address, 1_000n);
    await putCode(chain, owner.address, delegated);
    const weth = await deploy(chain, owner, readArtifact('canonical-weth/build/contracts/WETH9.json'));
    await call(chain, owner, weth, 'deposit', [], 7n);

    const prestate = await dumpPrestate(chain);
    expect(prestate[owner.address]).toEqual({ balance: '0x3e1', nonce: 2, code: delegated });
    expect(prestate[weth.address]?.balance).toBe('0x7');
    // Name, symbol, decimals, and the owner's balance.
    const values = Object.values(prestate[weth.address]?.storage ?? {});
    expect(values).toHaveLength(4);
    expect(values).toContain(`0x${'7'.padStart(64, '0')}`);

    const copy = await createChain();
    await loadPrestate(copy.state, prestate);
    expect(await copy.state.getStateRoot()).toEqual(await chain.state.getStateRoot());
    expect(await dumpPrestate(copy)).toEqual(prestate);
  });

  test('leaves out what is empty again', async () => {
    const chain = await createChain();
    const owner = createAccount('owner');
    await fund(chain, owner.address, 1_000n);
    const weth = await deploy(chain, owner, readArtifact('canonical-weth/build/contracts/WETH9.json'));
    await call(chain, owner, weth, 'deposit', [], 7n);
    await call(chain, owner, weth, 'withdraw', [7n]);
    const prestate = await dumpPrestate(chain);
    expect(Object.keys(prestate[weth.address]?.storage ?? {})).toHaveLength(3);
  });
});

describe('set-up calls', () => {
  test('a failing one throws and names its target', async () => {
    const chain = await createChain();
    const owner = createAccount('owner');
    await fund(chain, owner.address, 1_000n);
    const weth = await deploy(chain, owner, readArtifact('canonical-weth/build/contracts/WETH9.json'));
    await expect(call(chain, owner, weth, 'withdraw', [7n])).rejects.toThrow(weth.address);
    expect(await readNonce(chain, owner.address)).toBe(2n);
  });
});
