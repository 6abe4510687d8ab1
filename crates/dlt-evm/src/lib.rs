//! The EVM adapter: one code path for a chain inside this process and for real nodes over JSON-RPC.
//!
//! [`Embedded`] is a persistent chain in the application's own database. It executes every transaction at once into a
//! block of its own and answers the JSON-RPC methods that wallets and libraries use. [`EvmLedger`] is the registrar's
//! side, [`dlt::Ledger`] over any JSON-RPC connection, the embedded one included.

mod chain;
pub mod contracts;
mod ledger;
mod rpc;
pub mod signing;

pub use chain::{ChainError, Clock, Embedded, EmbeddedOptions, GAS_LIMIT};
pub use ledger::{
    Connection, Cost, EvmLedger, Finality, GasPrice, MAXIMUM_BATCH, Office, Rotated, Rotation,
    Waiting, costs, managed_wallet, rotate, rotate_embedded, waiting,
};
pub use rpc::MAXIMUM_REQUEST_BYTES;

use database::{Component, Migration};

/// Everything that the contracts are built from, and what came of it, by the path in `contracts/` (eWpRV § 14): who runs
/// `build.mjs --check` there has compiled them again.
pub const SOURCES: [(&str, &str); 8] = [
    (
        "Interfaces.sol",
        include_str!("../contracts/Interfaces.sol"),
    ),
    (
        "SecurityToken.sol",
        include_str!("../contracts/SecurityToken.sol"),
    ),
    (
        "SecurityTokenFactory.sol",
        include_str!("../contracts/SecurityTokenFactory.sol"),
    ),
    ("build.mjs", include_str!("../contracts/build.mjs")),
    ("package.json", include_str!("../contracts/package.json")),
    (
        "package-lock.json",
        include_str!("../contracts/package-lock.json"),
    ),
    (
        "out/SecurityToken.json",
        include_str!("../contracts/out/SecurityToken.json"),
    ),
    (
        "out/SecurityTokenFactory.json",
        include_str!("../contracts/out/SecurityTokenFactory.json"),
    ),
];

/// The embedded chain's own tables, and those of what the adapter signs for any network.
pub const COMPONENT: Component = Component {
    name: "chain",
    migrations: &[
        Migration {
            version: 1,
            name: "chain",
            sqlite: include_str!("../migrations/sqlite/V0001__chain.sql"),
            postgres: include_str!("../migrations/postgres/V0001__chain.sql"),
        },
        Migration {
            version: 2,
            name: "outbox",
            sqlite: include_str!("../migrations/sqlite/V0002__outbox.sql"),
            postgres: include_str!("../migrations/postgres/V0002__outbox.sql"),
        },
        Migration {
            version: 3,
            name: "settled",
            sqlite: include_str!("../migrations/sqlite/V0003__settled.sql"),
            postgres: include_str!("../migrations/postgres/V0003__settled.sql"),
        },
    ],
};
