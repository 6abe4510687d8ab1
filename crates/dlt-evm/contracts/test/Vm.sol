// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The few of forge's cheat codes that these tests use.
interface Vm {
    function prank(address sender) external;
    function warp(uint256 timestamp) external;
    function expectRevert(bytes calldata reason) external;
    function assume(bool condition) external pure;
}

/// @dev Forge answers at this address.
Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
