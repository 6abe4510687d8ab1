//! What each act of our token costs, as a clone of the shared implementation and as a contract of its own.

use alloy::primitives::{Address, B256, Bytes, FixedBytes, U256, address};
use alloy::sol_types::SolConstructor as _;
use cashlink_dlt_evm::contracts::{SecurityToken as token, SecurityTokenFactory as factory};
use revm::primitives::hardfork::SpecId;

use crate::machine::{Machine, investor};

/// Both offices.
pub const REGISTRAR: Address = address!("00000000000000000000000000000000c0ffee42");
/// The sizes of batches that are measured.
pub const SIZES: [u64; 4] = [1, 10, 100, 500];
/// In how many assets one investor is.
pub const ASSETS: u64 = 4;

/// What was measured: an act and its gas, for a batch that of the whole transaction.
pub type Figures = Vec<(String, u64)>;

/// How the token comes onto the chain.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Created by the factory, as in operation.
    Clone,
    /// Without a clone in front: what the design costs by itself.
    Plain,
}

/// Every act on one token.
pub fn measure(fork: SpecId, kind: Kind) -> Figures {
    let mut machine = Machine::new(fork);
    let mut figures = Figures::new();
    let mut note = |what: &str, gas| figures.push((what.to_owned(), gas));
    let issue = Issue::begin(&mut machine, kind);
    note("shared by all assets, once", issue.shared);
    let (at, created) = issue.create(&mut machine, 0);
    note("create an asset", created);

    let (holder, other) = (investor(1), investor(2));
    machine.act(REGISTRAR, at, &batch(0, &[holder, other]));
    let admitted = investor(3);
    machine.act(REGISTRAR, at, &set_status(admitted, 1));
    let machine = machine;
    note(
        "admit a wallet",
        machine.price(REGISTRAR, at, &set_status(investor(4), 1)),
    );
    note(
        "deliver to a new wallet",
        machine.price(REGISTRAR, at, &batch(1, &[investor(4)])),
    );
    note(
        "deliver to a holder",
        machine.price(REGISTRAR, at, &batch(1, &[holder])),
    );
    let transfer = |to| token::transferCall { to, amount: some() };
    note(
        "transfer to an admitted wallet",
        machine.price(holder, at, &transfer(admitted)),
    );
    note(
        "transfer to a holder",
        machine.price(holder, at, &transfer(other)),
    );
    let instructed = token::transferByInstructionCall {
        from: holder,
        to: other,
        amount: some(),
    };
    note(
        "transfer by instruction to a holder",
        machine.price(REGISTRAR, at, &instructed),
    );
    let forced = token::forcedTransferCall {
        from: holder,
        to: other,
        amount: some(),
    };
    note(
        "forced transfer to a holder",
        machine.price(REGISTRAR, at, &forced),
    );
    let freeze = token::setFrozenTokensCall {
        account: holder,
        amount: some(),
    };
    note(
        "freeze part of a holding",
        machine.price(REGISTRAR, at, &freeze),
    );
    note(
        "bar a wallet",
        machine.price(REGISTRAR, at, &set_status(holder, 2)),
    );
    let replace = token::replaceWalletCall {
        oldWallet: holder,
        newWallet: investor(5),
    };
    note("replace a wallet", machine.price(REGISTRAR, at, &replace));
    let take_back = token::takeBackCall {
        from: holder,
        amount: some(),
    };
    note(
        "take part of a holding back",
        machine.price(REGISTRAR, at, &take_back),
    );
    let burn = |from, amount| token::burnCall { from, amount };
    note(
        "burn part of a holding",
        machine.price(REGISTRAR, at, &burn(holder, some())),
    );
    note(
        "burn a whole holding",
        machine.price(REGISTRAR, at, &burn(holder, U256::from(UNITS))),
    );
    note(
        "burn undelivered units",
        machine.price(REGISTRAR, at, &burn(at, some())),
    );
    note("pause", machine.price(REGISTRAR, at, &token::pauseCall {}));
    note(
        "set a lock-up",
        machine.price(REGISTRAR, at, &token::setLockupCall { until: u32::MAX }),
    );
    let terms = token::setTermsCall {
        hash: B256::repeat_byte(8),
        uri: "https://register.example/terms/DE000A/2".into(),
    };
    note("set terms", machine.price(REGISTRAR, at, &terms));
    let anchor = token::anchorCheckpointCall {
        size: 1_234,
        root: B256::repeat_byte(9),
        logKey: B256::repeat_byte(7),
    };
    note("anchor a checkpoint", machine.price(REGISTRAR, at, &anchor));

    for size in SIZES {
        let whom: Vec<Address> = (0..size).map(|n| investor(1_000 * size + n)).collect();
        let mut machine = machine.clone();
        let new = machine.act(REGISTRAR, at, &batch(1, &whom));
        note(&format!("batch of {size}, new"), new);
        let again = machine.act(REGISTRAR, at, &batch(2, &whom));
        note(&format!("batch of {size}, holders"), again);
    }
    note(
        "one investor in four assets, batches of 100",
        in_four_assets(fork, kind),
    );
    figures
}

