// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";

/// OpenZeppelin's ERC-721: whoever mints gets the next number, or chooses one.
contract Collectible is ERC721 {
    uint256 public next = 1 << 128;

    constructor() ERC721("Collectible", "COL") {}

    function mintNext() external {
        _mint(msg.sender, next++);
    }

    function mint(address to, uint256 id) external {
        _mint(to, id);
    }
}

/// OpenZeppelin's ERC-1155: the things of a game, by kind.
contract GameItems is ERC1155 {
    constructor() ERC1155("https://example.org/{id}") {}

    function mint(address to, uint256 id, uint256 amount) external {
        _mint(to, id, amount, "");
    }
}
