/** Blocks without transactions, as `eth_getBlockByNumber` returns them. */

const BYZANTIUM = {
  number: '0x4c4b40',
  timestamp: '0x5a70760d',
  gasLimit: '0x1c9c380',
  miner: `0x${'fe'.repeat(20)}`,
  parentHash: `0x${'aa'.repeat(32)}`,
  difficulty: '0x1',
  mixHash: `0x${'bb'.repeat(32)}`,
  extraData: '0x6869',
  sha3Uncles: `0x${'dd'.repeat(32)}`,
  uncles: [],
  transactions: [] as unknown[],
};

const CANCUN = {
  ...BYZANTIUM,
  number: '0x1298be0',
  timestamp: '0x66005da0',
  difficulty: '0x0',
  baseFeePerGas: '0x7',
  excessBlobGas: '0x20000',
  blobGasUsed: '0x0',
  parentBeaconBlockRoot: `0x${'cc'.repeat(32)}`,
  withdrawals: [] as unknown[],
};

/** A block in the midst of a hardfork of mainnet. */
export function mainnetBlock(hardfork: 'byzantium' | 'cancun') {
  return hardfork === 'byzantium' ? BYZANTIUM : CANCUN;
}
