// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC165, IERC20Errors, IERC20Metadata, IERC7943Fungible} from "./Interfaces.sol";

/// @title One security: whole units, held by wallets that the registrar admitted.
/// @notice The issue volume exists from the first block on. It lies with the token contract itself, which is the
/// issuer's own holding, and every delivery moves units from there, so that the holdings always add up to the issue.
/// @dev Storage is the price of a delivery, hence its shape: slot 0 holds all that a delivery reads and changes
/// besides the holders, and everything about a holder is one word: `flags 16 | frozen 120 | balance 120`.
/// Each asset is an ERC-1167 clone of one implementation. Nothing here can be upgraded: a registrar who needs another
/// contract freezes this one and delivers anew.
contract SecurityToken is IERC20Metadata, IERC20Errors, IERC7943Fungible {
    // Slot 0; `batchDeliver` reads and writes it as one word.
    address private _registrar;
    uint64 private _undelivered;
    uint32 private _nextSequence;
    // Slot 1.
    uint64 private _totalSupply;
    bytes12 private _isin;
    bool private _paused;
    uint64 private _issuedInBlock;

    bytes32 private _termsHash;
    string private _name;
    string private _symbol;
    mapping(address holder => uint256 word) private _accounts;
    mapping(address owner => mapping(address spender => uint256)) private _allowances;
    address private _proposedRegistrar;

    /// @dev A wallet that was never admitted has status 0: it can get units by a delivery only.
    uint16 public constant ADMITTED = 1;
    uint16 public constant BARRED = 2;

    uint256 private constant AMOUNT_BITS = 120;
    uint256 private constant AMOUNT_MASK = (1 << 120) - 1;
    uint256 private constant FLAGS_SHIFT = 240;

    event BatchDelivered(uint32 indexed sequence);
    event StatusChanged(address indexed account, uint16 status);
    event TermsChanged(bytes32 termsHash);
    /// @notice The asset's register log had this root when it had this many entries, and is signed with this key.
    event CheckpointAnchored(uint64 indexed size, bytes32 root, bytes32 logKey);
    event TransfersPaused();
    event TransfersResumed();
    event RegistrarProposed(address indexed registrar);
    event RegistrarChanged(address indexed previous, address indexed registrar);

    error AlreadyInitialized();
    error NotRegistrar(address caller);
    error BatchOutOfSequence(uint32 expected, uint32 given);
    error MalformedBatch();
    error TransfersArePaused();
    error UnknownStatus(uint16 status);
    error AmountTooLarge(uint256 amount);

    modifier onlyRegistrar() {
        if (msg.sender != _registrar) revert NotRegistrar(msg.sender);
        _;
    }

    /// @dev The implementation locks itself: only its clones are tokens.
    constructor() {
        _registrar = address(type(uint160).max);
    }

    /// @notice Issues the whole volume to the issuer's own holding. The factory calls this when it creates the clone.
    function initialize(
        address registrar_,
        bytes12 isin_,
        uint64 issueVolume,
        bytes32 termsHash_,
        string calldata name_,
        string calldata symbol_
    ) external {
        if (_registrar != address(0)) revert AlreadyInitialized();
        _registrar = registrar_;
        _undelivered = issueVolume;
        _totalSupply = issueVolume;
        _isin = isin_;
        _issuedInBlock = uint64(block.number);
        _termsHash = termsHash_;
        _name = name_;
        _symbol = symbol_;
        emit Transfer(address(0), address(this), issueVolume);
    }

    // ------------------------------------------------------------------ the registrar's acts

    /// @notice Delivers units to wallets, which are admitted by it: all of them or none.
    /// @param sequence The number of batches delivered before; a batch that was delivered cannot be delivered again.
    /// @param items Words of 32 bytes: the wallet's 20 bytes, then the units as 12 bytes.
    function batchDeliver(uint32 sequence, bytes calldata items) external {
        bytes32 transferTopic = Transfer.selector;
        bytes4 cannotReceive = ERC7943CannotReceive.selector;
        bytes4 malformed = MalformedBatch.selector;
        uint256 head;
        assembly ("memory-safe") {
            head := sload(0)
        }
        if (msg.sender != address(uint160(head))) revert NotRegistrar(msg.sender);
        if (sequence != uint32(head >> 224)) revert BatchOutOfSequence(uint32(head >> 224), sequence);
        uint256 total;
        assembly ("memory-safe") {
            if or(iszero(items.length), and(items.length, 31)) {
                mstore(0, malformed)
                revert(0, 4)
            }
            let data := mload(0x40)
            mstore(0x20, _accounts.slot)
            let item := items.offset
            for { let end := add(item, items.length) } lt(item, end) { item := add(item, 32) } {
                let units := calldataload(item)
                let holder := shr(96, units)
                units := and(units, 0xffffffffffffffffffffffff)
                if iszero(units) {
                    mstore(0, malformed)
                    revert(0, 4)
                }
                mstore(0, holder)
                let slot := keccak256(0, 0x40)
                let word := sload(slot)
                // BARRED is bit 241. Neither the zero address nor this contract can hold what was delivered.
                if or(or(iszero(holder), eq(holder, address())), and(shr(241, word), 1)) {
                    mstore(0, cannotReceive)
                    mstore(4, holder)
                    revert(0, 36)
                }
                // Units are below 2^96 each and at most 2^64 in all (checked below): a balance cannot reach 2^120.
                sstore(slot, or(add(word, units), shl(240, 1)))
                mstore(data, units)
                log3(data, 0x20, transferTopic, address(), holder)
                total := add(total, units)
            }
        }
        uint256 undelivered_ = uint64(head >> 160);
        if (total > undelivered_) revert ERC20InsufficientBalance(address(this), undelivered_, total);
        assembly ("memory-safe") {
            sstore(0, add(sub(head, shl(160, total)), shl(224, 1)))
        }
        emit BatchDelivered(sequence);
    }

    /// @notice Admits (1) or bars (2) a wallet, or forgets it (0).
    function setStatus(address account, uint16 status) external onlyRegistrar {
        if (status > BARRED) revert UnknownStatus(status);
        if (account == address(0) || account == address(this)) revert ERC7943CannotReceive(account);
        _accounts[account] = (uint256(status) << FLAGS_SHIFT) | (_accounts[account] & ((1 << FLAGS_SHIFT) - 1));
        emit StatusChanged(account, status);
    }

    /// @inheritdoc IERC7943Fungible
    function setFrozenTokens(address account, uint256 amount) external onlyRegistrar returns (bool) {
        if (amount > AMOUNT_MASK) revert AmountTooLarge(amount);
        if (account == address(this)) revert ERC7943CannotSend(account);
        _accounts[account] = (_accounts[account] & ~(AMOUNT_MASK << AMOUNT_BITS)) | (amount << AMOUNT_BITS);
        emit Frozen(account, amount);
        return true;
    }

    /// @inheritdoc IERC7943Fungible
    /// @dev Court order, succession, a lost key: frozen units move too, a barred receiver stays barred.
    function forcedTransfer(address from, address to, uint256 amount) external onlyRegistrar returns (bool) {
        if (!canReceive(to)) revert ERC7943CannotReceive(to);
        _takeByForce(from, amount);
        unchecked {
            _accounts[to] += amount;
        }
        emit Transfer(from, to, amount);
        emit ForcedTransfer(from, to, amount);
        return true;
    }

    /// @notice Moves units back to the issuer's own holding, when a purchase is rescinded.
    function takeBack(address from, uint256 amount) external onlyRegistrar {
        _takeByForce(from, amount);
        unchecked {
            _undelivered += uint64(amount);
        }
        emit Transfer(from, address(this), amount);
        emit ForcedTransfer(from, address(this), amount);
    }

    /// @notice Ends units, delivered or not: redemption, or an issue that was not sold out.
    function burn(address from, uint256 amount) external onlyRegistrar {
        if (from == address(this)) {
            uint256 undelivered_ = _undelivered;
            if (amount > undelivered_) revert ERC20InsufficientBalance(from, undelivered_, amount);
            unchecked {
                _undelivered = uint64(undelivered_ - amount);
            }
        } else {
            _takeByForce(from, amount);
        }
        unchecked {
            _totalSupply -= uint64(amount);
        }
        emit Transfer(from, address(0), amount);
    }

    /// @notice Stops transfers between holders; the registrar's own acts go on.
    function pause() external onlyRegistrar {
        _paused = true;
        emit TransfersPaused();
    }

    function unpause() external onlyRegistrar {
        _paused = false;
        emit TransfersResumed();
    }

    /// @notice Commits the contract to another version of the terms.
    function setTermsHash(bytes32 termsHash_) external onlyRegistrar {
        _termsHash = termsHash_;
        emit TermsChanged(termsHash_);
    }

    /// @notice Puts a checkpoint of the asset's register log on the chain, so that a register statement can be checked
    /// against a node alone: the statement proves its entry under a root, and the chain says that the registrar stood
    /// for this root.
    /// @dev Registrar only, else reverts with NotRegistrar. Emits CheckpointAnchored and stores nothing: who checks looks
    /// the event up by its size. Two roots for one size are not refused here; both stay in the chain, as evidence.
    /// @param size The number of the log's entries.
    /// @param root The RFC 9162 root over them, as in the C2SP checkpoint of the same size.
    /// @param logKey The Ed25519 key that signs the log's checkpoints and seals statements, so that nobody needs to get it elsewhere.
    function anchorCheckpoint(uint64 size, bytes32 root, bytes32 logKey) external onlyRegistrar {
        emit CheckpointAnchored(size, root, logKey);
    }

    /// @notice The office passes on in two steps, so that it cannot go to an address that nobody controls.
    function proposeRegistrar(address registrar_) external onlyRegistrar {
        _proposedRegistrar = registrar_;
        emit RegistrarProposed(registrar_);
    }

    function acceptRegistrar() external {
        if (msg.sender != _proposedRegistrar) revert NotRegistrar(msg.sender);
        emit RegistrarChanged(_registrar, msg.sender);
        _registrar = msg.sender;
        _proposedRegistrar = address(0);
    }

    // ------------------------------------------------------------------ the holders' acts

    function transfer(address to, uint256 amount) external returns (bool) {
        _transfer(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        uint256 allowed = _allowances[from][msg.sender];
        if (allowed != type(uint256).max) {
            if (amount > allowed) revert ERC20InsufficientAllowance(msg.sender, allowed, amount);
            unchecked {
                _allowances[from][msg.sender] = allowed - amount;
            }
        }
        _transfer(from, to, amount);
        return true;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        _allowances[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    // ------------------------------------------------------------------ views

    /// @notice Everything that a registrar compares with its books, in one call.
    function register()
        external
        view
        returns (uint64 issueVolume, uint64 undelivered_, uint32 nextSequence, bool paused_)
    {
        return (_totalSupply, _undelivered, _nextSequence, _paused);
    }

    /// @notice The balances of many wallets and the block that they are read at.
    function balancesOf(address[] calldata accounts)
        external
        view
        returns (uint256 atBlock, uint256[] memory balances)
    {
        balances = new uint256[](accounts.length);
        for (uint256 i = 0; i < accounts.length; i++) {
            balances[i] = balanceOf(accounts[i]);
        }
        return (block.number, balances);
    }

    /// @notice Those of the wallets that would make a batch delivery revert.
    function refusedReceivers(address[] calldata accounts) external view returns (address[] memory refused) {
        refused = new address[](accounts.length);
        uint256 count = 0;
        for (uint256 i = 0; i < accounts.length; i++) {
            address account = accounts[i];
            if (account == address(0) || account == address(this) || statusOf(account) == BARRED) {
                refused[count++] = account;
            }
        }
        assembly ("memory-safe") {
            mstore(refused, count)
        }
    }

    function registrar() external view returns (address) {
        return _registrar;
    }

    function isin() external view returns (bytes12) {
        return _isin;
    }

    function termsHash() external view returns (bytes32) {
        return _termsHash;
    }

    /// @notice Where to look for the issue's events without searching the chain.
    function issuedInBlock() external view returns (uint64) {
        return _issuedInBlock;
    }

    function paused() external view returns (bool) {
        return _paused;
    }

    function statusOf(address account) public view returns (uint16) {
        return uint16(_accounts[account] >> FLAGS_SHIFT);
    }

    function name() external view returns (string memory) {
        return _name;
    }

    function symbol() external view returns (string memory) {
        return _symbol;
    }

    /// @notice Securities are whole units.
    function decimals() external pure returns (uint8) {
        return 0;
    }

    function totalSupply() external view returns (uint256) {
        return _totalSupply;
    }

    function balanceOf(address account) public view returns (uint256) {
        if (account == address(this)) return _undelivered;
        return _accounts[account] & AMOUNT_MASK;
    }

    function allowance(address owner, address spender) external view returns (uint256) {
        return _allowances[owner][spender];
    }

    /// @inheritdoc IERC7943Fungible
    function canSend(address account) public view returns (bool) {
        return statusOf(account) == ADMITTED;
    }

    /// @inheritdoc IERC7943Fungible
    function canReceive(address account) public view returns (bool) {
        return statusOf(account) == ADMITTED;
    }

    /// @inheritdoc IERC7943Fungible
    /// @dev A balance that is too small is no rule of the registrar's, so the standard wants it ignored here.
    function canTransfer(address from, address to, uint256 amount) external view returns (bool) {
        uint256 word = _accounts[from];
        uint256 frozen = (word >> AMOUNT_BITS) & AMOUNT_MASK;
        if (frozen != 0 && amount > _unfrozen(word & AMOUNT_MASK, frozen)) return false;
        return !_paused && canSend(from) && canReceive(to);
    }

    /// @inheritdoc IERC7943Fungible
    function getFrozenTokens(address account) external view returns (uint256) {
        return (_accounts[account] >> AMOUNT_BITS) & AMOUNT_MASK;
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC165).interfaceId || interfaceId == type(IERC7943Fungible).interfaceId
            || interfaceId == 0x36372b07; // ERC-20 without its metadata
    }

    // ------------------------------------------------------------------ helpers

    function _transfer(address from, address to, uint256 amount) private {
        if (_paused) revert TransfersArePaused();
        uint256 word = _accounts[from];
        if (word >> FLAGS_SHIFT != ADMITTED) revert ERC7943CannotSend(from);
        if (!canReceive(to)) revert ERC7943CannotReceive(to);
        uint256 balance = word & AMOUNT_MASK;
        if (amount > balance) revert ERC20InsufficientBalance(from, balance, amount);
        uint256 unfrozen = _unfrozen(balance, (word >> AMOUNT_BITS) & AMOUNT_MASK);
        if (amount > unfrozen) revert ERC7943InsufficientUnfrozenBalance(from, amount, unfrozen);
        unchecked {
            _accounts[from] = word - amount;
            _accounts[to] += amount;
        }
        emit Transfer(from, to, amount);
    }

    /// @dev Takes units that may be frozen: what is no longer there cannot stay frozen.
    function _takeByForce(address from, uint256 amount) private {
        uint256 word = _accounts[from];
        uint256 balance = word & AMOUNT_MASK;
        if (amount > balance) revert ERC20InsufficientBalance(from, balance, amount);
        uint256 frozen = (word >> AMOUNT_BITS) & AMOUNT_MASK;
        unchecked {
            if (amount > _unfrozen(balance, frozen)) {
                uint256 left = balance - amount;
                word = (word & ~(AMOUNT_MASK << AMOUNT_BITS)) | (left << AMOUNT_BITS);
                emit Frozen(from, left);
            }
            _accounts[from] = word - amount;
        }
    }

    function _unfrozen(uint256 balance, uint256 frozen) private pure returns (uint256) {
        unchecked {
            return frozen >= balance ? 0 : balance - frozen;
        }
    }
}
