//! Who acts for a company, and on what that rests (§ 11 eWpRV).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Records that the platform has verified that the company's `natural_person` acts for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuthorityProofCreate {
    /// `register_extract` (of the commercial register) or `power_of_attorney`.
    #[schema(example = "register_extract")]
    pub basis: String,
    /// The uploaded document.
    pub document_id: Uuid,
    /// Its last day; it counts in full, in Berlin. Without it the proof holds until another person acts for the company.
    #[serde(default)]
    #[schema(format = Date)]
    pub valid_until: Option<String>,
}

/// A proof of who acts for a company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuthorityProof {
    /// Identifies it.
    pub id: Uuid,
    /// `register_extract` or `power_of_attorney`. Text, because later versions know more.
    pub basis: String,
    /// The uploaded document.
    pub document_id: Uuid,
    /// Its last day; null if it has none.
    #[schema(format = Date)]
    pub valid_until: Option<String>,
    /// When it was recorded as verified. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub verified_at: String,
    /// The client or person who has said so.
    pub verified_by: String,
}

/// Says what instructions of a platform's companies rest on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CompanyAuthorityCreate {
    /// `mandate`: the platform has confirmed that it verifies who acts for a company; `proof`: each company needs a recorded proof.
    #[schema(example = "proof")]
    pub rests_on: String,
    /// Where the platform's confirmation is kept; needed with `mandate`.
    #[serde(default)]
    pub reference: Option<String>,
}

/// What instructions of a platform's companies rest on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CompanyAuthority {
    /// The platform.
    pub platform_id: Uuid,
    /// `mandate` or `proof`. Text, because later versions know more.
    pub rests_on: String,
    /// Where the platform's confirmation is kept; null if it is part of its agreement with the registrar.
    pub reference: Option<String>,
    /// When that was said; null since the platform takes part. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub set_at: Option<String>,
}
