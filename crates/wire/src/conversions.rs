//! How holders are entered (§ 8 eWpG): singly, or collectively for custodians and central securities depositories.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::restrictions::RestrictionStatus;

/// Proposes that all that a holder has of a product be entered another way, as the holder has instructed. It is entered once another actor has
/// confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConversionCreate {
    /// A wallet of the holder's in which units of the product lie.
    pub wallet_id: Uuid,
    /// `collective`, or `single` again.
    #[schema(example = "collective")]
    pub entry_type: String,
    /// What makes the holder fit for a collective entry; needed for one.
    #[serde(default)]
    pub custodian: Option<Custodian>,
    /// The holder's instruction: a document that was uploaded before.
    pub document_id: Uuid,
    /// For the one who confirms and for the record.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// A custodian or central securities depository with its licence, as the registrar records it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Custodian {
    /// `csd` (a central securities depository) or `custodian`.
    #[schema(example = "custodian")]
    pub kind: String,
    /// Who has licensed it.
    #[schema(max_length = 255)]
    pub authority: String,
    /// Under which number.
    #[schema(max_length = 255)]
    pub number: String,
}

/// A change of how a holder is entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Conversion {
    /// Identifies it, and its instruction.
    pub id: Uuid,
    /// Whose register.
    pub product_id: Uuid,
    /// Random identifier of the holder (§ 17(2) eWpG).
    pub holder_id: Uuid,
    /// The wallet over which the DLT network was told.
    pub wallet_address: String,
    /// How the holder is entered afterwards.
    pub entry_type: String,
    /// Of a collective entry, the holder's licence.
    pub custodian: Option<Custodian>,
    /// How far it is; it is never `released`.
    pub status: RestrictionStatus,
    /// Why it was rejected; null unless it was.
    pub rejection: Option<String>,
    /// The holder's instruction.
    pub document_id: Uuid,
    /// SHA-256 of that document, hexadecimal.
    pub document_hash: String,
    /// The decision that it was instructed by.
    pub decision_id: Uuid,
    /// Its place in the product's queue.
    pub instruction: u64,
    /// The entry that made it effective.
    pub entry: Option<u64>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub received_at: String,
}
