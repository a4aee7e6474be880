// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// Transfers that owners signed, with the interface and the layout of Permit2: a bitmap of used nonces for each owner,
/// 256 of them in a slot.
contract Permit2Like {
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    struct PermitTransferFrom {
        TokenPermissions permitted;
        uint256 nonce;
        uint256 deadline;
    }

    struct SignatureTransferDetails {
        address to;
        uint256 requestedAmount;
    }

    bytes32 private constant TOKEN_PERMISSIONS = keccak256("TokenPermissions(address token,uint256 amount)");
    bytes32 private constant PERMIT = keccak256(
        "PermitTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline)TokenPermissions(address token,uint256 amount)"
    );
    bytes32 private constant DOMAIN = keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)");

    mapping(address owner => mapping(uint256 word => uint256)) public nonceBitmap;

    function permitTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata details,
        address owner,
        bytes calldata signature
    ) external {
        require(block.timestamp <= permit.deadline, "too late");
        require(details.requestedAmount <= permit.permitted.amount, "too much");
        uint256 bit = 1 << (permit.nonce & 0xff);
        uint256 flipped = nonceBitmap[owner][permit.nonce >> 8] ^= bit;
        require(flipped & bit != 0, "nonce used");
        require(ECDSA.recoverCalldata(hashOf(permit), signature) == owner, "not signed by the owner");
        require(
            IERC20(permit.permitted.token).transferFrom(owner, details.to, details.requestedAmount), "not paid"
        );
    }

    function hashOf(PermitTransferFrom calldata permit) public view returns (bytes32) {
        bytes32 permitted =
            keccak256(abi.encode(TOKEN_PERMISSIONS, permit.permitted.token, permit.permitted.amount));
        bytes32 content = keccak256(abi.encode(PERMIT, permitted, msg.sender, permit.nonce, permit.deadline));
        bytes32 domain = keccak256(abi.encode(DOMAIN, keccak256("Permit2"), block.chainid, address(this)));
        return keccak256(abi.encodePacked("\x19\x01", domain, content));
    }
}
