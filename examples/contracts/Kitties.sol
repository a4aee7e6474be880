// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// Cats that are bred and auctioned, after CryptoKitties: a cat is two words of an array, births are announced by a
/// counter of pregnancies, and the auction house passes each price on to the seller.
contract Kitties {
    struct Kitty {
        uint256 genes;
        uint64 birthTime;
        uint64 cooldownEnd;
        uint32 matronId;
        uint32 sireId;
        uint32 siringWithId;
        uint16 cooldownIndex;
        uint16 generation;
    }

    struct Auction {
        address seller;
        uint128 startingPrice;
        uint128 endingPrice;
        uint64 duration;
        uint64 startedAt;
    }

    uint256 private constant BIRTH_FEE = 0.002 ether;
    uint256 private constant CUT = 375; // of 10,000

    Kitty[] public kitties;
    mapping(uint256 kitty => address) public ownerOf;
    mapping(address owner => uint256) public balanceOf;
    mapping(uint256 kitty => address) public sireAllowedTo;
    mapping(uint256 kitty => Auction) public auctions;
    uint256 public pregnantKitties;

    event Birth(address indexed owner, uint256 kitty, uint256 matron, uint256 sire);

    function create(address owner, uint256 genes) external returns (uint256 kitty) {
        return born(owner, genes, 0, 0, 0);
    }

    function transfer(address to, uint256 kitty) external {
        require(ownerOf[kitty] == msg.sender, "not the owner");
        move(msg.sender, to, kitty);
    }

    function breed(uint256 matronId, uint256 sireId) external payable {
        require(msg.value >= BIRTH_FEE, "the birth is not paid");
        require(ownerOf[matronId] == msg.sender, "not the owner");
        require(ownerOf[sireId] == msg.sender || sireAllowedTo[sireId] == msg.sender, "not allowed");
        Kitty storage matron = kitties[matronId];
        Kitty storage sire = kitties[sireId];
        require(matron.siringWithId == 0 && matron.cooldownEnd <= block.timestamp, "not ready");
        require(sire.cooldownEnd <= block.timestamp, "not ready");
        matron.siringWithId = uint32(sireId);
        matron.cooldownEnd = uint64(block.timestamp + 60 * (uint256(matron.cooldownIndex) + 1));
        sire.cooldownEnd = uint64(block.timestamp + 60 * (uint256(sire.cooldownIndex) + 1));
        if (matron.cooldownIndex < 13) matron.cooldownIndex++;
        if (sire.cooldownIndex < 13) sire.cooldownIndex++;
        pregnantKitties++;
    }

    /// Anybody may be the midwife, and gets the fee.
    function giveBirth(uint256 matronId) external returns (uint256 kitty) {
        Kitty storage matron = kitties[matronId];
        require(matron.siringWithId != 0 && matron.cooldownEnd <= block.timestamp, "not yet");
        uint256 sireId = matron.siringWithId;
        Kitty storage sire = kitties[sireId];
        uint16 generation = matron.generation > sire.generation ? matron.generation : sire.generation;
        uint256 genes = uint256(keccak256(abi.encode(matron.genes, sire.genes, matron.cooldownEnd)));
        kitty = born(ownerOf[matronId], genes, uint32(matronId), uint32(sireId), generation + 1);
        matron.siringWithId = 0;
        pregnantKitties--;
        pay(msg.sender, BIRTH_FEE);
    }

    function createAuction(uint256 kitty, uint128 startingPrice, uint128 endingPrice, uint64 duration) external {
        require(ownerOf[kitty] == msg.sender, "not the owner");
        move(msg.sender, address(this), kitty);
        auctions[kitty] = Auction(msg.sender, startingPrice, endingPrice, duration, uint64(block.timestamp));
    }

    function bid(uint256 kitty) external payable {
        Auction memory auction = auctions[kitty];
        require(auction.startedAt > 0, "no auction");
        uint256 passed = block.timestamp - auction.startedAt;
        uint256 price = passed >= auction.duration
            ? auction.endingPrice
            : auction.startingPrice
                - ((uint256(auction.startingPrice) - auction.endingPrice) * passed) / auction.duration;
        require(msg.value >= price, "too little");
        delete auctions[kitty];
        pay(auction.seller, price - (price * CUT) / 10000);
        if (msg.value > price) pay(msg.sender, msg.value - price);
        move(address(this), msg.sender, kitty);
    }

    function born(address owner, uint256 genes, uint32 matronId, uint32 sireId, uint16 generation)
        private
        returns (uint256 kitty)
    {
        kitty = kitties.length;
        kitties.push(Kitty(genes, uint64(block.timestamp), 0, matronId, sireId, 0, generation / 2, generation));
        ownerOf[kitty] = owner;
        balanceOf[owner]++;
        emit Birth(owner, kitty, matronId, sireId);
    }

    function move(address from, address to, uint256 kitty) private {
        balanceOf[from]--;
        balanceOf[to]++;
        ownerOf[kitty] = to;
        delete sireAllowedTo[kitty];
    }

    function pay(address to, uint256 amount) private {
        (bool success, ) = to.call{value: amount}("");
        require(success, "the money is refused");
    }
}
