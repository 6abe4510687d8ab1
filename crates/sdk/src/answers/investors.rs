//! Investors and what belongs to them, as servers answer.

use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;
use wire::investor_patches::{BankAccountPatch, LegalPersonPatch, NaturalPersonPatch};
use wire::investors::{Communication, KycStatus, TaxInformation};
use wire::wallets::WalletType;

use super::lenient;
use crate::Open;

/// An investor.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Investor {
    /// Identifies the investor in this environment.
    pub id: Uuid,
    /// Where its identification stands.
    #[serde(default, deserialize_with = "lenient")]
    pub kyc_status: Option<Open<KycStatus>>,
    /// The investor, or who acts for the company.
    #[serde(default, deserialize_with = "lenient")]
    pub natural_person: Option<NaturalPersonPatch>,
    /// Present for a company.
    #[serde(default, deserialize_with = "lenient")]
    pub legal_person: Option<LegalPersonPatch>,
    /// Where payouts go.
    #[serde(default, deserialize_with = "lenient")]
    pub bank_account: Option<BankAccountPatch>,
    /// What the paying agent needs to know.
    #[serde(default, deserialize_with = "lenient")]
    pub tax_information: Option<TaxInformation>,
    /// How the investor is reached.
    #[serde(default, deserialize_with = "lenient")]
    pub communication: Option<Communication>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub account_setup_accepted_at: Option<String>,
    /// A custodian bank that holds for its customers.
    #[serde(default, deserialize_with = "lenient")]
    pub is_custodian_bank: Option<bool>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<String>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub updated_at: Option<String>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// A wallet of exactly one investor.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Wallet {
    /// Named as `wallet` on an investment.
    pub id: Uuid,
    /// Who keeps the key.
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    pub kind: Option<Open<WalletType>>,
    /// Address on the DLT network.
    #[serde(default, deserialize_with = "lenient")]
    pub address: Option<String>,
    /// Whether it takes incoming transfers.
    #[serde(default, deserialize_with = "lenient")]
    pub receiving_enabled: Option<bool>,
    /// Whether units can be delivered to it.
    #[serde(default, deserialize_with = "lenient")]
    pub eligible: Option<bool>,
    /// Frozen wallets neither send nor receive.
    #[serde(default, deserialize_with = "lenient")]
    pub frozen: Option<bool>,
    /// Whether units wait until control of the address is proven.
    #[serde(default, deserialize_with = "lenient")]
    pub awaits_proof: Option<bool>,
    /// How control of the address was proven.
    #[serde(default, deserialize_with = "lenient")]
    pub proof: Option<wire::wallets::WalletProof>,
    /// The other address that it is about to have.
    #[serde(default, deserialize_with = "lenient")]
    pub address_change: Option<wire::wallets::AddressChange>,
    /// Until when nothing is delivered to it, because its investor had another wallet before it. RFC 3339, UTC.
    #[serde(default, deserialize_with = "lenient")]
    pub cooling_until: Option<String>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// An identification of an investor.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Identification {
    /// Identifies it.
    pub id: Uuid,
    /// Where it stands.
    #[serde(default, deserialize_with = "lenient")]
    pub status: Option<Open<KycStatus>>,
    /// Why it was rejected.
    #[serde(default, deserialize_with = "lenient")]
    pub reason: Option<String>,
    /// The page on which a requested identification goes on.
    #[serde(default, deserialize_with = "lenient")]
    pub url: Option<String>,
    /// As imported.
    #[serde(default, deserialize_with = "lenient")]
    pub document_type: Option<String>,
    /// As imported.
    #[serde(default, deserialize_with = "lenient")]
    pub identity_provider: Option<String>,
    /// As imported, `YYYY-MM-DD`.
    #[serde(default, deserialize_with = "lenient")]
    pub document_valid_to: Option<String>,
    /// As imported, RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub verified_at: Option<String>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<String>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// A beneficial owner of a company.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct BenefitingPerson {
    /// Identifies the record.
    pub id: Uuid,
    /// Given names.
    #[serde(default, deserialize_with = "lenient")]
    pub forename: Option<String>,
    /// Family name.
    #[serde(default, deserialize_with = "lenient")]
    pub surname: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(default, deserialize_with = "lenient")]
    pub birth_date: Option<String>,
    /// Share of capital or votes in hundredths of a percent.
    #[serde(default, deserialize_with = "lenient")]
    pub share_basis_points: Option<u32>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<String>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// An uploaded document.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Document {
    /// Named wherever a document is referred to.
    pub id: Uuid,
    /// File name of the upload.
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    /// Media type.
    #[serde(default, deserialize_with = "lenient")]
    pub content_type: Option<String>,
    /// Bytes.
    #[serde(default, deserialize_with = "lenient")]
    pub size: Option<u64>,
    /// SHA-256 of the bytes, hexadecimal.
    #[serde(default, deserialize_with = "lenient")]
    pub sha256: Option<String>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<String>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}
