//! Identifications and benefiting persons (reference sections 6.3 and 6.4).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::investors::KycStatus;

/// Imports an identification that was already made; `{}` asks the registrar for one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IdentificationCreate {
    /// Open list: `IDCARD`, `PASSPORT`, `RESIDENCE_PERMIT`, …
    #[serde(default)]
    pub document_type: Option<String>,
    /// Number of the document.
    #[serde(default)]
    pub document_id: Option<String>,
    /// Authority that issued it.
    #[serde(default)]
    pub document_issuer: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(default)]
    #[schema(format = Date)]
    pub document_valid_from: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(default)]
    #[schema(format = Date)]
    pub document_valid_to: Option<String>,
    /// Open list: `POSTIDENT`, `VIDEO_IDENT`, `EID`, `BRANCH`, …
    #[serde(default)]
    pub identity_provider: Option<String>,
    /// The provider's reference.
    #[serde(default)]
    pub legitimation_process_id: Option<String>,
    /// Document: the provider's protocol.
    #[serde(default)]
    pub legitimation_protocol_id: Option<Uuid>,
    /// When the person was identified.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub verified_at: Option<String>,
}

/// One identification of an investor. The document's data is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Identification {
    /// Identifies it.
    pub id: Uuid,
    /// Where this identification stands.
    pub status: KycStatus,
    /// Why the registrar decided so, if it said why. A partner reads why an identification was rejected, not why one was approved.
    pub reason: Option<String>,
    /// The page where a requested identification is followed; null for an imported one.
    pub url: Option<String>,
    /// As imported.
    pub document_type: Option<String>,
    /// As imported.
    pub identity_provider: Option<String>,
    /// As imported.
    #[schema(format = Date)]
    pub document_valid_to: Option<String>,
    /// As imported.
    #[schema(format = DateTime)]
    pub verified_at: Option<String>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// A beneficial owner of a company (§ 3 GwG).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BenefitingPersonCreate {
    /// Given names.
    #[schema(min_length = 1, max_length = 255)]
    pub forename: String,
    /// Family name.
    #[schema(min_length = 1, max_length = 255)]
    pub surname: String,
    /// `YYYY-MM-DD`.
    #[serde(default)]
    #[schema(format = Date)]
    pub birth_date: Option<String>,
    /// Place of birth.
    #[serde(default)]
    pub birth_place: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[serde(default)]
    pub citizenship: Option<String>,
    /// Street and number.
    #[serde(default)]
    pub street: Option<String>,
    /// Postal code.
    #[serde(default)]
    pub zip: Option<String>,
    /// Town.
    #[serde(default)]
    pub city: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[serde(default)]
    pub country: Option<String>,
    /// Politically exposed; `true` refuses creation (reference section 6.3).
    #[serde(default)]
    pub is_pep: Option<bool>,
    /// Share of capital or votes in hundredths of a percent.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10000)]
    pub share_basis_points: Option<u32>,
}

/// A recorded beneficial owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BenefitingPerson {
    /// Identifies the record.
    pub id: Uuid,
    /// Given names.
    pub forename: String,
    /// Family name.
    pub surname: String,
    /// `YYYY-MM-DD`.
    #[schema(format = Date)]
    pub birth_date: Option<String>,
    /// Place of birth.
    pub birth_place: Option<String>,
    /// ISO 3166-1 alpha-3.
    pub citizenship: Option<String>,
    /// Street and number.
    pub street: Option<String>,
    /// Postal code.
    pub zip: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// ISO 3166-1 alpha-3.
    pub country: Option<String>,
    /// Politically exposed.
    pub is_pep: bool,
    /// Share of capital or votes in hundredths of a percent.
    pub share_basis_points: Option<u32>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}
