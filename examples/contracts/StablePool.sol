// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

interface IToken {
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
}

/// A pool of two coins after Curve's StableSwap, with the storage of a contract in Vyper: nothing is packed,
/// arrays of fixed length lie side by side, and a mapping's slot is hashed before its key.
contract StablePool {
    uint256 private constant N = 2;
    uint256 private constant LOCK = 0;
    uint256 private constant COINS = 1; // address[2], a slot each
    uint256 private constant BALANCES = 3; // uint256[2]
    uint256 private constant FEE = 5; // of 10^10
    uint256 private constant AMPLIFICATION = 6;
    uint256 private constant TOTAL_SUPPLY = 7;
    uint256 private constant BALANCE_OF = 8; // HashMap[address, uint256]

    event TokenExchange(address indexed buyer, int128 soldId, uint256 sold, int128 boughtId, uint256 bought);

    constructor(address[2] memory coins_, uint256 amplification, uint256 fee) {
        store(COINS, uint256(uint160(coins_[0])));
        store(COINS + 1, uint256(uint160(coins_[1])));
        store(AMPLIFICATION, amplification);
        store(FEE, fee);
    }

    function coins(uint256 i) public view returns (address) {
        return address(uint160(load(COINS + i)));
    }

    function balances(uint256 i) public view returns (uint256) {
        return load(BALANCES + i);
    }

    function balanceOf(address owner) external view returns (uint256) {
        return load(slotOf(BALANCE_OF, owner));
    }

    function add_liquidity(uint256[2] calldata amounts) external {
        lock();
        uint256 before = load(TOTAL_SUPPLY) == 0 ? 0 : invariant(balances(0), balances(1));
        for (uint256 i = 0; i < N; i++) {
            require(IToken(coins(i)).transferFrom(msg.sender, address(this), amounts[i]), "not paid");
            store(BALANCES + i, balances(i) + amounts[i]);
        }
        uint256 grown = invariant(balances(0), balances(1));
        uint256 supply = load(TOTAL_SUPPLY);
        uint256 minted = supply == 0 ? grown : (supply * (grown - before)) / before;
        store(TOTAL_SUPPLY, supply + minted);
        uint256 slot = slotOf(BALANCE_OF, msg.sender);
        store(slot, load(slot) + minted);
        store(LOCK, 0);
    }

    function exchange(int128 i, int128 j, uint256 dx, uint256 minDy) external returns (uint256 dy) {
        lock();
        uint256 sold = uint256(int256(i));
        uint256 bought = uint256(int256(j));
        require(sold < N && bought < N && sold != bought, "no such coin");
        uint256 y = otherBalance(balances(sold) + dx, invariant(balances(0), balances(1)));
        dy = balances(bought) - y - 1;
        dy -= (dy * load(FEE)) / 10 ** 10;
        require(dy >= minDy, "too little");
        store(BALANCES + sold, balances(sold) + dx);
        store(BALANCES + bought, balances(bought) - dy);
        require(IToken(coins(sold)).transferFrom(msg.sender, address(this), dx), "not paid");
        require(IToken(coins(bought)).transfer(msg.sender, dy), "not paid out");
        emit TokenExchange(msg.sender, i, dx, j, dy);
        store(LOCK, 0);
    }

    /// The amount D of which x and y are the balanced sum, by Newton's method.
    function invariant(uint256 x, uint256 y) private view returns (uint256 d) {
        uint256 sum = x + y;
        if (sum == 0) return 0;
        uint256 ann = load(AMPLIFICATION) * N;
        d = sum;
        for (uint256 round = 0; round < 255; round++) {
            uint256 dp = (((d * d) / (x * N)) * d) / (y * N);
            uint256 previous = d;
            d = ((ann * sum + dp * N) * d) / ((ann - 1) * d + (N + 1) * dp);
            if (d > previous ? d - previous <= 1 : previous - d <= 1) return d;
        }
        revert("no convergence");
    }

    /// The other coin's balance that goes with x, by Newton's method.
    function otherBalance(uint256 x, uint256 d) private view returns (uint256 y) {
        uint256 ann = load(AMPLIFICATION) * N;
        uint256 c = (((d * d) / (x * N)) * d) / (ann * N);
        uint256 b = x + d / ann;
        y = d;
        for (uint256 round = 0; round < 255; round++) {
            uint256 previous = y;
            y = (y * y + c) / (2 * y + b - d);
            if (y > previous ? y - previous <= 1 : previous - y <= 1) return y;
        }
        revert("no convergence");
    }

    function lock() private {
        require(load(LOCK) == 0, "locked");
        store(LOCK, 1);
    }

    function slotOf(uint256 mappingSlot, address key) private pure returns (uint256 slot) {
        assembly {
            mstore(0x00, mappingSlot)
            mstore(0x20, key)
            slot := keccak256(0x00, 0x40)
        }
    }

    function load(uint256 slot) private view returns (uint256 value) {
        assembly {
            value := sload(slot)
        }
    }

    function store(uint256 slot, uint256 value) private {
        assembly {
            sstore(slot, value)
        }
    }
}
