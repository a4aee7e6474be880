// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

interface IUnderlying {
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
    function balanceOf(address owner) external view returns (uint256);
}

/// Says who may borrow how much, by what they hold in all markets that they entered; after Compound's Comptroller.
contract Comptroller {
    struct Market {
        bool isListed;
        uint256 collateralFactor; // of 10^18
        mapping(address account => bool) members;
    }

    address public admin;
    mapping(address account => CToken[]) public accountAssets;
    mapping(address cToken => Market) public markets;
    mapping(address cToken => uint256) public priceOf;

    constructor() {
        admin = msg.sender;
    }

    function support(address cToken, uint256 collateralFactor, uint256 price) external {
        require(msg.sender == admin, "not the admin");
        markets[cToken].isListed = true;
        markets[cToken].collateralFactor = collateralFactor;
        priceOf[cToken] = price;
    }

    function enterMarkets(CToken[] calldata cTokens) external {
        for (uint256 i = 0; i < cTokens.length; i++) {
            Market storage market = markets[address(cTokens[i])];
            require(market.isListed, "not listed");
            if (market.members[msg.sender]) continue;
            market.members[msg.sender] = true;
            accountAssets[msg.sender].push(cTokens[i]);
        }
    }

    /// What the account may still borrow, less what it lacks; borrowed and redeemed amounts of one market come on top.
    function liquidity(address account, CToken changed, uint256 redeemed, uint256 borrowed)
        public
        view
        returns (uint256 excess, uint256 shortfall)
    {
        uint256 collateral;
        uint256 debt;
        CToken[] storage assets = accountAssets[account];
        for (uint256 i = 0; i < assets.length; i++) {
            (uint256 worth, uint256 owed) = position(assets[i], account, assets[i] == changed ? redeemed : 0);
            collateral += worth;
            debt += owed;
            if (assets[i] == changed) debt += (borrowed * priceOf[address(changed)]) / 1e18;
        }
        if (collateral > debt) excess = collateral - debt;
        else shortfall = debt - collateral;
    }

    /// What an account's tokens of one market count for, without some of them, and what it owes there.
    function position(CToken asset, address account, uint256 without)
        private
        view
        returns (uint256 worth, uint256 owed)
    {
        uint256 tokens;
        uint256 rate;
        (tokens, owed, rate) = asset.accountSnapshot(account);
        uint256 price = priceOf[address(asset)];
        worth = ((((tokens - without) * rate) / 1e18) * price * markets[address(asset)].collateralFactor) / 1e36;
        owed = (owed * price) / 1e18;
    }
}

/// A market of one asset after Compound's CErc20: each call first lets interest accrue, which writes the totals.
contract CToken {
    struct BorrowSnapshot {
        uint256 principal;
        uint256 interestIndex;
    }

    bool private notEntered = true;
    address public admin;
    Comptroller public comptroller;
    uint256 public reserveFactor = 0.1e18;
    uint256 public accrualTime;
    uint256 public borrowIndex = 1e18;
    uint256 public totalBorrows;
    uint256 public totalReserves;
    uint256 public totalSupply;
    mapping(address account => uint256) public balanceOf;
    mapping(address account => mapping(address spender => uint256)) public allowance;
    mapping(address account => BorrowSnapshot) private accountBorrows;
    IUnderlying public underlying;

    modifier nonReentrant() {
        require(notEntered, "re-entered");
        notEntered = false;
        _;
        notEntered = true;
    }

    constructor(Comptroller comptroller_, IUnderlying underlying_) {
        admin = msg.sender;
        comptroller = comptroller_;
        underlying = underlying_;
        accrualTime = block.timestamp;
    }

    function accrueInterest() public {
        uint256 elapsed = block.timestamp - accrualTime;
        if (elapsed == 0) return;
        uint256 cash = underlying.balanceOf(address(this));
        uint256 utilisation = totalBorrows == 0 ? 0 : (totalBorrows * 1e18) / (cash + totalBorrows - totalReserves);
        uint256 factor = ((1e9 + utilisation / 1e9) * elapsed);
        uint256 interest = (totalBorrows * factor) / 1e18;
        accrualTime = block.timestamp;
        totalBorrows += interest;
        totalReserves += (interest * reserveFactor) / 1e18;
        borrowIndex += (borrowIndex * factor) / 1e18;
    }

    function exchangeRate() public view returns (uint256) {
        if (totalSupply == 0) return 1e18;
        uint256 cash = underlying.balanceOf(address(this));
        return ((cash + totalBorrows - totalReserves) * 1e18) / totalSupply;
    }

    function borrowBalance(address account) public view returns (uint256) {
        BorrowSnapshot storage snapshot = accountBorrows[account];
        return snapshot.principal == 0 ? 0 : (snapshot.principal * borrowIndex) / snapshot.interestIndex;
    }

    function accountSnapshot(address account) external view returns (uint256, uint256, uint256) {
        return (balanceOf[account], borrowBalance(account), exchangeRate());
    }

    function mint(uint256 amount) external nonReentrant {
        accrueInterest();
        uint256 tokens = (amount * 1e18) / exchangeRate();
        require(underlying.transferFrom(msg.sender, address(this), amount), "not paid");
        totalSupply += tokens;
        balanceOf[msg.sender] += tokens;
    }

    function redeem(uint256 tokens) external nonReentrant {
        accrueInterest();
        (, uint256 shortfall) = comptroller.liquidity(msg.sender, this, tokens, 0);
        require(shortfall == 0, "still needed");
        uint256 amount = (tokens * exchangeRate()) / 1e18;
        totalSupply -= tokens;
        balanceOf[msg.sender] -= tokens;
        require(underlying.transfer(msg.sender, amount), "not paid out");
    }

    function borrow(uint256 amount) external nonReentrant {
        accrueInterest();
        (, uint256 shortfall) = comptroller.liquidity(msg.sender, this, 0, amount);
        require(shortfall == 0, "too little collateral");
        accountBorrows[msg.sender] = BorrowSnapshot(borrowBalance(msg.sender) + amount, borrowIndex);
        totalBorrows += amount;
        require(underlying.transfer(msg.sender, amount), "not paid out");
    }

    function repayBorrow(uint256 amount) external nonReentrant {
        accrueInterest();
        repay(msg.sender, msg.sender, amount);
    }

    function liquidateBorrow(address borrower, uint256 amount, CToken collateral) external nonReentrant {
        accrueInterest();
        if (collateral != this) collateral.accrueInterest();
        (, uint256 shortfall) = comptroller.liquidity(borrower, this, 0, 0);
        require(shortfall > 0, "enough collateral");
        repay(msg.sender, borrower, amount);
        uint256 worth = (amount * comptroller.priceOf(address(this)) * 108) /
            (comptroller.priceOf(address(collateral)) * 100);
        collateral.seize(msg.sender, borrower, (worth * 1e18) / collateral.exchangeRate());
    }

    function seize(address liquidator, address borrower, uint256 tokens) external {
        (bool isListed, ) = comptroller.markets(msg.sender);
        require(isListed, "not a market");
        balanceOf[borrower] -= tokens;
        balanceOf[liquidator] += tokens;
    }

    function repay(address payer, address borrower, uint256 amount) private {
        accountBorrows[borrower] = BorrowSnapshot(borrowBalance(borrower) - amount, borrowIndex);
        totalBorrows -= amount;
        require(underlying.transferFrom(payer, address(this), amount), "not paid");
    }
}
