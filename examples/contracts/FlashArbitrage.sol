// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

interface IPair {
    function token0() external view returns (address);
    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 time);
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
}

interface IPaid {
    function transfer(address to, uint256 value) external returns (bool);
    function balanceOf(address owner) external view returns (uint256);
}

/// Goes round three pairs of Uniswap V2 in one transaction, with what the first pair lends: takes B of A/B, makes it C,
/// makes that A, pays the first pair, and keeps the rest.
contract FlashArbitrage {
    struct Round {
        address[3] pairs; // A/B, B/C, C/A
        address[3] tokens; // A, B, C
        uint256 amount; // of B
        address receiver;
    }

    function run(address[3] calldata pairs, address[3] calldata tokens, uint256 amount) external {
        bytes memory data = abi.encode(Round(pairs, tokens, amount, msg.sender));
        swapOut(pairs[0], tokens[1], amount, address(this), data);
    }

    function uniswapV2Call(address, uint256, uint256, bytes calldata data) external {
        Round memory round = abi.decode(data, (Round));
        require(msg.sender == round.pairs[0], "not the lender");
        uint256 third = exchange(round.pairs[1], round.tokens[1], round.tokens[2], round.amount, round.pairs[2]);
        uint256 first = exchangePaid(round.pairs[2], round.tokens[2], round.tokens[0], third, address(this));
        uint256 owed = priceOf(round.pairs[0], round.tokens[0], round.amount);
        require(first > owed, "no profit");
        require(IPaid(round.tokens[0]).transfer(round.pairs[0], owed), "not paid");
        require(IPaid(round.tokens[0]).transfer(round.receiver, first - owed), "not paid");
    }

    function exchange(address pair, address input, address output, uint256 amount, address to)
        private
        returns (uint256)
    {
        require(IPaid(input).transfer(pair, amount), "not paid");
        return exchangePaid(pair, input, output, amount, to);
    }

    function exchangePaid(address pair, address input, address output, uint256 amount, address to)
        private
        returns (uint256 bought)
    {
        (uint256 reserveIn, uint256 reserveOut) = reservesOf(pair, input);
        uint256 withFee = amount * 997;
        bought = (withFee * reserveOut) / (reserveIn * 1000 + withFee);
        swapOut(pair, output, bought, to, "");
    }

    /// What has to be paid in for an amount of the other token.
    function priceOf(address pair, address input, uint256 amountOut) private view returns (uint256) {
        (uint256 reserveIn, uint256 reserveOut) = reservesOf(pair, input);
        return (reserveIn * amountOut * 1000) / ((reserveOut - amountOut) * 997) + 1;
    }

    function reservesOf(address pair, address input) private view returns (uint256, uint256) {
        (uint256 reserve0, uint256 reserve1,) = IPair(pair).getReserves();
        return IPair(pair).token0() == input ? (reserve0, reserve1) : (reserve1, reserve0);
    }

    function swapOut(address pair, address output, uint256 amount, address to, bytes memory data) private {
        bool isFirst = IPair(pair).token0() == output;
        IPair(pair).swap(isFirst ? amount : 0, isFirst ? 0 : amount, to, data);
    }
}
