// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// A token with the storage layout and the rules of TetherToken: pause, blacklist, and a fee that the owner gets.
contract TetherLike {
    address public owner; // packed with `paused`, as in Ownable and Pausable
    bool public paused;
    uint256 public totalSupply;
    mapping(address holder => uint256) public balances;
    uint256 public basisPointsRate;
    uint256 public maximumFee;
    mapping(address holder => mapping(address spender => uint256)) public allowed;
    mapping(address holder => bool) public isBlackListed;
    address public upgradedAddress;
    bool public deprecated;

    event Transfer(address indexed from, address indexed to, uint256 value);

    constructor(uint256 supply) {
        owner = msg.sender;
        totalSupply = supply;
        balances[msg.sender] = supply;
    }

    modifier onlyOwner() {
        require(msg.sender == owner, "not the owner");
        _;
    }

    function setParams(uint256 newBasisPoints, uint256 newMaxFee) external onlyOwner {
        basisPointsRate = newBasisPoints;
        maximumFee = newMaxFee;
    }

    function addBlackList(address user) external onlyOwner {
        isBlackListed[user] = true;
    }

    function transfer(address to, uint256 value) external {
        require(!paused, "paused");
        require(!isBlackListed[msg.sender], "blacklisted");
        require(!deprecated, "deprecated");
        uint256 fee = (value * basisPointsRate) / 10000;
        if (fee > maximumFee) fee = maximumFee;
        uint256 sent = value - fee;
        balances[msg.sender] -= value;
        balances[to] += sent;
        if (fee > 0) {
            balances[owner] += fee;
            emit Transfer(msg.sender, owner, fee);
        }
        emit Transfer(msg.sender, to, sent);
    }
}
