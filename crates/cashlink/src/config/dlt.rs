//! The configuration's section on the DLT network.

use dlt_evm::signing::is_development_chain;
use serde::{Deserialize, Serialize};

use super::check::one_place;
use super::{ConfigError, Secret, SignerPlace};

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

/// From when on a block of a node counts: a tag, or how many blocks have to be on top of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Finality {
    /// What the node says of its blocks.
    Tag(Tag),
    /// For networks whose nodes know no tags.
    Depth(u32),
}

impl Default for Finality {
    fn default() -> Self {
        Self::Tag(Tag::Finalized)
    }
}

/// What nodes call their blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tag {
    /// At once: networks where blocks cannot be undone.
    Latest,
    /// The node's `safe` block.
    Safe,
    /// The node's `finalized` block.
    Finalized,
}

/// The DLT network.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// Other nodes, best of another provider: what decides an entry they have to say too; for `rpc`.
    pub compare_with: Vec<String>,
    /// How long a node may take for an answer, in milliseconds.
    pub timeout_ms: u64,
    /// From when on a block of a node counts; for `rpc`.
    pub finality: Finality,
    /// The most that a transaction may offer in gwei per gas; absent: the network takes no fee.
    pub maximum_gas_price_gwei: Option<u64>,
    /// How long a transaction may lie in no block before more is offered for it, in seconds.
    pub raise_fee_after_s: u64,
    /// Keccak-256 of token code other than this version's under which assets were issued and which has been checked.
    pub accepted_code: Vec<String>,
    /// Who operates the network, by firm; at least two, or no electronic security is entered; for `rpc`.
    pub operators: Vec<String>,
    /// The pattern by which control is spread over them (§ 4(11) eWpG); for `rpc`.
    pub control: Option<String>,
    /// One key for both offices, 32 bytes in hexadecimal, on development chains; absent: derived from the master key, for `embedded` only.
    pub registrar_key: Option<Secret>,
    /// The key that creates and delivers; in place of `registrar_key`.
    pub registry: Option<SignerPlace>,
    /// The key that freezes and bars; in place of `registrar_key`.
    pub enforcement: Option<SignerPlace>,
}

impl Default for Dlt {
    fn default() -> Self {
        Self {
            mode: DltMode::default(),
            network: None,
            chain_id: None,
            url: None,
            compare_with: Vec::new(),
            timeout_ms: 20_000,
            finality: Finality::default(),
            maximum_gas_price_gwei: None,
            raise_fee_after_s: 180,
            accepted_code: Vec::new(),
            operators: Vec::new(),
            control: None,
            registrar_key: None,
            registry: None,
            enforcement: None,
        }
    }
}

impl Dlt {
    /// Whether each office has a key, and a key of its own where people rely on the network.
    pub(super) fn check_keys(&self) -> Result<(), ConfigError> {
        let wrong = |key: &str, problem: &str| ConfigError::value(key, problem);
        let places = [
            ("dlt.registry", &self.registry),
            ("dlt.enforcement", &self.enforcement),
        ];
        for (key, place) in places {
            place.as_ref().map_or(Ok(()), |place| place.check(key))?;
        }
        match (&self.registrar_key, &self.registry, &self.enforcement) {
            (None, Some(_), Some(_)) => Ok(()),
            (None, Some(_), None) => Err(wrong("dlt.enforcement", "it needs a key too")),
            (None, None, Some(_)) => Err(wrong("dlt.registry", "it needs a key too")),
            (None, None, None) if self.mode == DltMode::Embedded => Ok(()),
            (None, None, None) => Err(wrong(
                "dlt.registry",
                "mode rpc needs the keys that sign, dlt.registry and dlt.enforcement",
            )),
            (Some(key), None, None) => {
                one_place("dlt.registrar_key", key)?;
                match self.chain_id {
                    Some(id) if self.mode == DltMode::Rpc && !is_development_chain(id) => {
                        Err(wrong("dlt.registrar_key", &plain_key(id)))
                    }
                    _ => Ok(()),
                }
            }
            (Some(_), _, _) => Err(wrong(
                "dlt.registrar_key",
                "name either this one key or those of dlt.registry and dlt.enforcement",
            )),
        }
    }
}

fn plain_key(chain_id: u64) -> String {
    format!(
        "one key in the clear for both offices is for development chains, which {chain_id} is not: name dlt.registry and dlt.enforcement \
         (`cashlink dlt keystore import` puts this key into a keystore file)"
    )
}
