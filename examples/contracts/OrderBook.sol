// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// An exchange with markets of limit orders. Traders pay in and out beforehand; trading moves entries of the book.
contract OrderBook {
    struct Order {
        address owner;
        uint96 amount;
    }

    /// The sellers at one price, first come first served.
    struct Level {
        uint128 head;
        uint128 tail;
        mapping(uint256 position => Order) orders;
    }

    struct Market {
        uint64 bestPrice;
        uint64 trades;
        uint128 volume;
        mapping(uint256 price => Level) levels;
    }

    mapping(address trader => mapping(uint256 asset => uint256)) public held;
    mapping(uint256 market => Market) private markets;

    event Trade(uint256 indexed market, address indexed maker, address indexed taker, uint256 price, uint256 amount);

    /// Asset 0 is money; each market sells the asset of its own number.
    function payIn(uint256 asset, uint256 amount) external {
        held[msg.sender][asset] += amount;
    }

    function sell(uint256 market, uint64 price, uint96 amount) external {
        held[msg.sender][market] -= amount;
        Market storage book = markets[market];
        Level storage level = book.levels[price];
        level.orders[level.tail++] = Order(msg.sender, amount);
        if (book.bestPrice == 0 || price < book.bestPrice) book.bestPrice = price;
    }

    function buy(uint256 market, uint96 amount) external {
        Market storage book = markets[market];
        uint64 price = book.bestPrice;
        Level storage level = book.levels[price];
        uint256 left = amount;
        while (left > 0 && level.head < level.tail) {
            Order storage order = level.orders[level.head];
            uint96 traded = order.amount < left ? order.amount : uint96(left);
            order.amount -= traded;
            left -= traded;
            held[order.owner][0] += uint256(traded) * price;
            emit Trade(market, order.owner, msg.sender, price, traded);
            if (order.amount == 0) level.head++;
        }
        uint256 bought = amount - left;
        require(bought > 0, "nobody sells");
        held[msg.sender][0] -= bought * price;
        held[msg.sender][market] += bought;
        book.trades++;
        book.volume += uint128(bought);
    }
}
