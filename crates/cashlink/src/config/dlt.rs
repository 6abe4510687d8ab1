//! The configuration's section on the DLT network.

use serde::{Deserialize, Serialize};

use super::Secret;

/// Which DLT network is written to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DltMode {
    /// A chain in the network's own database.
    #[default]
    Embedded,
    /// An EVM node over JSON-RPC.
    Rpc,
}

/// From when on a block of a node counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Finality {
    /// At once: networks where blocks cannot be undone.
    Latest,
    /// The node's `safe` block.
    Safe,
    /// The node's `finalized` block.
    #[default]
    Finalized,
}

/// The DLT network.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dlt {
    /// `embedded` or `rpc`.
    pub mode: DltMode,
    /// How the network is named in answers, such as `POLYGON-MAINNET`.
    pub network: Option<String>,
    /// EIP-155; must be what the node says.
    pub chain_id: Option<u64>,
    /// The node's JSON-RPC address; for `rpc`.
    pub url: Option<String>,
    /// From when on a block of a node counts; for `rpc`.
    pub finality: Finality,
    /// The most that a transaction may offer in gwei per gas; absent: the network takes no fee.
    pub maximum_gas_price_gwei: Option<u64>,
    /// Who operates the network, by firm; at least two, or no electronic security is entered; for `rpc`.
    pub operators: Vec<String>,
    /// The pattern by which control is spread over them (§ 4(11) eWpG); for `rpc`.
    pub control: Option<String>,
    /// The registrar's signing key, 32 bytes in hexadecimal; absent: derived from the master key, for `embedded` only.
    pub registrar_key: Option<Secret>,
}
