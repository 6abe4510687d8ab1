// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEnforcement} from "./Interfaces.sol";
import {SecurityToken} from "./SecurityToken.sol";

/// @title Creates one token per ISIN, at an address that is known before.
/// @notice Only the registry creates, so that nobody can occupy an ISIN's address with a token of their own. Who holds
/// the office of enforcement stands here, once for all tokens.
/// @dev The tokens' registry is theirs: it lies in the word that a delivery reads anyway, and each passes it on by
/// itself. Enforcement is asked for at each of its acts, which are rare: some 5,000 gas then, nothing else.
contract SecurityTokenFactory is IEnforcement {
    /// @notice The code that every token runs.
    address public immutable implementation;
    /// @notice Who creates tokens and holds the registry of new ones.
    address public registrar;
    /// @notice Who freezes, bars, pauses, moves by order and replaces wallets, in every token of this factory.
    address public enforcement;
    address private _proposedRegistrar;
    address private _proposedEnforcement;

    /// @notice A token was created and its whole volume issued.
    event AssetCreated(address indexed token, bytes12 indexed isin, uint64 issueVolume, bytes32 termsHash);
    /// @notice This account may accept the office of creating.
    event RegistrarProposed(address indexed registrar);
    /// @notice The office of creating passed on. Tokens that exist keep their registry.
    event RegistrarChanged(address indexed previous, address indexed registrar);
    /// @notice This account may accept the office of enforcement.
    event EnforcementProposed(address indexed enforcement);
    /// @notice The office of enforcement passed on, for all tokens.
    event EnforcementChanged(address indexed previous, address indexed enforcement);

    /// @notice The caller does not hold the office of the registry.
    error NotRegistrar(address caller);
    /// @notice The caller does not hold the office of enforcement.
    error NotEnforcement(address caller);
    /// @notice There is a token with this ISIN.
    error AssetExists(address token);

    modifier onlyRegistrar() {
        if (msg.sender != registrar) revert NotRegistrar(msg.sender);
        _;
    }

    /// @dev Both offices go to one account; who wants two hands over enforcement afterwards.
    constructor(address registrar_) {
        registrar = registrar_;
        enforcement = registrar_;
        implementation = address(new SecurityToken());
    }

    /// @notice Creates the token and issues its whole volume, in one transaction: nobody can come between.
    /// @dev Registry only (NotRegistrar). AssetExists for an ISIN that has a token. Emits the token's Transfer and
    /// Terms, then AssetCreated. The caller holds the registry of the token.
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

    /// @notice Offers the office of creating to another account, which has to accept it.
    /// @dev Registry only (NotRegistrar). Emits RegistrarProposed. The zero address withdraws the offer.
    function proposeRegistrar(address registrar_) external onlyRegistrar {
        _proposedRegistrar = registrar_;
        emit RegistrarProposed(registrar_);
    }

    /// @notice Takes the office of creating over.
    /// @dev Only who was proposed last (NotRegistrar). Emits RegistrarChanged.
    function acceptRegistrar() external {
        if (msg.sender != _proposedRegistrar) revert NotRegistrar(msg.sender);
        emit RegistrarChanged(registrar, msg.sender);
        registrar = msg.sender;
        _proposedRegistrar = address(0);
    }

    /// @notice Offers the office of enforcement to another account, which has to accept it.
    /// @dev Enforcement only (NotEnforcement). Emits EnforcementProposed. The zero address withdraws the offer.
    function proposeEnforcement(address enforcement_) external {
        if (msg.sender != enforcement) revert NotEnforcement(msg.sender);
        _proposedEnforcement = enforcement_;
        emit EnforcementProposed(enforcement_);
    }

    /// @notice Takes the office of enforcement over, in every token at once.
    /// @dev Only who was proposed last (NotEnforcement). Emits EnforcementChanged.
    function acceptEnforcement() external {
        if (msg.sender != _proposedEnforcement) revert NotEnforcement(msg.sender);
        emit EnforcementChanged(enforcement, msg.sender);
        enforcement = msg.sender;
        _proposedEnforcement = address(0);
    }

    /// @dev ERC-1167: ten bytes that return the 45 bytes which delegate every call to the implementation.
    function _cloneCode() private view returns (bytes memory) {
        return abi.encodePacked(
            hex"3d602d80600a3d3981f3363d3d373d3d3d363d73", implementation, hex"5af43d82803e903d91602b57fd5bf3"
        );
    }
}
