//! Inspection of the register by others than its participants (§ 10 eWpG, § 10 eWpRV).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::network::PastRegister;

/// Asks for an inspection, as the registrar has received it. It may be carried out once another actor has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionCreate {
    /// Who looks.
    pub person: InspectingPerson,
    /// For whom, if not for himself: a person, a firm or an authority.
    #[serde(default)]
    pub represents: Option<String>,
    /// `legitimate_interest` (§ 10(2) eWpG), `special_interest` (§ 10(3)) or `authority` (§ 10(4)).
    #[schema(example = "special_interest")]
    pub legal_basis: String,
    /// The interest, described.
    #[schema(example = "Enforcement of a judgment against the holder")]
    pub interest: String,
    /// What shows it, such as the file number of a judgment.
    pub evidence: String,
    /// `register` (the register of the product, its holders by identifier) or `holder` (one holder, and who it is).
    #[schema(example = "holder")]
    pub scope: String,
    /// The holder whose identity shall be shown.
    #[serde(default)]
    pub holder_id: Option<Uuid>,
    /// The three parts of § 10(3) eWpG; needed to show who a holder is, but for an authority.
    #[serde(default)]
    pub assessment: Option<InspectionAssessment>,
    /// What the inspection will cost, as it was announced (§ 10(5) eWpRV).
    #[serde(default)]
    pub fee: Option<crate::money::Money>,
}

/// Who looks, identified as somebody who instructs would be (§ 10(3), (4) eWpRV).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectingPerson {
    /// First names and family name.
    pub name: String,
    /// Date of birth.
    #[schema(format = Date)]
    pub birth_date: String,
    /// Where he lives, in one line.
    pub address: String,
    /// How he was identified: kind, number and issuer of the document.
    #[schema(example = "Identity card L01X00T47, Stadt Musterstadt")]
    pub identified_by: String,
    /// When.
    #[schema(format = Date)]
    pub identified_on: String,
}

/// Why who a holder is may be shown (§ 10(3) eWpG).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionAssessment {
    /// What the special legitimate interest is.
    pub interest: String,
    /// Why the inspection is necessary for it.
    pub necessity: String,
    /// Why the holder's interest in secrecy does not outweigh it.
    pub balance: String,
}

/// Refuses an inspection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionRefusal {
    /// What the one who asked is told.
    pub reason: String,
}

/// An inspection as it is noted (§ 10(5) eWpG), until it is destroyed after two years.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Inspection {
    /// Identifies it.
    pub id: Uuid,
    /// The product whose register it is about.
    pub product_id: Uuid,
    /// `requested`, `granted` or `refused`.
    pub status: String,
    /// What was asked for.
    pub request: InspectionCreate,
    /// Why it was refused.
    pub refusal: Option<String>,
    /// The last entry that is shown; none before it is granted.
    pub sequence: Option<u64>,
    /// The decision that waits for a second actor, or has had one.
    pub decision_id: Uuid,
    /// RFC 3339, UTC: the date of the inspection.
    #[schema(format = DateTime)]
    pub requested_at: String,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub decided_at: Option<String>,
    /// The last day in Berlin on which this is kept.
    #[schema(format = Date)]
    pub kept_until: String,
}

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionExtract {
    /// The inspection.
    pub inspection_id: Uuid,
    /// The register when it was granted, or what it had of the one holder.
    pub register: PastRegister,
    /// Who the holder is; null if that is not to be shown, or if the person's data were erased.
    pub holder: Option<InspectedHolder>,
}

/// Who a holder is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectedHolder {
    /// Random identifier of the holder (§ 17(2) eWpG).
    pub holder_id: Uuid,
    /// Name or firm.
    pub name: String,
    /// Where it lives or has its seat, line by line.
    pub address: Vec<String>,
}
