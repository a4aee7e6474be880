// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// Vaults after MakerDAO's Vat, with its layout and its words: each kind of collateral is an `ilk`, each vault an
/// `urn`; whoever changes a vault's debt writes the debt of its kind and the debt of all.
contract Vat {
    struct Ilk {
        uint256 Art; // debt of all vaults of this kind
        uint256 rate; // ray
        uint256 spot; // ray, price with safety margin
        uint256 line; // ceiling, rad
        uint256 dust; // least debt of a vault, rad
    }

    struct Urn {
        uint256 ink; // collateral
        uint256 art; // debt
    }

    mapping(address user => uint256) public wards;
    mapping(address user => mapping(address other => uint256)) public can;
    mapping(bytes32 kind => Ilk) public ilks;
    mapping(bytes32 kind => mapping(address owner => Urn)) public urns;
    mapping(bytes32 kind => mapping(address owner => uint256)) public gem;
    mapping(address owner => uint256) public dai; // rad
    mapping(address owner => uint256) public sin; // rad
    uint256 public debt; // rad
    uint256 public vice; // rad
    uint256 public Line; // rad
    uint256 public live = 1;

    constructor() {
        wards[msg.sender] = 1;
        Line = type(uint256).max;
    }

    modifier auth() {
        require(wards[msg.sender] == 1, "Vat/not-authorized");
        _;
    }

    function file(bytes32 ilk, uint256 spot, uint256 line) external auth {
        if (ilks[ilk].rate == 0) ilks[ilk].rate = 10 ** 27;
        ilks[ilk].spot = spot;
        ilks[ilk].line = line;
    }

    function slip(bytes32 ilk, address user, uint256 wad) external auth {
        gem[ilk][user] += wad;
    }

    function flux(bytes32 ilk, address to, uint256 wad) external {
        gem[ilk][msg.sender] -= wad;
        gem[ilk][to] += wad;
    }

    function move(address to, uint256 rad) external {
        dai[msg.sender] -= rad;
        dai[to] += rad;
    }

    /// Puts collateral into the caller's vault and draws debt, or the other way round.
    function frob(bytes32 i, int256 dink, int256 dart) external {
        require(live == 1, "Vat/not-live");
        Urn memory urn = urns[i][msg.sender];
        Ilk memory ilk = ilks[i];
        require(ilk.rate != 0, "Vat/ilk-not-init");
        urn.ink = add(urn.ink, dink);
        urn.art = add(urn.art, dart);
        ilk.Art = add(ilk.Art, dart);
        int256 dtab = int256(ilk.rate) * dart;
        uint256 tab = ilk.rate * urn.art;
        debt = add(debt, dtab);
        require(dart <= 0 || (ilk.Art * ilk.rate <= ilk.line && debt <= Line), "Vat/ceiling-exceeded");
        require((dart <= 0 && dink >= 0) || tab <= urn.ink * ilk.spot, "Vat/not-safe");
        require(urn.art == 0 || tab >= ilk.dust, "Vat/dust");
        gem[i][msg.sender] = add(gem[i][msg.sender], -dink);
        dai[msg.sender] = add(dai[msg.sender], dtab);
        urns[i][msg.sender] = urn;
        ilks[i] = ilk;
    }

    /// Takes a vault whose collateral is not enough.
    function grab(bytes32 i, address u, address keeper) external {
        Urn storage urn = urns[i][u];
        Ilk storage ilk = ilks[i];
        require(urn.art * ilk.rate > urn.ink * ilk.spot, "Vat/safe");
        uint256 tab = urn.art * ilk.rate;
        ilk.Art -= urn.art;
        gem[i][keeper] += urn.ink;
        sin[keeper] += tab;
        vice += tab;
        urn.ink = 0;
        urn.art = 0;
    }

    function add(uint256 x, int256 y) private pure returns (uint256) {
        return y < 0 ? x - uint256(-y) : x + uint256(y);
    }
}
