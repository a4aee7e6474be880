/** Hardhat's node as the tests start it: it mines when it is told to, and has accounts with money. */
module.exports = {
  solidity: '0.8.28',
  networks: {
    hardhat: {
      hardfork: 'osaka',
      mining: { auto: false, interval: 0, mempool: { order: 'fifo' } },
      accounts: { count: 40 },
      blockGasLimit: 60_000_000,
    },
  },
};
