// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// A shop that sends each seller the money at once.
contract PushPayments {
    function buy(address payable seller) external payable {
        (bool success, ) = seller.call{value: msg.value}("");
        require(success, "the seller refuses the money");
    }
}

/// A shop that writes down what each seller may fetch.
contract PullPayments {
    mapping(address seller => uint256) public owed;

    function buy(address seller) external payable {
        owed[seller] += msg.value;
    }

    function withdraw() external {
        uint256 amount = owed[msg.sender];
        owed[msg.sender] = 0;
        (bool success, ) = msg.sender.call{value: amount}("");
        require(success, "the seller refuses the money");
    }
}
