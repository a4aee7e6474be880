// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// Members vote on payments out of a treasury; a vote adds to the sum of its proposal.
contract Dao {
    struct Proposal {
        address payable receiver;
        uint96 amount;
        uint64 ends;
        bool executed;
        uint128 yes;
        uint128 no;
        mapping(address member => bool) voted;
    }

    mapping(address member => uint256) public weightOf;
    mapping(uint256 id => Proposal) private proposals;
    uint256 public proposalCount;
    uint256 public paidOut;

    event Voted(uint256 indexed id, address indexed member, bool support, uint256 weight);

    receive() external payable {}

    function join(uint256 weight) external {
        weightOf[msg.sender] = weight;
    }

    function propose(address payable receiver, uint96 amount, uint64 duration) external returns (uint256 id) {
        id = proposalCount++;
        Proposal storage proposal = proposals[id];
        proposal.receiver = receiver;
        proposal.amount = amount;
        proposal.ends = uint64(block.timestamp) + duration;
    }

    function vote(uint256 id, bool support) external {
        Proposal storage proposal = proposals[id];
        uint256 weight = weightOf[msg.sender];
        require(block.timestamp <= proposal.ends, "too late");
        require(weight > 0 && !proposal.voted[msg.sender], "no vote left");
        proposal.voted[msg.sender] = true;
        if (support) proposal.yes += uint128(weight);
        else proposal.no += uint128(weight);
        emit Voted(id, msg.sender, support, weight);
    }

    function execute(uint256 id) external {
        Proposal storage proposal = proposals[id];
        require(block.timestamp > proposal.ends && proposal.yes > proposal.no, "not accepted");
        require(!proposal.executed, "executed already");
        proposal.executed = true;
        paidOut += proposal.amount;
        (bool success, ) = proposal.receiver.call{value: proposal.amount}("");
        require(success, "the receiver refuses the money");
    }
}
