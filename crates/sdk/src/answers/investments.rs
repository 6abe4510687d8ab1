//! Investments and what follows from them, as servers answer.

use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;
use wire::Problem;
use wire::dlt_transactions::DltProgress;
use wire::investments::{Blocker, InvestmentStatus, Payment, SignedDocument};
use wire::money::Money;

use super::lenient;
use crate::Open;

/// The contract between issuer and investor for N units.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Investment {
    /// Unique over all environments.
    pub id: Uuid,
    /// Who invests.
    #[serde(default, deserialize_with = "lenient")]
    pub investor_id: Option<Uuid>,
    /// In which campaign.
    #[serde(default, deserialize_with = "lenient")]
    pub campaign_id: Option<Uuid>,
    /// The product of the campaign.
    #[serde(default, deserialize_with = "lenient")]
    pub product_id: Option<Uuid>,
    /// Units bought; the middle generation calls them `amount`.
    #[serde(default, alias = "amount", deserialize_with = "lenient")]
    pub units: Option<u64>,
    /// Units still held from this investment.
    #[serde(default, deserialize_with = "lenient")]
    pub remaining_units: Option<u64>,
    /// Where it stands.
    #[serde(default, deserialize_with = "lenient")]
    pub status: Option<Open<InvestmentStatus>>,
    /// Why a paid investment is not delivered yet.
    #[serde(default, deserialize_with = "lenient")]
    pub blocked_by: Option<Open<Blocker>>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub signed_at: Option<String>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub accepted_at: Option<String>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub paid_at: Option<String>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub delivered_at: Option<String>,
    /// Wallet ID, or its address.
    #[serde(default, deserialize_with = "lenient")]
    pub wallet: Option<String>,
    /// Address of the wallet.
    #[serde(default, deserialize_with = "lenient")]
    pub wallet_address: Option<String>,
    /// The transaction that delivered.
    #[serde(default, deserialize_with = "lenient")]
    pub transaction_hash: Option<String>,
    /// Where the delivery is on the DLT network, once it was sent.
    #[serde(default, deserialize_with = "lenient")]
    pub dlt_transaction: Option<DltProgress>,
    /// Documents signed for this investment.
    #[serde(default, deserialize_with = "lenient")]
    pub signed_documents: Option<Vec<SignedDocument>>,
    /// What is to be paid.
    #[serde(default, deserialize_with = "lenient")]
    pub total: Option<Money>,
    /// How to pay.
    #[serde(default, deserialize_with = "lenient")]
    pub payment: Option<Payment>,
    /// Why an ended investment ended.
    #[serde(default, deserialize_with = "lenient")]
    pub reason: Option<String>,
    /// Where the investor goes on, if the subscription is web-based.
    #[serde(default, deserialize_with = "lenient")]
    pub start_url: Option<String>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<String>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub changed_at: Option<String>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// What became of one item of a batch.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct BatchResult {
    /// The HTTP status that the single call would have had.
    pub status: u16,
    /// The investment, if it worked.
    #[serde(default, deserialize_with = "lenient")]
    pub investment: Option<Investment>,
    /// The problem, if it did not.
    #[serde(default, deserialize_with = "lenient")]
    pub problem: Option<Problem>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// A register statement.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct RegistryStatement {
    /// Identifies the statement.
    pub id: Uuid,
    /// The entry of the register it states.
    #[serde(default, deserialize_with = "lenient")]
    pub sequence: Option<u64>,
    /// Units held after the entry.
    #[serde(default, deserialize_with = "lenient")]
    pub units: Option<u64>,
    /// `register_statement` or `holding_confirmation`.
    #[serde(default, deserialize_with = "lenient")]
    pub kind: Option<String>,
    /// Why it was made: `entry`, `change`, `annual` or `request`.
    #[serde(default, deserialize_with = "lenient")]
    pub reason: Option<String>,
    /// `processing`, `ready` or `erased`.
    #[serde(default, deserialize_with = "lenient")]
    pub status: Option<String>,
    /// Its place among all of the registrar's.
    #[serde(default, deserialize_with = "lenient")]
    pub number: Option<u64>,
    /// SHA-256 of the document, hexadecimal.
    #[serde(default, deserialize_with = "lenient")]
    pub sha256: Option<String>,
    /// Where the document is downloaded.
    #[serde(default, deserialize_with = "lenient")]
    pub document_url: Option<String>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<String>,
    /// The entry that has reversed the one that it was made of.
    #[serde(default, deserialize_with = "lenient")]
    pub reversed_by: Option<u64>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// What happened: the payload of webhooks and of the feed. The first three fields are the published payload.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// The investment concerned.
    #[serde(default, deserialize_with = "lenient")]
    pub investment_id: Option<Uuid>,
    /// The status reached.
    #[serde(default, deserialize_with = "lenient")]
    pub status: Option<Open<InvestmentStatus>>,
    /// When, RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub changed_at: Option<String>,
    /// Identifies the event; the same in every attempt.
    #[serde(default, deserialize_with = "lenient")]
    pub id: Option<Uuid>,
    /// Such as `investment.status_changed`.
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    pub kind: Option<String>,
    /// Name of the environment.
    #[serde(default, deserialize_with = "lenient")]
    pub environment: Option<String>,
    /// Counts the events of one investment (or investor, transfer, redemption) from 1 without gaps.
    #[serde(default, deserialize_with = "lenient")]
    pub sequence: Option<u64>,
    /// The investor concerned.
    #[serde(default, deserialize_with = "lenient")]
    pub investor_id: Option<Uuid>,
    /// The transfer concerned.
    #[serde(default, deserialize_with = "lenient")]
    pub transfer_id: Option<Uuid>,
    /// The redemption concerned.
    #[serde(default, deserialize_with = "lenient")]
    pub redemption_id: Option<Uuid>,
    /// The register statement that can be fetched.
    #[serde(default, deserialize_with = "lenient")]
    pub registry_statement_id: Option<Uuid>,
    /// The status before.
    #[serde(default, deserialize_with = "lenient")]
    pub previous_status: Option<Open<InvestmentStatus>>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// A stretch of the feed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct EventFeed {
    /// In order.
    pub results: Vec<Event>,
    /// Hand this to `after` for what follows.
    #[serde(default, deserialize_with = "lenient")]
    pub last: Option<Uuid>,
    /// Whether more is waiting.
    #[serde(default, deserialize_with = "lenient")]
    pub has_more: Option<bool>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}
