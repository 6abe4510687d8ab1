// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC165, IERC20Errors, IERC20Metadata, IERC7943Fungible, IEnforcement} from "./Interfaces.sol";

/// @title One security: whole units, held by wallets that the registrar admitted.
/// @notice The issue volume exists from the first block on. It lies with the token contract itself, which is the
/// issuer's own holding, and every delivery moves units from there, so that the holdings always add up to the issue.
///
/// Two offices act on a token. The registry keeps the register: it delivers, admits, carries out instructions, burns,
/// and says what the terms are. Enforcement does what goes against a holder's will or without it: it freezes, bars,
/// pauses, moves units by order and replaces wallets. One account may hold both. What is frozen moves by enforcement
/// alone, whichever function is called.
/// @dev Storage is the price of a delivery, hence its shape: slot 0 holds all that a delivery reads and changes
/// besides the holders, and everything about a holder is one word: `flags 16 | frozen 120 | balance 120`.
/// Each asset is an ERC-1167 clone of one implementation. Nothing here can be upgraded: a registrar who needs another
/// contract pauses this one and delivers anew. No function calls a contract other than the factory, so that there is
/// nothing to re-enter from.
contract SecurityToken is IERC20Metadata, IERC20Errors, IERC7943Fungible {
    // Slot 0; `batchDeliver` reads and writes it as one word.
    address private _registrar;
    uint64 private _undelivered;
    uint32 private _nextSequence;
    // Slot 1, full to the last bit: creating an asset pays for every further one.
    uint64 private _totalSupply;
    bytes12 private _isin;
    bool private _paused;
    uint40 private _issuedInBlock;
    uint32 private _lockedUntil;
    uint8 private _nameLength;
    uint8 private _symbolLength;
    /// @dev Name and symbol, one behind the other: most assets need one slot for both.
    bytes32[16] private _texts;

    mapping(address holder => uint256 word) private _accounts;
    mapping(address owner => mapping(address spender => uint256)) private _allowances;
    address private _proposedRegistrar;

    /// @notice Who created this token and knows who holds the office of enforcement, for all its tokens.
    /// @dev Stands in the implementation's code and not in a slot: an asset pays nothing for it.
    IEnforcement public immutable factory;

    /// @dev Sends and receives. A wallet that was never admitted has status 0: it can get units by a delivery only.
    uint16 private constant ADMITTED = 1;
    /// @dev Neither sends nor receives.
    uint16 private constant BARRED = 2;
    uint256 private constant AMOUNT_BITS = 120;
    uint256 private constant AMOUNT_MASK = (1 << 120) - 1;
    uint256 private constant FLAGS_SHIFT = 240;

    /// @notice A batch was delivered; its Transfer events stand before this one.
    event BatchDelivered(uint32 indexed sequence);
    /// @notice A wallet was admitted (1), barred (2) or forgotten (0). Deliveries admit without this event.
    event StatusChanged(address indexed account, uint16 status);
    /// @notice The terms that the security is committed to from here on, as in the ERC-7551 draft; the first of these
    /// events comes with the issue.
    event Terms(bytes32 hash, string uri);
    /// @notice The asset's register log had this root when it had this many entries, and is signed with this key.
    event CheckpointAnchored(uint64 indexed size, bytes32 root, bytes32 logKey);
    /// @notice Holders do not transfer before this time, in seconds since 1970.
    event LockupChanged(uint32 until);
    /// @notice Units, frozen amount and status went to another wallet, and the old one is barred.
    event WalletReplaced(
        address indexed oldWallet, address indexed newWallet, uint256 amount, uint256 frozen, uint16 status
    );
    /// @notice Holders do not transfer any more.
    event TransfersPaused();
    /// @notice Holders transfer again.
    event TransfersResumed();
    /// @notice This account may accept the office of the registry.
    event RegistrarProposed(address indexed registrar);
    /// @notice The office of the registry passed on.
    event RegistrarChanged(address indexed previous, address indexed registrar);

    /// @notice Only the factory initialises, once, in the transaction that creates the token.
    error NotFactory(address caller);
    /// @notice The caller does not hold the office of the registry.
    error NotRegistrar(address caller);
    /// @notice The caller does not hold the office of enforcement.
    error NotEnforcement(address caller);
    /// @notice The batch is not the next one: it was delivered before, or one before it was not.
    error BatchOutOfSequence(uint32 expected, uint32 given);
    /// @notice A batch has one word of 32 bytes or more, each with units.
    error MalformedBatch();
    /// @notice Holders do not transfer at present.
    error TransfersArePaused();
    /// @notice There is no pause to end.
    error TransfersAreNotPaused();
    /// @notice Holders do not transfer before this time, in seconds since 1970.
    error TransfersAreLocked(uint32 until);
    /// @notice A status is 0, 1 or 2.
    error UnknownStatus(uint16 status);
    /// @notice A frozen amount is below 2^120.
    error AmountTooLarge(uint256 amount);
    /// @notice A wallet that takes another's place must be empty: no units, nothing frozen, not barred.
    error WalletInUse(address wallet);
    /// @notice Name and symbol have 255 bytes each at most.
    error TextTooLong();

    modifier onlyRegistrar() {
        _requireRegistrar();
        _;
    }

    modifier onlyEnforcement() {
        _requireEnforcement();
        _;
    }

    /// @dev The implementation is no token: it has no registrar, and its factory initialises clones only.
    constructor() {
        factory = IEnforcement(msg.sender);
    }

    /// @notice Issues the whole volume to the issuer's own holding.
    /// @dev The factory only, else NotFactory; TextTooLong for names beyond 255 bytes. Emits Transfer from the zero
    /// address and Terms without a URI.
    /// @param registrar_ Who holds the office of the registry.
    /// @param isin_ The security's twelve characters.
    /// @param issueVolume The units that will ever exist.
    /// @param termsHash The hash of the terms that the security is committed to.
    /// @param name_ What wallets show.
    /// @param symbol_ What wallets show where there is little room.
    function initialize(
        address registrar_,
        bytes12 isin_,
        uint64 issueVolume,
        bytes32 termsHash,
        string calldata name_,
        string calldata symbol_
    ) external {
        if (msg.sender != address(factory)) revert NotFactory(msg.sender);
        if (bytes(name_).length > 255 || bytes(symbol_).length > 255) revert TextTooLong();
        _registrar = registrar_;
        _undelivered = issueVolume;
        _totalSupply = issueVolume;
        _isin = isin_;
        _issuedInBlock = uint40(block.number);
        _nameLength = uint8(bytes(name_).length);
        _symbolLength = uint8(bytes(symbol_).length);
        _writeTexts(bytes.concat(bytes(name_), bytes(symbol_)));
        emit Transfer(address(0), address(this), issueVolume);
        emit Terms(termsHash, "");
    }

    // ------------------------------------------------------------------ the registry's acts

    /// @notice Delivers units to wallets, which are admitted by it: all of them or none.
    /// @dev Registry only (NotRegistrar). BatchOutOfSequence unless the number is the next one, MalformedBatch for an
    /// empty batch, half a word or no units, ERC7943CannotReceive for a barred wallet, the zero address and this
    /// contract, ERC20InsufficientBalance for more than is undelivered. Emits a Transfer for each word, then
    /// BatchDelivered. Neither a pause nor a lock-up stands against it.
    /// @param sequence The number of batches delivered before; a batch that was delivered cannot be delivered again.
    /// @param items Words of 32 bytes: the wallet's 20 bytes, then the units as 12 bytes.
    function batchDeliver(uint32 sequence, bytes calldata items) external {
        bytes32 transferTopic = Transfer.selector;
        bytes32 batchTopic = BatchDelivered.selector;
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
                mstore(0, holder)
                let slot := keccak256(0, 0x40)
                let word := sload(slot)
                // One branch for all that is wrong. BARRED is bit 241. Neither the zero address nor this contract can hold what was delivered.
                if or(or(iszero(units), and(shr(241, word), 1)), or(iszero(holder), eq(holder, address()))) {
                    if iszero(units) {
                        mstore(0, malformed)
                        revert(0, 4)
                    }
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
            log2(0, 0, batchTopic, sequence)
        }
    }

    /// @notice Admits (1) or bars (2) a wallet, or forgets it (0).
    /// @dev Registry only (NotRegistrar), but barring and lifting a bar are enforcement's (NotEnforcement).
    /// UnknownStatus for another number, ERC7943CannotReceive for the zero address and this contract. Emits
    /// StatusChanged. Units and what is frozen stay as they are.
    function setStatus(address account, uint16 status) external {
        uint256 word = _accounts[account];
        if (status == BARRED || word >> FLAGS_SHIFT == BARRED) _requireEnforcement();
        else _requireRegistrar();
        if (status > BARRED) revert UnknownStatus(status);
        if (account == address(0) || account == address(this)) revert ERC7943CannotReceive(account);
        _accounts[account] = (uint256(status) << FLAGS_SHIFT) | (word & ((1 << FLAGS_SHIFT) - 1));
        emit StatusChanged(account, status);
    }

    /// @notice Carries out a holder's instruction that the registrar was given: units go to another wallet.
    /// @dev Registry only (NotRegistrar). ERC7943CannotReceive for a wallet that is not admitted,
    /// ERC20InsufficientBalance for more than is there, ERC7943InsufficientUnfrozenBalance for what is frozen unless
    /// the caller holds enforcement too. Emits Transfer, after Frozen where something was unfrozen. Pause and lock-up
    /// are for what holders do by themselves: who instructs the registrar is checked by the registrar.
    function transferByInstruction(address from, address to, uint256 amount) external onlyRegistrar {
        _move(from, to, amount);
        emit Transfer(from, to, amount);
    }

    /// @notice Moves units back to the issuer's own holding: a purchase is rescinded, a security redeemed.
    /// @dev Registry only (NotRegistrar). ERC20InsufficientBalance for more than is there,
    /// ERC7943InsufficientUnfrozenBalance for what is frozen unless the caller holds enforcement too. Emits Transfer
    /// and ForcedTransfer, after Frozen where something was unfrozen.
    function takeBack(address from, uint256 amount) external onlyRegistrar {
        _take(from, amount);
        unchecked {
            _undelivered += uint64(amount);
        }
        emit Transfer(from, address(this), amount);
        emit ForcedTransfer(from, address(this), amount);
    }

    /// @notice Ends units, delivered or not: redemption, or an issue that was not sold out.
    /// @dev Registry only (NotRegistrar). ERC20InsufficientBalance for more than is there,
    /// ERC7943InsufficientUnfrozenBalance for what is frozen unless the caller holds enforcement too. Emits Transfer
    /// to the zero address, after Frozen where something was unfrozen.
    /// @param from The holder, or this contract for what is undelivered or came back.
    function burn(address from, uint256 amount) external onlyRegistrar {
        if (from == address(this)) {
            uint256 undelivered_ = _undelivered;
            if (amount > undelivered_) revert ERC20InsufficientBalance(from, undelivered_, amount);
            unchecked {
                _undelivered = uint64(undelivered_ - amount);
            }
        } else {
            _take(from, amount);
        }
        unchecked {
            _totalSupply -= uint64(amount);
        }
        emit Transfer(from, address(0), amount);
    }

    /// @notice Holders do not transfer before this time; the registrar's acts go on.
    /// @dev Registry only (NotRegistrar). Emits LockupChanged. An earlier time shortens a lock-up, 0 ends it.
    /// @param until Seconds since 1970; the first second in which holders transfer.
    function setLockup(uint32 until) external onlyRegistrar {
        _lockedUntil = until;
        emit LockupChanged(until);
    }

    /// @notice Commits the security to another version of the terms (ERC-7551 draft).
    /// @dev Registry only (NotRegistrar). Emits Terms and stores nothing: whoever wants the terms in force takes the
    /// last of these events, from the block of `issuedInBlock` on. A slot would make every asset 22,100 gas dearer.
    /// @param hash The hash of the terms.
    /// @param uri Where they can be had; may be empty.
    function setTerms(bytes32 hash, string calldata uri) external onlyRegistrar {
        emit Terms(hash, uri);
    }

    /// @notice Puts a checkpoint of the asset's register log on the chain, so that a register statement can be checked
    /// against a node alone: the statement proves its entry under a root, and the chain says that the registrar stood
    /// for this root.
    /// @dev Registry only (NotRegistrar). Emits CheckpointAnchored and stores nothing: who checks looks the event up by
    /// its size. Two roots for one size are not refused here; both stay in the chain, as evidence.
    /// @param size The number of the log's entries.
    /// @param root The RFC 9162 root over them, as in the C2SP checkpoint of the same size.
    /// @param logKey The Ed25519 key that signs the log's checkpoints and seals statements, so that nobody needs to get it
    /// elsewhere.
    function anchorCheckpoint(uint64 size, bytes32 root, bytes32 logKey) external onlyRegistrar {
        emit CheckpointAnchored(size, root, logKey);
    }

    /// @notice Offers the office of the registry to another account, which has to accept it: it cannot go to an
    /// address that nobody controls.
    /// @dev Registry only (NotRegistrar). Emits RegistrarProposed. The zero address withdraws the offer.
    function proposeRegistrar(address registrar_) external onlyRegistrar {
        _proposedRegistrar = registrar_;
        emit RegistrarProposed(registrar_);
    }

    /// @notice Takes the office of the registry over.
    /// @dev Only who was proposed last (NotRegistrar). Emits RegistrarChanged.
    function acceptRegistrar() external {
        if (msg.sender != _proposedRegistrar) revert NotRegistrar(msg.sender);
        emit RegistrarChanged(_registrar, msg.sender);
        _registrar = msg.sender;
        _proposedRegistrar = address(0);
    }

    // ------------------------------------------------------------------ enforcement's acts

    /// @inheritdoc IERC7943Fungible
    /// @dev Enforcement only (NotEnforcement). AmountTooLarge from 2^120 on, ERC7943CannotSend for this contract, whose
    /// units nobody sends. Emits Frozen. More than the balance may be frozen: it holds for units that come later.
    function setFrozenTokens(address account, uint256 amount) external onlyEnforcement returns (bool) {
        if (amount > AMOUNT_MASK) revert AmountTooLarge(amount);
        if (account == address(this)) revert ERC7943CannotSend(account);
        _accounts[account] = (_accounts[account] & ~(AMOUNT_MASK << AMOUNT_BITS)) | (amount << AMOUNT_BITS);
        emit Frozen(account, amount);
        return true;
    }

    /// @inheritdoc IERC7943Fungible
    /// @dev Enforcement only (NotEnforcement): court order, succession. Frozen units move too, a receiver that is not
    /// admitted gets nothing (ERC7943CannotReceive); ERC20InsufficientBalance for more than is there. Emits Transfer
    /// and ForcedTransfer, after Frozen where something was unfrozen. Neither a pause nor a lock-up stands against it.
    function forcedTransfer(address from, address to, uint256 amount) external onlyEnforcement returns (bool) {
        _move(from, to, amount);
        emit Transfer(from, to, amount);
        emit ForcedTransfer(from, to, amount);
        return true;
    }

    /// @notice Puts a holder's new wallet in the place of one whose key is lost or stolen.
    /// @dev Enforcement only (NotEnforcement). Units, frozen amount and status move as they are, in one word, and the old
    /// wallet is barred. A wallet that was barred stays so under its new address, until its bar is
    /// lifted: a replacement does not launder. WalletInUse unless the new wallet is empty and not barred;
    /// ERC7943CannotReceive for the zero address and this contract as the new one, ERC7943CannotSend as the old one.
    /// Emits Frozen for both where something was frozen, Transfer, ForcedTransfer, and WalletReplaced.
    function replaceWallet(address oldWallet, address newWallet) external onlyEnforcement {
        if (oldWallet == address(0) || oldWallet == address(this)) revert ERC7943CannotSend(oldWallet);
        if (newWallet == address(0) || newWallet == address(this)) revert ERC7943CannotReceive(newWallet);
        uint256 place = _accounts[newWallet];
        if (oldWallet == newWallet || (place != 0 && place != uint256(ADMITTED) << FLAGS_SHIFT)) {
            revert WalletInUse(newWallet);
        }
        uint256 word = _accounts[oldWallet];
        _accounts[newWallet] = word;
        _accounts[oldWallet] = uint256(BARRED) << FLAGS_SHIFT;
        uint256 amount = word & AMOUNT_MASK;
        uint256 frozen = (word >> AMOUNT_BITS) & AMOUNT_MASK;
        if (frozen != 0) {
            emit Frozen(oldWallet, 0);
            emit Frozen(newWallet, frozen);
        }
        emit Transfer(oldWallet, newWallet, amount);
        emit ForcedTransfer(oldWallet, newWallet, amount);
        emit WalletReplaced(oldWallet, newWallet, amount, frozen, uint16(word >> FLAGS_SHIFT));
    }

    /// @notice Stops transfers by holders; the acts of both offices go on.
    /// @dev Enforcement only (NotEnforcement). TransfersArePaused if they are. Emits TransfersPaused.
    function pause() external onlyEnforcement {
        if (_paused) revert TransfersArePaused();
        _paused = true;
        emit TransfersPaused();
    }

    /// @notice Ends the pause.
    /// @dev Enforcement only (NotEnforcement). TransfersAreNotPaused if there is none. Emits TransfersResumed.
    function unpause() external onlyEnforcement {
        if (!_paused) revert TransfersAreNotPaused();
        _paused = false;
        emit TransfersResumed();
    }

    // ------------------------------------------------------------------ the holders' acts

    /// @notice Moves the caller's units to another wallet.
    /// @dev Refused in this order: TransfersArePaused, TransfersAreLocked, ERC7943CannotSend and ERC7943CannotReceive
    /// unless both wallets are admitted, ERC20InsufficientBalance, ERC7943InsufficientUnfrozenBalance. Emits Transfer.
    function transfer(address to, uint256 amount) external returns (bool) {
        _transfer(msg.sender, to, amount);
        return true;
    }

    /// @notice Moves units that their holder allowed the caller to move.
    /// @dev ERC20InsufficientAllowance, then as `transfer`. An allowance of 2^256 - 1 is not used up. Emits Transfer.
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

    /// @notice Allows another account to move so many of the caller's units, in place of what was allowed before.
    /// @dev Anybody may; an allowance moves nothing that its giver could not move. Emits Approval.
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

    /// @notice Who holds the office of the registry.
    function registrar() external view returns (address) {
        return _registrar;
    }

    /// @notice Who holds the office of enforcement, for all tokens of the factory.
    function enforcement() public view returns (address) {
        return factory.enforcement();
    }

    /// @notice The security's identification number.
    function isin() external view returns (bytes12) {
        return _isin;
    }

    /// @notice Where to look for the issue's events without searching the chain.
    function issuedInBlock() external view returns (uint64) {
        return _issuedInBlock;
    }

    /// @notice Holders do not transfer before this time, in seconds since 1970; 0 if there never was a lock-up.
    function lockedUntil() external view returns (uint32) {
        return _lockedUntil;
    }

    /// @notice Whether holders cannot transfer at present.
    function paused() external view returns (bool) {
        return _paused;
    }

    /// @notice 0 for a wallet that nobody admitted, 1 for one that may send and receive, 2 for a barred one.
    function statusOf(address account) public view returns (uint16) {
        return uint16(_accounts[account] >> FLAGS_SHIFT);
    }

    /// @notice The security's name.
    function name() external view returns (string memory) {
        return _text(0, _nameLength);
    }

    /// @notice The security's short name.
    function symbol() external view returns (string memory) {
        return _text(_nameLength, _symbolLength);
    }

    /// @notice Securities are whole units.
    function decimals() external pure returns (uint8) {
        return 0;
    }

    /// @notice The units that exist: those of all holders and those with this contract.
    function totalSupply() external view returns (uint256) {
        return _totalSupply;
    }

    /// @notice The units of a wallet; of this contract's address, those that are undelivered or came back.
    function balanceOf(address account) public view returns (uint256) {
        if (account == address(this)) return _undelivered;
        return _accounts[account] & AMOUNT_MASK;
    }

    /// @notice What one account may still move of another's units.
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
        return !_paused && block.timestamp >= _lockedUntil && canSend(from) && canReceive(to);
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
        uint32 until = _lockedUntil;
        if (block.timestamp < until) revert TransfersAreLocked(until);
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

    /// @dev From one wallet to another that may receive, as both offices do it.
    function _move(address from, address to, uint256 amount) private {
        if (!canReceive(to)) revert ERC7943CannotReceive(to);
        _take(from, amount);
        unchecked {
            _accounts[to] += amount;
        }
    }

    /// @dev Takes units, frozen ones by enforcement's hand alone: what is no longer there cannot stay frozen.
    function _take(address from, uint256 amount) private {
        uint256 word = _accounts[from];
        uint256 balance = word & AMOUNT_MASK;
        if (amount > balance) revert ERC20InsufficientBalance(from, balance, amount);
        uint256 unfrozen = _unfrozen(balance, (word >> AMOUNT_BITS) & AMOUNT_MASK);
        unchecked {
            if (amount > unfrozen) {
                if (msg.sender != enforcement()) revert ERC7943InsufficientUnfrozenBalance(from, amount, unfrozen);
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

    function _requireRegistrar() private view {
        if (msg.sender != _registrar) revert NotRegistrar(msg.sender);
    }

    function _requireEnforcement() private view {
        if (msg.sender != enforcement()) revert NotEnforcement(msg.sender);
    }

    /// @dev What lies behind the end is written too, and never read: the lengths say how far the texts go.
    function _writeTexts(bytes memory texts) private {
        for (uint256 offset = 0; offset < texts.length; offset += 32) {
            bytes32 word;
            assembly ("memory-safe") {
                word := mload(add(add(texts, 0x20), offset))
            }
            _texts[offset / 32] = word;
        }
    }

    function _text(uint256 start, uint256 length) private view returns (string memory) {
        bytes memory text = new bytes(length);
        for (uint256 i = 0; i < length; i++) {
            text[i] = _texts[(start + i) / 32][(start + i) % 32];
        }
        return string(text);
    }
}
