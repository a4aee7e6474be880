// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// Who may read whose health records: patients give and withdraw consents, clinics leave a trace of each look.
contract Consents {
    enum Scope {
        None,
        Summary,
        Everything
    }

    struct Consent {
        Scope scope;
        uint64 until;
        uint64 given;
    }

    mapping(address patient => mapping(address clinic => Consent)) public consents;
    mapping(address patient => bytes32[]) private looks;
    mapping(address clinic => uint256) public looksBy;

    event Given(address indexed patient, address indexed clinic, Scope scope);

    function give(address clinic, Scope scope, uint64 duration) external {
        consents[msg.sender][clinic] = Consent(scope, uint64(block.timestamp) + duration, uint64(block.timestamp));
        emit Given(msg.sender, clinic, scope);
    }

    function withdraw(address clinic) external {
        delete consents[msg.sender][clinic];
        emit Given(msg.sender, clinic, Scope.None);
    }

    /// Called by a clinic, or by a doctor of it who has an account of their own there.
    function look(address patient, address clinic, bytes32 purpose) external {
        Consent storage consent = consents[patient][clinic];
        require(consent.scope != Scope.None && consent.until > block.timestamp, "no consent");
        looks[patient].push(keccak256(abi.encode(msg.sender, purpose, block.timestamp)));
        looksBy[clinic]++;
    }
}
