// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SecurityToken} from "../SecurityToken.sol";
import {SecurityTokenFactory} from "../SecurityTokenFactory.sol";
import {vm} from "./Vm.sol";

/// @notice A token whose offices lie with two accounts, and six wallets.
abstract contract Stage {
    address internal constant REGISTRY = address(0xC0FFEE);
    address internal constant COURT = address(0xC0117);
    bytes12 internal constant ISIN = "DE000BASF111";
    uint64 internal constant VOLUME = 1_000_000;

    SecurityTokenFactory internal factory;
    SecurityToken internal token;
    address[] internal wallets;

    function setUp() public virtual {
        factory = new SecurityTokenFactory(REGISTRY);
        vm.prank(REGISTRY);
        factory.proposeEnforcement(COURT);
        vm.prank(COURT);
        factory.acceptEnforcement();
        vm.prank(REGISTRY);
        token = SecurityToken(factory.create(ISIN, VOLUME, bytes32(uint256(7)), "Solarpark Brandenburg 31", "SOLAR31"));
        for (uint160 i = 1; i <= 6; i++) {
            wallets.push(address(uint160(uint256(keccak256(abi.encode(i))))));
        }
    }

    function item(address wallet, uint256 units) internal pure returns (bytes memory) {
        return abi.encodePacked(wallet, uint96(units));
    }

    function deliver(address wallet, uint256 units) internal {
        (,, uint32 sequence,) = token.register();
        vm.prank(REGISTRY);
        token.batchDeliver(sequence, item(wallet, units));
    }

    function setStatus(address wallet, uint16 status) internal {
        vm.prank(status == 2 || token.statusOf(wallet) == 2 ? COURT : REGISTRY);
        token.setStatus(wallet, status);
    }

    function freeze(address wallet, uint256 units) internal {
        vm.prank(COURT);
        token.setFrozenTokens(wallet, units);
    }

    function isOrdinary(address account) internal view returns (bool) {
        return account != address(0) && account != address(token);
    }
}
