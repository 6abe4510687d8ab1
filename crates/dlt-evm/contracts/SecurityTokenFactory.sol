// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SecurityToken} from "./SecurityToken.sol";

/// @title Creates one token per ISIN, at an address that is known before.
/// @notice Only the registrar creates, so that nobody can occupy an ISIN's address with a token of their own.
contract SecurityTokenFactory {
    /// @notice The code that every token runs.
    address public immutable implementation;
    address public registrar;
    address private _proposedRegistrar;

    event AssetCreated(address indexed token, bytes12 indexed isin, uint64 issueVolume, bytes32 termsHash);
    event RegistrarProposed(address indexed registrar);
    event RegistrarChanged(address indexed previous, address indexed registrar);

    error NotRegistrar(address caller);
    error AssetExists(address token);

    modifier onlyRegistrar() {
        if (msg.sender != registrar) revert NotRegistrar(msg.sender);
        _;
    }

    constructor(address registrar_) {
        registrar = registrar_;
        implementation = address(new SecurityToken());
    }

    /// @notice Creates the token and issues its whole volume, in one transaction: nobody can come between.
    function create(
        bytes12 isin,
        uint64 issueVolume,
        bytes32 termsHash,
        string calldata name,
        string calldata symbol
    ) external onlyRegistrar returns (address token) {
        bytes memory code = _cloneCode();
        bytes32 salt = keccak256(abi.encodePacked(isin));
        assembly ("memory-safe") {
            token := create2(0, add(code, 0x20), mload(code), salt)
        }
        if (token == address(0)) revert AssetExists(tokenAddress(isin));
        SecurityToken(token).initialize(msg.sender, isin, issueVolume, termsHash, name, symbol);
        emit AssetCreated(token, isin, issueVolume, termsHash);
    }

    /// @notice Where the token of an ISIN is or will be.
    function tokenAddress(bytes12 isin) public view returns (address) {
        bytes32 salt = keccak256(abi.encodePacked(isin));
        return address(
            uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, keccak256(_cloneCode())))))
        );
    }

    function proposeRegistrar(address registrar_) external onlyRegistrar {
        _proposedRegistrar = registrar_;
        emit RegistrarProposed(registrar_);
    }

    function acceptRegistrar() external {
        if (msg.sender != _proposedRegistrar) revert NotRegistrar(msg.sender);
        emit RegistrarChanged(registrar, msg.sender);
        registrar = msg.sender;
        _proposedRegistrar = address(0);
    }

    /// @dev ERC-1167: ten bytes that return the 45 bytes which delegate every call to the implementation.
    function _cloneCode() private view returns (bytes memory) {
        return abi.encodePacked(
            hex"3d602d80600a3d3981f3363d3d373d3d3d363d73", implementation, hex"5af43d82803e903d91602b57fd5bf3"
        );
    }
}
