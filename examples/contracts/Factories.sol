// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// What the factories create.
contract Wallet {
    address public immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }
}

/// Creates wallets with CREATE: the next address follows from how many there are.
contract CreateFactory {
    event Created(address wallet);

    function createWallet() external {
        emit Created(address(new Wallet(msg.sender)));
    }
}

/// Creates wallets with CREATE2: the address follows from the owner. The factory's nonce is counted up all the same.
contract Create2Factory {
    event Created(address wallet);

    function createWallet() external {
        emit Created(address(new Wallet{salt: bytes32(uint256(uint160(msg.sender)))}(msg.sender)));
    }
}

/// Gives wallets an address and creates nothing: who only receives needs no code there yet.
contract CounterfactualFactory {
    mapping(address owner => bool) public isRegistered;

    event Registered(address wallet);

    function createWallet() external {
        isRegistered[msg.sender] = true;
        bytes32 initCodeHash = keccak256(abi.encodePacked(type(Wallet).creationCode, abi.encode(msg.sender)));
        bytes32 salt = bytes32(uint256(uint160(msg.sender)));
        bytes32 hash = keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, initCodeHash));
        emit Registered(address(uint160(uint256(hash))));
    }
}
