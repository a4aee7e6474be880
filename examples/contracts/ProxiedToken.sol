// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";

/// A token that lives behind proxies: one ERC-1967 proxy that its owner may upgrade, and EIP-1167 clones.
contract ProxiedToken is ERC20, Initializable, UUPSUpgradeable {
    address public owner;

    constructor() ERC20("Proxied Token", "PXT") {
        _disableInitializers();
    }

    function initialize(address owner_, uint256 supply) external initializer {
        owner = owner_;
        _mint(owner_, supply);
    }

    function _authorizeUpgrade(address) internal view override {
        require(msg.sender == owner, "not the owner");
    }
}

/// Named here so that the compiler's output has it.
contract TokenProxy is ERC1967Proxy {
    constructor(address implementation, bytes memory data) ERC1967Proxy(implementation, data) {}
}
