// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {ProxiedToken} from "./ProxiedToken.sol";

/// Creates tokens as EIP-1167 clones, by CREATE2.
contract TokenFactory {
    address public immutable implementation;

    constructor(address implementation_) {
        implementation = implementation_;
    }

    function createToken(bytes32 salt, uint256 supply) external returns (address token) {
        token = Clones.cloneDeterministic(implementation, salt);
        ProxiedToken(token).initialize(msg.sender, supply);
    }

    function tokenAddress(bytes32 salt) external view returns (address) {
        return Clones.predictDeterministicAddress(implementation, salt);
    }
}
