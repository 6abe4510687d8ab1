//! What a statement says, as it is written into the file: every field that is printed, and the proof.
//!
//! The names are a published format (`docs/statements.md`); a change of their meaning is a new format.

use domain::{Language, StatementKind, StatementReason};
use serde::{Deserialize, Serialize};

/// A statement about one investment of one holder at one place of a register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// What it calls itself.
    pub kind: StatementKind,
    /// In which language it is printed.
    pub language: Language,
    /// Its place among all that the registrar has made, without gaps.
    pub number: u64,
    /// Why it was made.
    pub reason: StatementReason,
    /// When, RFC 3339, UTC.
    pub issued_at: String,
    /// Whether it is about an asset for trying things out, so that it is worth nothing.
    pub is_sample: bool,
    /// What it is an extract of.
    pub register: Register,
    /// Who declares it.
    pub registrar: Registrar,
    /// Who issued the asset.
    pub issuer: Issuer,
    /// The asset.
    pub security: Security,
    /// Whose holding it is.
    pub holder: Holder,
    /// What is held.
    pub holding: Holding,
    /// What limits the holder in disposing of it, and in whose favour (§ 17(2) no. 1 eWpG).
    pub restrictions: Vec<String>,
    /// Rights of others in it (§ 17(2) no. 2 eWpG).
    pub third_party_rights: Vec<String>,
    /// What is entered about the holder's legal capacity (§ 17(2) eWpG).
    pub legal_capacity: Vec<String>,
    /// Where it is recorded.
    pub ledger: Ledger,
    /// The entry's transaction; none for the first entry of an issue.
    pub transaction: Option<Transaction>,
    /// How anybody can see that the entry is in the register's log.
    pub proof: Proof,
}

/// The place of the register that is stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The last entry that is in it.
    pub sequence: u64,
    /// When that was made, RFC 3339, UTC.
    pub at: String,
}

/// Who declares the statement (§ 126b BGB).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registrar {
    /// Firm.
    pub name: String,
    /// Where it is, in one line.
    pub address: Option<String>,
    /// ISO 17442.
    pub lei: Option<String>,
    /// What the register is called.
    pub register_id: Option<String>,
}

/// Who issued the asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Firm.
    pub name: String,
    /// Its seat.
    pub seat: Option<String>,
    /// Court and number.
    pub commercial_register: Option<String>,
    /// ISO 17442.
    pub lei: Option<String>,
}

/// The asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Security {
    /// Its name.
    pub name: String,
    /// ISO 6166.
    pub isin: String,
    /// The German number, if it has one.
    pub wkn: Option<String>,
    /// What the law calls it (§ 17(1) no. 1 eWpG); none outside of the eWpG.
    pub designation: Option<String>,
    /// Which version of the terms.
    pub terms_version: Option<u64>,
    /// SHA-256 that the issue's entry commits to.
    pub terms_hash: String,
    /// Where the terms can be read.
    pub terms_url: Option<String>,
    /// Units of the whole issue.
    pub issue_units: u64,
    /// Nominal value of a unit.
    pub nominal_value: Option<Amount>,
    /// `single` or `collective` (§ 8 eWpG); none outside of the eWpG.
    pub entry_type: Option<String>,
    /// What is noted about mixed stock (§ 9(3) eWpG).
    pub mixed_stock: Option<String>,
}

/// Money as a decimal number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// With a point before the fraction.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
}

/// Whose holding it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// The random identifier that the register knows the holder by (§ 17(2) eWpG).
    pub id: String,
    /// Name or firm.
    pub name: String,
    /// Where it lives or has its seat, line by line.
    pub address: Vec<String>,
}

/// What is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holding {
    /// Units before the entry; none if the statement is about no entry of its own.
    pub units_before: Option<u64>,
    /// Units as of the stated place, over all investments of the holder in this asset.
    pub units: u64,
    /// Nominal value of these.
    pub nominal: Option<Amount>,
    /// The investment that the statement belongs to.
    pub investment_id: String,
    /// What remains of that investment.
    pub investment_units: u64,
}

/// Where the asset is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// The DLT network's name.
    pub network: String,
    /// EIP-155.
    pub chain_id: u64,
    /// The token's contract.
    pub contract: String,
}

/// A transaction of the token: the one that made an entry effective, or that wrote a root down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    /// Its hash.
    pub hash: String,
    /// The block that holds it.
    pub block: u64,
}

/// How anybody can see that the entry is in the register's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The entry in the one form that is hashed.
    pub entry: String,
    /// Its place in the log, from 1.
    pub sequence: u64,
    /// The hashes beside its way to the root, RFC 9162, hexadecimal.
    pub hashes: Vec<String>,
    /// The log's signed checkpoint (C2SP `tlog-checkpoint`).
    pub checkpoint: String,
    /// Where the checkpoint's root is written on the DLT network; none in a file that an earlier version of the program made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<Transaction>,
    /// The same proof at the registrar's public address.
    pub url: String,
}

impl Proof {
    /// What the QR code says: the proof's public address, and behind the `#` the entry's leaf hash, which is compared with it.
    #[must_use]
    pub fn code(&self) -> String {
        let leaf = tlog::merkle::leaf_hash(self.entry.as_bytes());
        format!("{}#{}", self.url, hex::encode(leaf))
    }
}
