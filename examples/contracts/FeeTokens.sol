// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// A token that credits a fee to its treasury in every transfer.
contract EagerFeeToken is ERC20 {
    address public immutable treasury;

    constructor(address treasury_, uint256 supply) ERC20("Eager Fee", "EAGER") {
        treasury = treasury_;
        _mint(msg.sender, supply);
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = from == address(0) ? 0 : value / 1000;
        super._update(from, to, value - fee);
        if (fee > 0) super._update(from, treasury, fee);
    }
}

/// A token that puts the fee aside with the payer; the treasury collects it later, from many at once.
contract LazyFeeToken is ERC20 {
    address public immutable treasury;
    mapping(address payer => uint256) public feeOf;

    constructor(address treasury_, uint256 supply) ERC20("Lazy Fee", "LAZY") {
        treasury = treasury_;
        _mint(msg.sender, supply);
    }

    function collect(address[] calldata payers) external {
        for (uint256 i = 0; i < payers.length; i++) {
            uint256 fee = feeOf[payers[i]];
            feeOf[payers[i]] = 0;
            super._update(payers[i], treasury, fee);
        }
    }

    function _update(address from, address to, uint256 value) internal override {
        if (from != address(0)) {
            uint256 fee = value / 1000;
            feeOf[from] += fee;
            require(balanceOf(from) >= value + feeOf[from], "the fee is not covered");
        }
        super._update(from, to, value);
    }
}
