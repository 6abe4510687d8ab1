// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SecurityToken} from "../SecurityToken.sol";
import {Stage} from "./Stage.sol";
import {vm} from "./Vm.sol";

/// @notice Does everything that anybody can do with a token, in any order, and keeps its own books.
contract Everybody is Stage {
    /// @notice What should be, by this contract's own books.
    mapping(address => uint16) public statusExpected;
    mapping(address => uint256) public frozenAtMost;
    uint256 public batches;
    uint256 public burned;
    /// @notice What a holder or stranger changed that only an office may change.
    string public broken;
    /// @notice How often an act succeeded.
    uint256 public done;

    function theToken() external view returns (SecurityToken) {
        return token;
    }

    function theWallets() external view returns (address[] memory) {
        return wallets;
    }

    // ------------------------------------------------------------------ the registry

    function registryDelivers(uint8 a, uint16 n, uint8 b, uint16 m) external counted {
        (,, uint32 sequence,) = token.register();
        vm.prank(REGISTRY);
        token.batchDeliver(sequence, abi.encodePacked(item(wallet(a), n), item(wallet(b), m)));
        statusExpected[wallet(a)] = 1;
        statusExpected[wallet(b)] = 1;
        batches += 1;
    }

    function registryRepeats(uint32 sequence, uint8 a) external counted {
        (,, uint32 next,) = token.register();
        vm.assume(sequence != next);
        vm.prank(REGISTRY);
        token.batchDeliver(sequence, item(wallet(a), 1));
        broken = "a batch out of sequence";
    }

    function officesSetStatus(uint8 a, uint8 status) external counted {
        // Admitted more often than not, or else nothing would move.
        uint16 given = status % 8 > 2 ? 1 : status % 8;
        setStatus(wallet(a), given);
        statusExpected[wallet(a)] = given;
    }

    function registryMoves(uint8 a, uint8 b, uint16 n) external counted {
        uint256 units = some(a, n);
        vm.prank(REGISTRY);
        token.transferByInstruction(wallet(a), wallet(b), units);
    }

    function registryTakesBack(uint8 a, uint16 n) external counted {
        uint256 units = some(a, n);
        vm.prank(REGISTRY);
        token.takeBack(wallet(a), units);
    }

    function registryBurns(uint8 a, uint16 n, bool undelivered) external counted {
        uint256 units = some(a, n);
        vm.prank(REGISTRY);
        token.burn(undelivered ? address(token) : wallet(a), units);
        burned += units;
    }

    function registryLocks(uint8 later) external counted {
        vm.prank(REGISTRY);
        token.setLockup(uint32(block.timestamp) + later);
    }

    function registryWrites(uint64 size, bytes32 root) external counted {
        vm.prank(REGISTRY);
        token.anchorCheckpoint(size, root, root);
        vm.prank(REGISTRY);
        token.setTerms(root, "");
    }

    // ------------------------------------------------------------------ enforcement

    function courtFreezes(uint8 a, uint24 n) external counted {
        freeze(wallet(a), n);
        frozenAtMost[wallet(a)] = n;
    }

    function courtMoves(uint8 a, uint8 b, uint16 n) external counted {
        uint256 units = some(a, n);
        vm.prank(COURT);
        token.forcedTransfer(wallet(a), wallet(b), units);
    }

    function courtReplaces(uint8 a, uint8 b) external counted {
        vm.prank(COURT);
        token.replaceWallet(wallet(a), wallet(b));
        statusExpected[wallet(b)] = statusExpected[wallet(a)];
        statusExpected[wallet(a)] = 2;
        frozenAtMost[wallet(b)] = frozenAtMost[wallet(a)];
        frozenAtMost[wallet(a)] = 0;
    }

    function courtPauses() external counted {
        bool paused = token.paused();
        vm.prank(COURT);
        if (paused) token.unpause();
        else token.pause();
    }

    // ------------------------------------------------------------------ holders, strangers, time

    function holderTransfers(uint8 a, uint8 b, uint16 n) external counted {
        bytes32 before = books();
        uint256 units = some(a, n);
        vm.prank(wallet(a));
        token.transfer(wallet(b), units);
        judge(before);
    }

    function holderTransfersAnothers(uint8 a, uint8 b, uint8 c, uint16 n) external counted {
        bytes32 before = books();
        uint256 units = some(a, n);
        vm.prank(wallet(a));
        token.approve(wallet(c), units);
        vm.prank(wallet(c));
        token.transferFrom(wallet(a), wallet(b), units);
        judge(before);
    }

    /// @dev A holder or stranger tries what is an office's, with arguments that an office would succeed with.
    function strangerTries(uint8 which, uint8 a, uint8 b, uint16 n) external {
        bytes[12] memory acts = [
            abi.encodeCall(token.batchDeliver, (uint32(batches), item(wallet(a), n))),
            abi.encodeCall(token.setStatus, (wallet(a), n % 3)),
            abi.encodeCall(token.transferByInstruction, (wallet(a), wallet(b), n)),
            abi.encodeCall(token.takeBack, (wallet(a), n)),
            abi.encodeCall(token.burn, (wallet(a), n)),
            abi.encodeCall(token.burn, (address(token), n)),
            abi.encodeCall(token.setFrozenTokens, (wallet(a), n)),
            abi.encodeCall(token.forcedTransfer, (wallet(a), wallet(b), n)),
            abi.encodeCall(token.replaceWallet, (wallet(a), wallet(b))),
            abi.encodeCall(token.pause, ()),
            abi.encodeCall(token.unpause, ()),
            abi.encodeCall(token.setLockup, (uint32(0)))
        ];
        vm.prank(wallet(b));
        (bool succeeded,) = address(token).call(acts[which % 12]);
        if (succeeded) broken = "somebody without an office acted";
    }

    function timePasses(uint16 seconds_) external {
        vm.warp(block.timestamp + seconds_);
    }

    // ------------------------------------------------------------------ helpers

    /// @dev What no holder changes: statuses, frozen amounts, what barred wallets have, the issuer's own holding.
    function books() private view returns (bytes32 hash) {
        for (uint256 i = 0; i < wallets.length; i++) {
            address one = wallets[i];
            uint256 barred = token.statusOf(one) == 2 ? token.balanceOf(one) : 0;
            hash = keccak256(abi.encode(hash, token.statusOf(one), token.getFrozenTokens(one), barred));
        }
        hash = keccak256(abi.encode(hash, token.balanceOf(address(token)), token.totalSupply()));
    }

    function judge(bytes32 before) private {
        if (books() != before) broken = "a holder changed what is an office's";
    }

    function wallet(uint8 number) private view returns (address) {
        return wallets[number % wallets.length];
    }

    /// @dev Mostly no more than the wallet has, so that acts succeed; sometimes anything.
    function some(uint8 a, uint16 n) private view returns (uint256) {
        return n % 16 == 0 ? n : n % (token.balanceOf(wallet(a)) + 1);
    }

    modifier counted() {
        _;
        done += 1;
    }
}

