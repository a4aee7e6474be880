// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// Several calls in one transaction, with the interface of Multicall3; it keeps no state of its own.
contract Multicall3 {
    struct Call3Value {
        address target;
        bool allowFailure;
        uint256 value;
        bytes callData;
    }

    struct Result {
        bool success;
        bytes returnData;
    }

    function aggregate3Value(Call3Value[] calldata calls) external payable returns (Result[] memory results) {
        results = new Result[](calls.length);
        uint256 spent;
        for (uint256 i = 0; i < calls.length; i++) {
            Call3Value calldata one = calls[i];
            spent += one.value;
            (results[i].success, results[i].returnData) = one.target.call{value: one.value}(one.callData);
            require(results[i].success || one.allowFailure, "Multicall3: call failed");
        }
        require(msg.value == spent, "Multicall3: value mismatch");
    }
}
