//! Applications to take part in the network as a distribution platform (§ 18 eWpRV).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What the network demands of whoever wants to take part: public, objective, the same for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Criteria {
    /// Counts the versions of the text.
    pub version: u32,
    /// The first day of this version.
    #[schema(format = Date)]
    pub valid_from: String,
    /// Markdown.
    pub text: String,
    /// Documents that an application must have.
    pub required_document_types: Vec<String>,
}

/// What an application says. Every part may be missing until it is submitted; a part that is sent replaces the one that was there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationDraft {
    /// The applicant.
    #[serde(default)]
    pub company: Option<ApplicantCompany>,
    /// Its running investment platform.
    #[serde(default)]
    pub platform: Option<InvestmentPlatform>,
    /// Under which it brokers.
    #[serde(default)]
    pub licence: Option<Licence>,
    /// Whom the registrar can ask.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub contact_persons: Option<Vec<ContactPerson>>,
    /// Documents that were uploaded before.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub documents: Option<Vec<ApplicationDocument>>,
}

/// The applicant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs)]
pub struct ApplicantCompany {
    /// Firm.
    #[serde(default)]
    pub name: Option<String>,
    /// Such as `GmbH`.
    #[serde(default)]
    pub legal_form: Option<String>,
    /// Court or authority.
    #[serde(default)]
    pub commercial_register: Option<String>,
    #[serde(default)]
    pub commercial_register_number: Option<String>,
    #[serde(default)]
    pub street: Option<String>,
    #[serde(default)]
    pub zip: Option<String>,
    #[serde(default)]
    pub city: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[serde(default)]
    pub country: Option<String>,
    /// ISO 17442.
    #[serde(default)]
    pub lei: Option<String>,
}

/// A running investment platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvestmentPlatform {
    /// Where investors find it; its domain has to be proven.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub url: Option<String>,
    /// To whom it sells what, and how.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub business_model: Option<String>,
}

/// A licence as somebody tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Licence {
    /// `wpig_15`, `kwg_32`, `tied_agent`, `gewo_34f` or `ecsp`.
    #[serde(default, rename = "type")]
    pub licence_type: Option<String>,
    /// `investment_brokerage`, `investment_advice`, `contract_brokerage`, `placement`; under § 34f GewO `open_funds`, `closed_funds`,
    /// `asset_investments`; for a crowdfunding service provider `crowdfunding`.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub services: Option<Vec<String>>,
    /// Who granted it.
    #[serde(default)]
    pub authority: Option<String>,
    /// Its number in the authority's register.
    #[serde(default)]
    pub number: Option<String>,
    /// Where anybody can look it up.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub register_url: Option<String>,
    /// The first day.
    #[serde(default)]
    #[schema(format = Date)]
    pub valid_from: Option<String>,
    /// The last day; omitted if no end is known.
    #[serde(default)]
    #[schema(format = Date)]
    pub valid_to: Option<String>,
    /// The institution that answers for a tied agent.
    #[serde(default)]
    pub liable_firm: Option<String>,
}

/// Whom the registrar can ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs)]
pub struct ContactPerson {
    #[serde(default)]
    pub name: Option<String>,
    /// Such as `Compliance`.
    #[serde(default)]
    pub role: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
}

/// A document of an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationDocument {
    /// What was uploaded.
    pub document_id: Uuid,
    /// Such as `COMMERCIAL_REGISTER_EXTRACT` or `LICENCE_EXTRACT`.
    #[schema(min_length = 1, max_length = 255)]
    pub document_type: String,
}

/// An application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Application {
    /// Identifies it.
    pub id: Uuid,
    /// The applicant, a platform that is not admitted yet.
    pub platform_id: Uuid,
    /// How far it has come.
    pub status: ApplicationStatus,
    /// What it says.
    #[serde(flatten)]
    pub content: ApplicationDraft,
    /// Whether the applicant has shown that the domain is its own.
    pub domain_proof: DomainProof,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub submitted_at: Option<String>,
    /// Until when the registrar has to answer (§ 18(2) eWpRV).
    #[schema(format = DateTime)]
    pub answer_due_at: Option<String>,
    /// Whether that time is over without an answer.
    pub is_overdue: bool,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub decided_at: Option<String>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub changed_at: String,
}

/// How far an application has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlatformApplicationStatus)]
pub enum ApplicationStatus {
    /// Being written.
    Draft,
    /// Waits for the registrar's answer.
    Submitted,
    /// The platform was admitted.
    Admitted,
    /// The platform was refused, with reasons in writing.
    Refused,
    /// Taken back by the applicant.
    Withdrawn,
}

/// The proof that the domain of an investment platform is the applicant's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DomainProof {
    /// Where the token is looked for; none before the platform's address is known.
    pub url: Option<String>,
    /// The text that has to be found there, alone.
    pub token: String,
    /// How far it has come.
    pub status: DomainProofStatus,
    /// What was found instead.
    pub error: Option<String>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub checked_at: Option<String>,
}

/// How far the proof of a domain has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DomainProofStatus {
    /// Nobody has asked for a check.
    Missing,
    /// Will be looked for in a moment.
    Waiting,
    /// The token was found.
    Proven,
    /// It was not found; put it there and ask again.
    Failed,
}

/// A question or an answer about an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationMessageCreate {
    /// What is said.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
}

/// A message about an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationMessage {
    /// Identifies it.
    pub id: Uuid,
    /// `platform` or `registrar`.
    pub side: String,
    /// Who wrote it.
    pub author: String,
    /// What was said.
    pub text: String,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// What the registrar proposes to answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationAnswer {
    /// Yes or no.
    pub decision: Admission,
    /// Why; for a refusal it goes into the letter.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub reason: Option<String>,
    /// The comprehensive analysis of risks on which alone a refusal may rest (§ 18(2) eWpRV).
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub risk_analysis: Option<String>,
}

/// Yes or no to an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Admission {
    /// The platform takes part.
    Admit,
    /// It does not.
    Refuse,
}

/// Another licence of a platform, as the registrar has checked it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LicenceChange {
    /// The licence that counts from now on.
    pub licence: Licence,
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}
