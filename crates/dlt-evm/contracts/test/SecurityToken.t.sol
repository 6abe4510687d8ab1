// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors, IERC7943Fungible} from "../Interfaces.sol";
import {SecurityToken} from "../SecurityToken.sol";
import {SecurityTokenFactory} from "../SecurityTokenFactory.sol";
import {Stage} from "./Stage.sol";
import {vm} from "./Vm.sol";

/// @notice What holds for any amount, any wallet, any caller and any bytes.
contract SecurityTokenTest is Stage {
    // ------------------------------------------------------------------ delivery

    /// @dev The loop in assembly against the same thing done with a plain array.
    function testFuzz_a_batch_brings_each_wallet_its_units(uint8[] calldata whom, uint16[] calldata units) external {
        uint256 count = whom.length < units.length ? whom.length : units.length;
        if (count > 15) count = 15;
        vm.assume(count > 0);
        bytes memory items;
        uint256[] memory expected = new uint256[](6);
        uint256 total;
        for (uint256 i = 0; i < count; i++) {
            uint256 amount = uint256(units[i]) + 1;
            items = abi.encodePacked(items, item(wallets[whom[i] % 6], amount));
            expected[whom[i] % 6] += amount;
            total += amount;
        }
        vm.prank(REGISTRY);
        token.batchDeliver(0, items);
        for (uint256 i = 0; i < 6; i++) {
            require(token.balanceOf(wallets[i]) == expected[i], "a wallet has other units");
            require(token.statusOf(wallets[i]) == (expected[i] == 0 ? 0 : 1), "admitted without a delivery, or not by it");
        }
        require(token.balanceOf(address(token)) == VOLUME - total, "the issuer has the rest");
        (uint64 issued, uint64 undelivered, uint32 sequence, bool paused) = token.register();
        require(issued == VOLUME && undelivered == VOLUME - total && sequence == 1 && !paused, "slot 0 and 1");
        require(token.registrar() == REGISTRY, "slot 0 kept the registrar");
    }

    /// @dev Whatever the bytes are: all of them or none, and never more than was issued.
    function testFuzz_a_batch_of_any_bytes_keeps_the_sum(bytes calldata items) external {
        vm.prank(REGISTRY);
        (bool done,) = address(token).call(abi.encodeCall(token.batchDeliver, (0, items)));
        (, uint64 undelivered, uint32 sequence,) = token.register();
        if (!done) {
            require(undelivered == VOLUME && sequence == 0, "a refused batch changed something");
            return;
        }
        require(items.length % 32 == 0 && items.length > 0 && sequence == 1, "malformed");
        uint256 total;
        for (uint256 start = 0; start < items.length; start += 32) {
            total += uint96(bytes12(items[start + 20:start + 32]));
        }
        require(undelivered == VOLUME - total, "the sum");
    }

    function testFuzz_more_than_is_undelivered_is_refused(uint96 units) external {
        vm.assume(units > VOLUME);
        bytes memory no = abi.encodeWithSelector(
            IERC20Errors.ERC20InsufficientBalance.selector, address(token), uint256(VOLUME), uint256(units)
        );
        vm.expectRevert(no);
        vm.prank(REGISTRY);
        token.batchDeliver(0, item(wallets[0], units));
    }

    function testFuzz_only_the_next_batch_is_taken(uint32 sequence) external {
        deliver(wallets[0], 1);
        vm.assume(sequence != 1);
        vm.expectRevert(abi.encodeWithSelector(SecurityToken.BatchOutOfSequence.selector, uint32(1), sequence));
        vm.prank(REGISTRY);
        token.batchDeliver(sequence, item(wallets[0], 1));
    }

    function testFuzz_one_barred_wallet_refuses_the_whole_batch(uint8 which) external {
        setStatus(wallets[which % 6], 2);
        bytes memory items;
        for (uint256 i = 0; i < 6; i++) {
            items = abi.encodePacked(items, item(wallets[i], i + 1));
        }
        vm.expectRevert(abi.encodeWithSelector(IERC7943Fungible.ERC7943CannotReceive.selector, wallets[which % 6]));
        vm.prank(REGISTRY);
        token.batchDeliver(0, items);
    }

    // ------------------------------------------------------------------ transfers by holders

    /// @dev ERC-7943: a transfer does not succeed where canTransfer says no; where it says yes, only a lack of units stops it.
    function testFuzz_a_transfer_does_what_can_transfer_says(
        uint16 balance,
        uint16 frozen,
        uint16 amount,
        uint8 sender,
        uint8 receiver,
        uint8 circumstances
    ) external {
        deliver(wallets[0], uint256(balance) + 1);
        freeze(wallets[0], frozen);
        setStatus(wallets[0], sender % 3);
        setStatus(wallets[1], receiver % 3);
        if (circumstances & 1 == 1) {
            vm.prank(COURT);
            token.pause();
        }
        if (circumstances & 2 == 2) {
            vm.prank(REGISTRY);
            token.setLockup(uint32(block.timestamp + 1));
        }
        bool allowed = token.canTransfer(wallets[0], wallets[1], amount);
        vm.prank(wallets[0]);
        (bool done,) = address(token).call(abi.encodeCall(token.transfer, (wallets[1], amount)));
        require(done == (allowed && amount <= uint256(balance) + 1), "canTransfer said otherwise");
        require(token.balanceOf(wallets[1]) == (done ? amount : 0), "the receiver");
        require(token.getFrozenTokens(wallets[0]) == frozen, "a transfer unfreezes nothing");
    }

    function testFuzz_an_allowance_is_used_up(uint256 allowed, uint16 amount) external {
        deliver(wallets[0], 65_535);
        setStatus(wallets[1], 1);
        vm.prank(wallets[0]);
        token.approve(wallets[2], allowed);
        vm.prank(wallets[2]);
        (bool done,) = address(token).call(abi.encodeCall(token.transferFrom, (wallets[0], wallets[1], amount)));
        require(done == (amount <= allowed), "an allowance is a limit");
        uint256 left = allowed == type(uint256).max || !done ? allowed : allowed - amount;
        require(token.allowance(wallets[0], wallets[2]) == left, "what is left of it");
    }

    function testFuzz_a_lockup_ends_at_its_time(uint32 until, uint32 moment) external {
        deliver(wallets[0], 1);
        vm.prank(REGISTRY);
        token.setLockup(until);
        vm.warp(moment);
        vm.prank(wallets[0]);
        (bool done,) = address(token).call(abi.encodeCall(token.transfer, (wallets[0], 1)));
        require(done == (moment >= until), "not at its time");
    }

    // ------------------------------------------------------------------ the offices

    /// @dev Takes frozen units through each door that the registry has, and through enforcement's.
    function testFuzz_frozen_units_move_by_enforcement_alone(uint16 balance, uint16 frozen, uint16 amount, uint8 door)
        external
    {
        deliver(wallets[0], uint256(balance) + 1);
        setStatus(wallets[1], 1);
        freeze(wallets[0], frozen);
        uint256 had = uint256(balance) + 1;
        uint256 unfrozen = frozen >= had ? 0 : had - frozen;
        bytes[4] memory doors = [
            abi.encodeCall(token.transferByInstruction, (wallets[0], wallets[1], amount)),
            abi.encodeCall(token.takeBack, (wallets[0], amount)),
            abi.encodeCall(token.burn, (wallets[0], amount)),
            abi.encodeCall(token.forcedTransfer, (wallets[0], wallets[1], amount))
        ];
        bool byForce = door % 4 == 3;
        vm.prank(byForce ? COURT : REGISTRY);
        (bool done,) = address(token).call(doors[door % 4]);
        require(done == (amount <= (byForce ? had : unfrozen)), "who moved what");
        if (!done) return;
        require(token.balanceOf(wallets[0]) == had - amount, "what is left");
        uint256 stays = amount > unfrozen ? had - amount : frozen;
        require(token.getFrozenTokens(wallets[0]) == stays, "what stays frozen");
    }

    function testFuzz_a_replacement_moves_the_wallet_as_it_is(uint16 units, uint120 frozen, uint8 status, address fresh)
        external
    {
        vm.assume(isOrdinary(fresh) && fresh != wallets[0]);
        deliver(wallets[0], uint256(units) + 1);
        freeze(wallets[0], frozen);
        setStatus(wallets[0], status % 3);
        vm.prank(COURT);
        token.replaceWallet(wallets[0], fresh);
        require(token.balanceOf(fresh) == uint256(units) + 1 && token.balanceOf(wallets[0]) == 0, "units");
        require(token.getFrozenTokens(fresh) == frozen && token.getFrozenTokens(wallets[0]) == 0, "frozen");
        require(token.statusOf(fresh) == status % 3 && token.statusOf(wallets[0]) == 2, "status");
        require(token.totalSupply() == VOLUME, "supply");
    }

    /// @dev Every function that is not a holder's, by anybody else: the answer is no, and it is the right no.
    function testFuzz_strangers_hold_no_office(address stranger, address a, address b, uint128 n) external {
        vm.assume(stranger != REGISTRY && stranger != COURT && stranger != address(factory));
        bytes[9] memory registry = [
            abi.encodeCall(token.batchDeliver, (0, item(a, n))),
            abi.encodeCall(token.setStatus, (a, uint16(n % 2))),
            abi.encodeCall(token.transferByInstruction, (a, b, n)),
            abi.encodeCall(token.takeBack, (a, n)),
            abi.encodeCall(token.burn, (a, n)),
            abi.encodeCall(token.setLockup, (uint32(n))),
            abi.encodeCall(token.setTerms, (bytes32(uint256(n)), "")),
            abi.encodeCall(token.anchorCheckpoint, (uint64(n), bytes32(0), bytes32(uint256(n)))),
            abi.encodeCall(token.proposeRegistrar, (a))
        ];
        for (uint256 i = 0; i < registry.length; i++) {
            refuses(stranger, address(token), registry[i], SecurityToken.NotRegistrar.selector);
        }
        bytes[6] memory enforcement = [
            abi.encodeCall(token.setFrozenTokens, (a, n)),
            abi.encodeCall(token.forcedTransfer, (a, b, n)),
            abi.encodeCall(token.replaceWallet, (a, b)),
            abi.encodeCall(token.pause, ()),
            abi.encodeCall(token.unpause, ()),
            abi.encodeCall(token.setStatus, (a, 2))
        ];
        for (uint256 i = 0; i < enforcement.length; i++) {
            refuses(stranger, address(token), enforcement[i], SecurityToken.NotEnforcement.selector);
        }
        bytes memory initialize = abi.encodeCall(token.initialize, (stranger, ISIN, uint64(n), 0, "", ""));
        refuses(stranger, address(token), initialize, SecurityToken.NotFactory.selector);
        refuses(stranger, factory.implementation(), initialize, SecurityToken.NotFactory.selector);
        bytes memory create = abi.encodeCall(factory.create, (ISIN, uint64(n), 0, "", ""));
        refuses(stranger, address(factory), create, SecurityTokenFactory.NotRegistrar.selector);
        create = abi.encodeCall(factory.proposeRegistrar, (a));
        refuses(stranger, address(factory), create, SecurityTokenFactory.NotRegistrar.selector);
        create = abi.encodeCall(factory.proposeEnforcement, (a));
        refuses(stranger, address(factory), create, SecurityTokenFactory.NotEnforcement.selector);
    }

    /// @dev An office that nobody was offered cannot be accepted, on the implementation neither.
    function testFuzz_an_office_is_accepted_by_who_was_offered_it(address offered, address taker) external {
        vm.assume(offered != taker && taker != address(0));
        vm.prank(REGISTRY);
        token.proposeRegistrar(offered);
        refuses(taker, address(token), abi.encodeCall(token.acceptRegistrar, ()), SecurityToken.NotRegistrar.selector);
        address bare = factory.implementation();
        refuses(taker, bare, abi.encodeCall(token.acceptRegistrar, ()), SecurityToken.NotRegistrar.selector);
        vm.assume(offered != address(0));
        vm.prank(offered);
        token.acceptRegistrar();
        require(token.registrar() == offered, "the registry passed on");
        (, uint64 undelivered, uint32 sequence,) = token.register();
        require(undelivered == VOLUME && sequence == 0, "slot 0 kept its other fields");
    }

    // ------------------------------------------------------------------ names

    function testFuzz_names_are_said_as_they_were_given(string calldata name, string calldata symbol, uint96 isin)
        external
    {
        vm.assume(bytes12(isin) != ISIN);
        vm.prank(REGISTRY);
        bytes memory create = abi.encodeCall(factory.create, (bytes12(isin), 1, 0, name, symbol));
        (bool done, bytes memory answer) = address(factory).call(create);
        require(done == (bytes(name).length < 256 && bytes(symbol).length < 256), "255 bytes each");
        if (!done) return;
        SecurityToken created = SecurityToken(abi.decode(answer, (address)));
        require(address(created) == factory.tokenAddress(bytes12(isin)), "the address was known before");
        require(keccak256(bytes(created.name())) == keccak256(bytes(name)), "name");
        require(keccak256(bytes(created.symbol())) == keccak256(bytes(symbol)), "symbol");
        require(created.isin() == bytes12(isin) && created.totalSupply() == 1, "the rest of the slot");
    }

    function refuses(address by, address who, bytes memory call, bytes4 no) private {
        vm.prank(by);
        (bool done, bytes memory reason) = who.call(call);
        require(!done && keccak256(reason) == keccak256(abi.encodeWithSelector(no, by)), "not refused as it should be");
    }
}