/// What one investor of a hundred costs who are all in each of four assets.
fn in_four_assets(fork: SpecId, kind: Kind) -> u64 {
    let mut machine = Machine::new(fork);
    let issue = Issue::begin(&mut machine, kind);
    let whom: Vec<Address> = (0..100).map(|n| investor(7_000 + n)).collect();
    let batches = (0..ASSETS).map(|number| {
        let (at, _) = issue.create(&mut machine, number);
        machine.act(REGISTRAR, at, &batch(0, &whom))
    });
    batches.sum::<u64>() / 100
}

/// Units of each delivery.
const UNITS: u64 = 1_000;

fn some() -> U256 {
    U256::from(300)
}

fn set_status(account: Address, status: u16) -> token::setStatusCall {
    token::setStatusCall { account, status }
}

fn batch(sequence: u32, whom: &[Address]) -> token::batchDeliverCall {
    let mut items = Vec::new();
    for wallet in whom {
        items.extend_from_slice(wallet.as_slice());
        items.extend_from_slice(&[0; 4]);
        items.extend_from_slice(&UNITS.to_be_bytes());
    }
    token::batchDeliverCall {
        sequence,
        items: items.into(),
    }
}

/// What assets are created with.
struct Issue {
    kind: Kind,
    factory: Option<Address>,
    shared: u64,
}

impl Issue {
    fn begin(machine: &mut Machine, kind: Kind) -> Self {
        let arguments = factory::constructorCall {
            registrar_: REGISTRAR,
        };
        let code = [&factory::BYTECODE[..], &arguments.abi_encode()].concat();
        match kind {
            Kind::Clone => {
                let (factory, shared) = machine.deploy(REGISTRAR, code);
                Self {
                    kind,
                    factory: Some(factory),
                    shared,
                }
            }
            Kind::Plain => Self {
                kind,
                factory: None,
                shared: 0,
            },
        }
    }

    /// The asset's address and what it cost.
    fn create(&self, machine: &mut Machine, number: u64) -> (Address, u64) {
        let mut isin = *b"DE000A000000";
        isin[11] += u8::try_from(number).expect("few assets");
        let isin = FixedBytes(isin);
        let (name, symbol) = ("Solarpark Brandenburg 31", "SOLAR31");
        match (self.kind, self.factory) {
            (Kind::Clone, Some(factory)) => {
                let call = factory::createCall {
                    isin,
                    issueVolume: 10_000_000,
                    termsHash: B256::repeat_byte(7),
                    name: name.into(),
                    symbol: symbol.into(),
                };
                let gas = machine.act(REGISTRAR, factory, &call);
                let at = machine.ask(factory, &factory::tokenAddressCall { isin });
                (at, gas)
            }
            _ => {
                // Whoever deploys a token is its factory: its first call makes an asset of it, and it is asked about enforcement.
                let deployer = investor(90 + number);
                let (at, gas) = machine.deploy(deployer, token::BYTECODE.clone());
                let call = token::initializeCall {
                    registrar_: REGISTRAR,
                    isin_: isin,
                    issueVolume: 10_000_000,
                    termsHash: B256::repeat_byte(7),
                    name_: name.into(),
                    symbol_: symbol.into(),
                };
                let gas = gas + machine.act(deployer, at, &call);
                machine.give_code(deployer, answering(REGISTRAR));
                (at, gas)
            }
        }
    }
}

/// The code of a contract that answers every call with one address.
fn answering(with: Address) -> Bytes {
    // PUSH20 address, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN.
    [
        &[0x73][..],
        with.as_slice(),
        &[0x5f, 0x52, 0x60, 32, 0x5f, 0xf3],
    ]
    .concat()
    .into()
}
