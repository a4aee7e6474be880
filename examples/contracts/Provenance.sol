// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// Where goods come from: producers register batches, batches are split, and custody goes from hand to hand.
contract Provenance {
    struct Batch {
        address producer;
        uint48 made;
        uint48 handovers;
        address custodian;
        uint96 units;
        bytes32 parent;
        bytes32 document;
    }

    mapping(bytes32 id => Batch) public batches;
    mapping(bytes32 id => mapping(uint256 step => bytes32)) public trail;
    mapping(address custodian => uint256) public batchesHeld;
    mapping(address auditor => bool) public isAuditor;
    uint256 public recalls;

    event Registered(bytes32 indexed id, address indexed producer);
    event HandedOver(bytes32 indexed id, address indexed from, address indexed to);

    constructor() {
        isAuditor[msg.sender] = true;
    }

    modifier onlyCustodian(bytes32 id) {
        require(batches[id].custodian == msg.sender, "not the custodian");
        _;
    }

    function register(bytes32 id, uint96 units, bytes32 document) external {
        require(batches[id].producer == address(0), "known already");
        batches[id] = Batch(msg.sender, uint48(block.timestamp), 0, msg.sender, units, 0, document);
        batchesHeld[msg.sender]++;
        emit Registered(id, msg.sender);
    }

    function split(bytes32 id, bytes32 part, uint96 units) external onlyCustodian(id) {
        Batch storage whole = batches[id];
        require(batches[part].producer == address(0), "known already");
        whole.units -= units;
        batches[part] = Batch(whole.producer, whole.made, 0, msg.sender, units, id, whole.document);
        batchesHeld[msg.sender]++;
    }

    function handOver(bytes32 id, address to, bytes32 note) external onlyCustodian(id) {
        Batch storage batch = batches[id];
        trail[id][batch.handovers++] = note;
        batch.custodian = to;
        batchesHeld[msg.sender]--;
        batchesHeld[to]++;
        emit HandedOver(id, msg.sender, to);
    }
}
