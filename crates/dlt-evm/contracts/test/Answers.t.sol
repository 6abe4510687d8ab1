// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors, IERC7943Fungible} from "../Interfaces.sol";
import {SecurityToken} from "../SecurityToken.sol";
import {SecurityTokenFactory} from "../SecurityTokenFactory.sol";
import {Stage} from "./Stage.sol";
import {vm} from "./Vm.sol";

/// @notice What a token answers, and each refusal that the fuzzed tests do not name.
contract AnswersTest is Stage {
    function test_a_token_says_what_it_is() external view {
        require(token.registrar() == REGISTRY && token.enforcement() == COURT, "offices");
        require(address(token.factory()) == address(factory) && token.isin() == ISIN, "origin");
        require(token.issuedInBlock() == block.number && token.lockedUntil() == 0 && !token.paused(), "beginning");
        require(token.decimals() == 0 && token.totalSupply() == VOLUME, "units");
        require(token.supportsInterface(0x01ffc9a7) && token.supportsInterface(0x36372b07), "ERC-165 and ERC-20");
        require(token.supportsInterface(type(IERC7943Fungible).interfaceId), "ERC-7943");
        require(type(IERC7943Fungible).interfaceId == 0x3edbb4c4, "the standard's number");
        require(!token.supportsInterface(0xffffffff), "nothing else");
    }

    function test_many_are_asked_about_at_once() external {
        deliver(wallets[0], 5);
        setStatus(wallets[1], 2);
        address[] memory about = new address[](4);
        (about[0], about[1], about[2]) = (wallets[0], wallets[1], address(token));
        (uint256 atBlock, uint256[] memory balances) = token.balancesOf(about);
        require(atBlock == block.number && balances[0] == 5 && balances[2] == VOLUME - 5, "balances");
        address[] memory refused = token.refusedReceivers(about);
        require(refused.length == 3 && refused[0] == wallets[1], "barred");
        require(refused[1] == address(token) && refused[2] == address(0), "no wallets");
    }

    function test_undelivered_units_are_burned() external {
        vm.prank(REGISTRY);
        token.burn(address(token), 1);
        require(token.totalSupply() == VOLUME - 1 && token.balanceOf(address(token)) == VOLUME - 1, "both");
        refuses(REGISTRY, abi.encodeCall(token.burn, (address(token), VOLUME)), short(address(token), VOLUME - 1, VOLUME));
    }

    function test_units_that_are_not_there_do_not_move() external {
        deliver(wallets[0], 1);
        setStatus(wallets[1], 1);
        vm.prank(wallets[0]);
        token.approve(wallets[1], 1);
        bytes memory no = short(wallets[0], 1, 2);
        refuses(wallets[0], abi.encodeCall(token.transfer, (wallets[1], 2)), no);
        refuses(REGISTRY, abi.encodeCall(token.takeBack, (wallets[0], 2)), no);
        no = abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, wallets[1], 1, 2);
        refuses(wallets[1], abi.encodeCall(token.transferFrom, (wallets[0], wallets[1], 2)), no);
    }

    function test_malformed_batches_are_refused() external {
        bytes memory no = abi.encodeWithSelector(SecurityToken.MalformedBatch.selector);
        refuses(REGISTRY, abi.encodeCall(token.batchDeliver, (0, "")), no);
        refuses(REGISTRY, abi.encodeCall(token.batchDeliver, (0, new bytes(33))), no);
        refuses(REGISTRY, abi.encodeCall(token.batchDeliver, (0, item(wallets[0], 0))), no);
        refuses(REGISTRY, abi.encodeCall(token.batchDeliver, (0, item(address(0), 1))), cannotReceive(address(0)));
        refuses(REGISTRY, abi.encodeCall(token.batchDeliver, (0, item(address(token), 1))), cannotReceive(address(token)));
    }

    function test_an_account_that_is_no_wallet_gets_no_status() external {
        refuses(REGISTRY, abi.encodeCall(token.setStatus, (address(0), 1)), cannotReceive(address(0)));
        refuses(REGISTRY, abi.encodeCall(token.setStatus, (address(token), 1)), cannotReceive(address(token)));
        bytes memory no = abi.encodeWithSelector(SecurityToken.UnknownStatus.selector, 3);
        refuses(REGISTRY, abi.encodeCall(token.setStatus, (wallets[0], 3)), no);
    }

    function test_enforcement_alone_lifts_a_bar() external {
        setStatus(wallets[0], 2);
        bytes memory no = abi.encodeWithSelector(SecurityToken.NotEnforcement.selector, REGISTRY);
        refuses(REGISTRY, abi.encodeCall(token.setStatus, (wallets[0], 1)), no);
        refuses(REGISTRY, abi.encodeCall(token.setStatus, (wallets[0], 0)), no);
        vm.prank(COURT);
        token.setStatus(wallets[0], 1);
        no = abi.encodeWithSelector(SecurityToken.NotRegistrar.selector, COURT);
        refuses(COURT, abi.encodeCall(token.setStatus, (wallets[0], 0)), no);
    }

    function test_what_cannot_be_frozen() external {
        bytes memory no = abi.encodeWithSelector(SecurityToken.AmountTooLarge.selector, 1 << 120);
        refuses(COURT, abi.encodeCall(token.setFrozenTokens, (wallets[0], 1 << 120)), no);
        refuses(COURT, abi.encodeCall(token.setFrozenTokens, (address(token), 1)), cannotSend(address(token)));
    }

    function test_a_pause_begins_and_ends_once() external {
        refuses(COURT, abi.encodeCall(token.unpause, ()), abi.encodeWithSelector(SecurityToken.TransfersAreNotPaused.selector));
        vm.prank(COURT);
        token.pause();
        bytes memory no = abi.encodeWithSelector(SecurityToken.TransfersArePaused.selector);
        refuses(COURT, abi.encodeCall(token.pause, ()), no);
        refuses(wallets[0], abi.encodeCall(token.transfer, (wallets[1], 0)), no);
        vm.prank(COURT);
        token.unpause();
        refuses(wallets[0], abi.encodeCall(token.transfer, (wallets[1], 0)), cannotSend(wallets[0]));
    }

    function test_a_wallet_in_use_replaces_no_other() external {
        deliver(wallets[0], 5);
        deliver(wallets[1], 5);
        bytes memory no = abi.encodeWithSelector(SecurityToken.WalletInUse.selector, wallets[1]);
        refuses(COURT, abi.encodeCall(token.replaceWallet, (wallets[0], wallets[1])), no);
        no = abi.encodeWithSelector(SecurityToken.WalletInUse.selector, wallets[2]);
        refuses(COURT, abi.encodeCall(token.replaceWallet, (wallets[2], wallets[2])), no);
        address[2] memory none = [address(0), address(token)];
        for (uint256 i = 0; i < 2; i++) {
            refuses(COURT, abi.encodeCall(token.replaceWallet, (none[i], wallets[3])), cannotSend(none[i]));
            refuses(COURT, abi.encodeCall(token.replaceWallet, (wallets[0], none[i])), cannotReceive(none[i]));
        }
    }

    function test_what_is_written_stays_an_event() external {
        vm.prank(REGISTRY);
        token.setTerms(bytes32(uint256(8)), "https://register.example/terms/2");
        vm.prank(REGISTRY);
        token.anchorCheckpoint(3, bytes32(uint256(9)), bytes32(uint256(7)));
    }

    function test_a_name_has_255_bytes_at_most() external {
        string memory most = string(new bytes(255));
        vm.prank(REGISTRY);
        factory.create("DE000BASF112", 1, 0, most, most);
        string memory more = string(new bytes(256));
        for (uint256 i = 0; i < 2; i++) {
            vm.expectRevert(abi.encodeWithSelector(SecurityToken.TextTooLong.selector));
            vm.prank(REGISTRY);
            factory.create("DE000BASF113", 1, 0, i == 0 ? more : "", i == 0 ? "" : more);
        }
    }

    function test_who_is_admitted_may_send_and_receive() external {
        for (uint16 status = 0; status < 3; status++) {
            setStatus(wallets[0], status);
            require(token.canSend(wallets[0]) == (status == 1), "send");
            require(token.canReceive(wallets[0]) == (status == 1), "receive");
        }
    }

    function test_an_isin_has_one_token() external {
        vm.expectRevert(abi.encodeWithSelector(SecurityTokenFactory.AssetExists.selector, address(token)));
        vm.prank(REGISTRY);
        factory.create(ISIN, VOLUME, 0, "", "");
    }

    function test_the_factory_s_offices_pass_on() external {
        vm.prank(REGISTRY);
        factory.proposeRegistrar(wallets[0]);
        vm.expectRevert(abi.encodeWithSelector(SecurityTokenFactory.NotRegistrar.selector, wallets[1]));
        vm.prank(wallets[1]);
        factory.acceptRegistrar();
        vm.prank(wallets[0]);
        factory.acceptRegistrar();
        require(factory.registrar() == wallets[0] && token.registrar() == REGISTRY, "tokens keep their registry");
        vm.prank(COURT);
        factory.proposeEnforcement(wallets[2]);
        vm.expectRevert(abi.encodeWithSelector(SecurityTokenFactory.NotEnforcement.selector, wallets[1]));
        vm.prank(wallets[1]);
        factory.acceptEnforcement();
        vm.prank(wallets[2]);
        factory.acceptEnforcement();
        require(token.enforcement() == wallets[2], "in every token at once");
    }

    function refuses(address by, bytes memory call, bytes memory no) private {
        vm.prank(by);
        (bool done, bytes memory reason) = address(token).call(call);
        require(!done && keccak256(reason) == keccak256(no), "not refused as it should be");
    }

    function short(address sender, uint256 balance, uint256 needed) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, sender, balance, needed);
    }

    function cannotReceive(address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IERC7943Fungible.ERC7943CannotReceive.selector, account);
    }

    function cannotSend(address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IERC7943Fungible.ERC7943CannotSend.selector, account);
    }
}