/// @notice What is true after anything.
contract Invariants {
    Everybody private everybody;

    function setUp() external {
        everybody = new Everybody();
        everybody.setUp();
    }

    /// @dev Forge calls what this names, and nothing else.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(everybody);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[15] memory acts = [
            Everybody.registryDelivers.selector,
            Everybody.registryRepeats.selector,
            Everybody.officesSetStatus.selector,
            Everybody.registryMoves.selector,
            Everybody.registryTakesBack.selector,
            Everybody.registryBurns.selector,
            Everybody.registryLocks.selector,
            Everybody.registryWrites.selector,
            Everybody.courtFreezes.selector,
            Everybody.courtMoves.selector,
            Everybody.courtReplaces.selector,
            Everybody.holderTransfers.selector,
            Everybody.holderTransfersAnothers.selector,
            Everybody.strangerTries.selector,
            Everybody.timePasses.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0].addr = address(everybody);
        targets[0].selectors = new bytes4[](16);
        for (uint256 i = 0; i < 15; i++) {
            targets[0].selectors[i] = acts[i];
        }
        targets[0].selectors[15] = Everybody.courtPauses.selector;
    }

    /// @dev After each run: invariants over nothing but refusals would say nothing.
    function afterInvariant() external view {
        require(everybody.done() > 10, "hardly anything was done");
    }

    function invariant_holdings_and_what_is_undelivered_are_the_supply() external view {
        SecurityToken token = everybody.theToken();
        address[] memory wallets = everybody.theWallets();
        uint256 sum = token.balanceOf(address(token));
        for (uint256 i = 0; i < wallets.length; i++) {
            sum += token.balanceOf(wallets[i]);
        }
        require(sum == token.totalSupply(), "units came or went");
        require(token.totalSupply() == 1_000_000 - everybody.burned(), "the supply is the issue less what was burned");
    }

    function invariant_no_more_is_frozen_than_was_said() external view {
        SecurityToken token = everybody.theToken();
        address[] memory wallets = everybody.theWallets();
        for (uint256 i = 0; i < wallets.length; i++) {
            require(token.getFrozenTokens(wallets[i]) <= everybody.frozenAtMost(wallets[i]), "frozen by nobody");
        }
    }

    function invariant_the_sequence_counts_the_batches() external view {
        (,, uint32 sequence,) = everybody.theToken().register();
        require(sequence == everybody.batches(), "a batch more or less");
    }

    function invariant_the_offices_alone_change_a_status() external view {
        SecurityToken token = everybody.theToken();
        address[] memory wallets = everybody.theWallets();
        for (uint256 i = 0; i < wallets.length; i++) {
            require(token.statusOf(wallets[i]) == everybody.statusExpected(wallets[i]), "a status changed");
        }
    }

    /// @dev Barred wallets among it: their units change by an office's act alone.
    function invariant_nobody_does_what_is_an_office_s() external view {
        require(bytes(everybody.broken()).length == 0, everybody.broken());
    }
}
