// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// What winners get: a token that the arena mints.
contract Potion is ERC20 {
    address public immutable arena;

    constructor() ERC20("Potion", "SLP") {
        arena = msg.sender;
    }

    function mint(address to, uint256 amount) external {
        require(msg.sender == arena, "not the arena");
        _mint(to, amount);
    }
}

/// Fights between creatures, after Axie Infinity's battles: the winner gains experience, and potions as a reward.
contract Battles {
    struct Creature {
        address owner;
        uint32 attack;
        uint32 defence;
        uint32 experience;
    }

    Potion public immutable potion = new Potion();
    mapping(uint256 creature => Creature) public creatures;
    mapping(uint256 creature => mapping(uint256 day => uint256)) public fightsOn;

    event Fought(uint256 indexed winner, uint256 indexed loser);

    function raise(uint256 creature, uint32 attack, uint32 defence) external {
        require(creatures[creature].owner == address(0), "there already");
        creatures[creature] = Creature(msg.sender, attack, defence, 0);
    }

    function train(uint256 creature) external {
        Creature storage own = creatures[creature];
        require(own.owner == msg.sender, "not the owner");
        own.experience += 1;
        own.attack += own.experience % 2;
        own.defence += (own.experience + 1) % 2;
    }

    function fight(uint256 creature, uint256 foe) external {
        Creature storage own = creatures[creature];
        Creature storage other = creatures[foe];
        require(own.owner == msg.sender && other.owner != address(0), "no such creature");
        require(++fightsOn[creature][block.timestamp / 1 days] <= 10, "tired");
        uint256 luck = uint256(keccak256(abi.encode(creature, foe, own.experience, other.experience)));
        bool wins = own.attack + (luck & 0xff) >= other.defence + ((luck >> 8) & 0xff);
        Creature storage winner = wins ? own : other;
        winner.experience += 10;
        potion.mint(winner.owner, 5 ether);
        emit Fought(wins ? creature : foe, wins ? foe : creature);
    }
}
