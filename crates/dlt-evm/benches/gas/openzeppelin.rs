//! OpenZeppelin's ERC-20 with a batch in front: the plainest token that there is, and it admits nobody.

use std::path::Path;

use alloy::primitives::{Address, Bytes, U256};
use revm::primitives::hardfork::SpecId;
use serde::Deserialize;

use crate::machine::{Machine, investor};
use crate::ours::{ASSETS, Figures, REGISTRAR, SIZES};

alloy::sol! {
    interface Plain {
        function mint(address to, uint256 amount) external;
        function mintBatch(address[] calldata to, uint256 amount) external;
        function burn(address from, uint256 amount) external;
        function transfer(address to, uint256 amount) external returns (bool);
    }
}

#[derive(Deserialize)]
struct Compiled {
    bytecode: Bytes,
}

/// Every act that it has, from what `compile.mjs` made of the package.
pub fn measure(fork: SpecId, compiled: &Path) -> Figures {
    let text = std::fs::read_to_string(compiled).expect("compile.mjs wrote it");
    let Compiled { bytecode } = serde_json::from_str(&text).expect("it is an artifact");
    let mut machine = Machine::new(fork);
    let mut figures = Figures::new();
    let mut note = |what: &str, gas| figures.push((what.to_owned(), gas));
    let (at, created) = machine.deploy(REGISTRAR, bytecode);
    note("create an asset", created);
    let (holder, other, new) = (investor(1), investor(2), investor(4));
    machine.act(REGISTRAR, at, &batch(&[holder, other]));
    let machine = machine;
    let amount = U256::from(300);
    let mint = |to| Plain::mintCall { to, amount };
    note(
        "deliver to a new wallet",
        machine.price(REGISTRAR, at, &mint(new)),
    );
    note(
        "deliver to a holder",
        machine.price(REGISTRAR, at, &mint(holder)),
    );
    let transfer = |to| Plain::transferCall { to, amount };
    note(
        "transfer to an admitted wallet",
        machine.price(holder, at, &transfer(new)),
    );
    note(
        "transfer to a holder",
        machine.price(holder, at, &transfer(other)),
    );
    let burn = |amount| Plain::burnCall {
        from: holder,
        amount,
    };
    note(
        "burn part of a holding",
        machine.price(REGISTRAR, at, &burn(amount)),
    );
    note(
        "burn a whole holding",
        machine.price(REGISTRAR, at, &burn(U256::from(1_000))),
    );
    let mut hundred = 0;
    for size in SIZES {
        let whom: Vec<Address> = (0..size).map(|n| investor(1_000 * size + n)).collect();
        let mut machine = machine.clone();
        let new = machine.act(REGISTRAR, at, &batch(&whom));
        note(&format!("batch of {size}, new"), new);
        note(
            &format!("batch of {size}, holders"),
            machine.act(REGISTRAR, at, &batch(&whom)),
        );
        if size == 100 {
            hundred = new;
        }
    }
    note(
        "one investor in four assets, batches of 100",
        ASSETS * hundred / 100,
    );
    figures
}

fn batch(whom: &[Address]) -> Plain::mintBatchCall {
    Plain::mintBatchCall {
        to: whom.to_vec(),
        amount: U256::from(1_000),
    }
}
