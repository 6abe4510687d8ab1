//! Investors: the body of creation, the patch, and the answer (reference section 6).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::wallets::WalletCreate;

/// A natural person; for a company, the person acting for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NaturalPerson {
    /// `MR`, `MS` or any other form of address of the partner's.
    #[serde(default)]
    pub salutation: Option<String>,
    /// Given names.
    #[schema(min_length = 1, max_length = 255)]
    pub forename: String,
    /// Family name.
    #[schema(min_length = 1, max_length = 255)]
    pub surname: String,
    /// `YYYY-MM-DD`, not in the future.
    #[schema(format = Date, example = "1990-01-31")]
    pub birth_date: String,
    /// Place of birth.
    pub birth_place: String,
    /// ISO 3166-1 alpha-3.
    #[schema(example = "DEU")]
    pub citizenship: String,
    /// Street and number of the residence.
    pub street: String,
    /// Postal code.
    pub zip: String,
    /// Town.
    pub city: String,
    /// ISO 3166-1 alpha-3.
    #[schema(example = "DEU")]
    pub country: String,
    /// Shape-checked only.
    #[serde(default)]
    pub phone: Option<String>,
    /// Politically exposed person (§ 1(12) GwG).
    #[serde(default)]
    pub is_pep: Option<bool>,
    /// `true` refuses creation.
    #[serde(default)]
    pub is_subject_to_us_tax: Option<bool>,
}

/// A company; `natural_person` then carries who acts for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LegalPerson {
    /// Firm as registered.
    #[schema(min_length = 1, max_length = 255)]
    pub company_name: String,
    /// Register court, such as `Amtsgericht München`.
    pub commercial_register: String,
    /// Sheet, such as `HRB 12344`.
    pub commercial_register_number: String,
    /// Street and number of the seat.
    pub street: String,
    /// Postal code.
    pub zip: String,
    /// Town.
    pub city: String,
    /// ISO 3166-1 alpha-3.
    #[schema(example = "DEU")]
    pub country: String,
    /// Shape-checked only.
    #[serde(default)]
    pub phone: Option<String>,
    /// Document: extract of the commercial register or the like.
    pub company_identity_proof_id: Uuid,
    /// Document: who owns and controls the company.
    pub company_structure_proof_id: Uuid,
    /// ISO 17442.
    #[serde(default)]
    pub lei: Option<String>,
}

/// Where payouts go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BankAccount {
    /// Name on the account.
    pub account_holder: String,
    /// ISO 13616; blanks are allowed.
    #[schema(example = "DE89370400440532013000")]
    pub iban: String,
    /// ISO 9362, 8 or 11 characters.
    #[schema(example = "COBADEFFXXX")]
    pub bic: String,
    /// Name of the bank.
    #[serde(default)]
    pub bank: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[serde(default)]
    pub country: Option<String>,
    /// ISO 4217.
    #[schema(example = "EUR")]
    pub currency: String,
}

/// What the paying agent needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaxInformation {
    /// Shape-checked only: many countries publish no checksum.
    #[serde(default)]
    pub tax_identification_number: Option<String>,
    /// Whether a non-assessment certificate (§ 44a(2) EStG) exists.
    #[serde(default)]
    pub non_assessment_certificate: Option<bool>,
    /// Whether the investor is liable to tax in Germany.
    #[serde(default)]
    pub is_subject_to_german_tax: Option<bool>,
}

/// How the investor is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Communication {
    /// RFC 5322 address.
    #[serde(default)]
    pub email: Option<String>,
    /// Whether the partner confirmed it.
    #[serde(default)]
    pub email_confirmed: Option<bool>,
}

/// The body that creates an investor. Every generation of the published body is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvestorCreate {
    /// The investor, or who acts for the company.
    pub natural_person: NaturalPerson,
    /// Present for a company.
    #[serde(default)]
    pub legal_person: Option<LegalPerson>,
    /// Needed before a payout.
    #[serde(default)]
    pub bank_account: Option<BankAccount>,
    /// Needed before a wallet becomes eligible.
    #[serde(default)]
    pub tax_information: Option<TaxInformation>,
    /// E-mail.
    #[serde(default)]
    pub communication: Option<Communication>,
    /// Confirms that the investor acts on its own behalf.
    #[serde(default)]
    #[schema(write_only)]
    pub is_beneficiary: Option<bool>,
    /// When the investor accepted the account set-up documents.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub account_setup_accepted_at: Option<String>,
    /// A custodian bank that holds for its customers (collective entry).
    #[serde(default)]
    pub is_custodian_bank: Option<bool>,
    /// Wallets registered in the same transaction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub wallets: Vec<WalletCreate>,
}

/// An investor as the network keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Investor {
    /// Identifies the investor in this environment.
    #[schema(read_only)]
    pub id: Uuid,
    /// `PENDING`, `UNDER_REVIEW`, `SUCCESS`, `REVERIFICATION_REQUIRED` or `REJECTED`.
    pub kyc_status: KycStatus,
    /// The investor, or who acts for the company.
    pub natural_person: NaturalPerson,
    /// Present for a company.
    pub legal_person: Option<LegalPerson>,
    /// Where payouts go.
    pub bank_account: Option<BankAccount>,
    /// What the paying agent needs to know.
    pub tax_information: Option<TaxInformation>,
    /// How the investor is reached.
    pub communication: Option<Communication>,
    /// When the investor accepted the account set-up documents.
    #[schema(format = DateTime)]
    pub account_setup_accepted_at: Option<String>,
    /// A custodian bank that holds for its customers.
    pub is_custodian_bank: bool,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// Where the identification of an investor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KycStatus {
    /// Nothing imported yet, or something is missing.
    Pending,
    /// Waits for the registrar's decision.
    UnderReview,
    /// Identified.
    Success,
    /// Was identified; the document expired, the check is too old, or the identity changed.
    ReverificationRequired,
    /// The registrar refused the identification.
    Rejected,
}
