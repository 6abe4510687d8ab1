//! Statements of the register (reference section 7.4).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A register statement (§ 19 eWpG), or a holding confirmation of an asset outside of the eWpG.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegistryStatement {
    /// Identifies the statement.
    pub id: Uuid,
    /// What it calls itself.
    pub kind: RegistryStatementKind,
    /// The investment that it belongs to.
    pub investment_id: Uuid,
    /// The last entry of the register that is in what it states.
    pub sequence: u64,
    /// Units that the holder had then, in all its investments in the product.
    pub units: u64,
    /// Why it was made.
    pub reason: RegistryStatementReason,
    /// How far it is.
    pub status: RegistryStatementStatus,
    /// Its place among all statements of the registrar, without gaps; null until it has one.
    pub number: Option<u64>,
    /// `de` or `en`; null until it is chosen.
    pub language: Option<String>,
    /// RFC 3339, UTC; null until it has its number.
    #[schema(format = DateTime)]
    pub issued_at: Option<String>,
    /// SHA-256 of the document, hexadecimal; null until it is ready.
    pub sha256: Option<String>,
    /// Where the document is downloaded, with the same token; null until it is ready.
    pub document_url: Option<String>,
    /// When it fell due. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// The entry that has reversed the one that it was made of, if that was wrong.
    #[serde(default)]
    pub reversed_by: Option<u64>,
}

/// What a statement calls itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegistryStatementKind {
    /// § 19 eWpG: for single entries of electronic securities.
    RegisterStatement,
    /// For any other asset, and only on request.
    HoldingConfirmation,
}

/// Why a statement was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegistryStatementReason {
    /// An entry in the holder's favour.
    Entry,
    /// The register's content changed for the holder.
    Change,
    /// The yearly one.
    Annual,
    /// Somebody asked.
    Request,
}

/// How far a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegistryStatementStatus {
    /// The document is being made.
    Processing,
    /// The document can be downloaded; its bytes never change.
    Ready,
    /// The holder's data were erased.
    Erased,
}

/// Asks for a statement as of now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegistryStatementRequest {
    /// `de` or `en`; without it, that of where the holder lives.
    #[serde(default)]
    #[schema(example = "de")]
    pub language: Option<String>,
}

/// Who has fetched a statement: the proof that it was delivered in text form (§ 126b BGB).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementDeliveries {
    /// The first time of each way and each who fetched it.
    pub deliveries: Vec<StatementDelivery>,
}

/// A statement that reached somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementDelivery {
    /// `partner` (its client or person, who passes it on) or `holder` (itself, on its own page).
    #[schema(example = "partner")]
    pub channel: String,
    /// The client or person; of a holder its account.
    pub actor_id: Uuid,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// When the bytes were handed out first. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub delivered_at: String,
}
