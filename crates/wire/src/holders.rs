//! What a holder sees of itself in the register (§ 10(1) eWpG), and the link by which a partner lets it in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::money::Money;
use crate::restrictions::HoldingRestriction;
use crate::statements::RegistryStatement;

/// A link to an investor's own view of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HolderLink {
    /// To hand to the investor and nobody else: whoever opens it first is let in.
    pub url: String,
    /// It is good once, until then. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub expires_at: String,
}

/// What the registers say about one holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderView {
    /// When it was asked. RFC 3339, UTC.
    pub at: String,
    /// One for each register in which the holder has come.
    pub holdings: Vec<OwnHolding>,
}

/// What one register says about its holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnHolding {
    /// The registry account.
    pub investor_id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// What the asset is called.
    pub name: String,
    /// ISO 6166.
    pub isin: String,
    /// Firm.
    pub issuer_name: String,
    /// Whether it is entered under the eWpG.
    pub is_register_security: bool,
    /// Random identifier (§ 17(2) eWpG).
    pub holder_id: Uuid,
    /// In all wallets.
    pub units: u64,
    /// Of one unit; null where there is none.
    pub nominal_value: Option<Money>,
    /// Of all units.
    pub nominal: Option<Money>,
    /// Where the units are, each with what is entered over them (§ 17(3) eWpG).
    pub wallets: Vec<OwnWallet>,
    /// The terms that the entry refers to.
    pub terms: OwnTerms,
    /// The entries that concerned the holder, newest first.
    pub entries: Vec<OwnEntry>,
    /// Newest first.
    pub statements: Vec<RegistryStatement>,
    /// Entries of the register.
    pub register_size: u64,
    /// Signs its checkpoints, as `name+id+key` (C2SP `signed-note`).
    pub public_key: String,
}

/// Units in a wallet with what is entered over them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnWallet {
    /// On the DLT network.
    pub address: String,
    /// Units.
    pub units: u64,
    /// Restrictions and rights of third parties.
    pub restrictions: Vec<HoldingRestriction>,
}

/// A version of the terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnTerms {
    /// From 1.
    pub version: u32,
    /// SHA-256, hexadecimal.
    pub hash: String,
    /// Where everybody reads them.
    pub url: String,
}

/// An entry that concerned the holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnEntry {
    /// Its place in the register, from 1.
    pub sequence: u64,
    /// Such as `delivery`.
    pub kind: String,
    /// RFC 3339, UTC.
    pub entered_at: String,
    /// What the holder had after it; null if it moved nothing of the holder's.
    pub units: Option<u64>,
}
