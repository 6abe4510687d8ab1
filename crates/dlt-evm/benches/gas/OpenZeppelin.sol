// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice The package's ERC-20 with an owner who mints and burns; only measured, never shipped.
contract Plain is ERC20, Ownable {
    constructor() ERC20("Solarpark Brandenburg 31", "SOLAR31") Ownable(msg.sender) {}

    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }

    function mintBatch(address[] calldata to, uint256 amount) external onlyOwner {
        for (uint256 i = 0; i < to.length; i++) {
            _mint(to[i], amount);
        }
    }

    function burn(address from, uint256 amount) external onlyOwner {
        _burn(from, amount);
    }
}
