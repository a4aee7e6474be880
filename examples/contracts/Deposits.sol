// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// Keeps what each user holds, and the sum of it.
contract GlobalTotal {
    mapping(address user => uint256) public held;
    uint256 public total;

    function add(uint256 amount) external {
        held[msg.sender] += amount;
        total += amount;
    }
}

/// Keeps what each user holds; the sum is for those who read the events.
contract UserSums {
    mapping(address user => uint256) public held;

    event Added(address indexed user, uint256 amount);

    function add(uint256 amount) external {
        held[msg.sender] += amount;
        emit Added(msg.sender, amount);
    }
}
