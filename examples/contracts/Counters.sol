// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// Counts calls in one slot.
contract OneCounter {
    uint256 public count;

    function hit() external {
        count += 1;
    }
}

/// Counts calls in as many slots as there are shards; who reads pays for summing them up.
contract ShardedCounter {
    uint256 public constant SHARDS = 16;
    uint256[16] private shards;

    function hit() external {
        shards[uint160(msg.sender) % SHARDS] += 1;
    }

    function count() external view returns (uint256 sum) {
        for (uint256 i = 0; i < SHARDS; i++) sum += shards[i];
    }
}
