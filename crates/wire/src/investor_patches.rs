//! Merge patches (RFC 7396) of the investor: the same fields, each of which may be left out.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::investors::{Communication, TaxInformation};

/// A merge patch (RFC 7396) of an investor: what is named is replaced, `null` removes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvestorPatch {
    /// Fields to change.
    #[serde(default)]
    pub natural_person: Option<NaturalPersonPatch>,
    /// Fields to change.
    #[serde(default)]
    pub legal_person: Option<LegalPersonPatch>,
    /// Fields to change; `null` removes the account.
    #[serde(default)]
    pub bank_account: Option<BankAccountPatch>,
    /// Fields to change.
    #[serde(default)]
    pub tax_information: Option<TaxInformation>,
    /// Fields to change.
    #[serde(default)]
    pub communication: Option<Communication>,
    /// Confirms that the investor acts on its own behalf.
    #[serde(default)]
    pub is_beneficiary: Option<bool>,
    /// When the investor accepted the account set-up documents.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub account_setup_accepted_at: Option<String>,
    /// A custodian bank that holds for its customers.
    #[serde(default)]
    pub is_custodian_bank: Option<bool>,
}

/// `NaturalPerson` as a patch: every field may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NaturalPersonPatch {
    /// `MR`, `MS` or any other form of address of the partner's.
    #[serde(default)]
    pub salutation: Option<String>,
    /// Given names.
    #[schema(min_length = 1, max_length = 255)]
    #[serde(default)]
    pub forename: Option<String>,
    /// Family name.
    #[schema(min_length = 1, max_length = 255)]
    #[serde(default)]
    pub surname: Option<String>,
    /// `YYYY-MM-DD`, not in the future.
    #[schema(format = Date, example = "1990-01-31")]
    #[serde(default)]
    pub birth_date: Option<String>,
    /// Place of birth.
    #[serde(default)]
    pub birth_place: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[schema(example = "DEU")]
    #[serde(default)]
    pub citizenship: Option<String>,
    /// Street and number of the residence.
    #[serde(default)]
    pub street: Option<String>,
    /// Postal code.
    #[serde(default)]
    pub zip: Option<String>,
    /// Town.
    #[serde(default)]
    pub city: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[schema(example = "DEU")]
    #[serde(default)]
    pub country: Option<String>,
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

/// `LegalPerson` as a patch: every field may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LegalPersonPatch {
    /// Firm as registered.
    #[schema(min_length = 1, max_length = 255)]
    #[serde(default)]
    pub company_name: Option<String>,
    /// Register court, such as `Amtsgericht München`.
    #[serde(default)]
    pub commercial_register: Option<String>,
    /// Sheet, such as `HRB 12344`.
    #[serde(default)]
    pub commercial_register_number: Option<String>,
    /// Street and number of the seat.
    #[serde(default)]
    pub street: Option<String>,
    /// Postal code.
    #[serde(default)]
    pub zip: Option<String>,
    /// Town.
    #[serde(default)]
    pub city: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[schema(example = "DEU")]
    #[serde(default)]
    pub country: Option<String>,
    /// Shape-checked only.
    #[serde(default)]
    pub phone: Option<String>,
    /// Document: extract of the commercial register or the like.
    #[serde(default)]
    pub company_identity_proof_id: Option<Uuid>,
    /// Document: who owns and controls the company.
    #[serde(default)]
    pub company_structure_proof_id: Option<Uuid>,
    /// ISO 17442.
    #[serde(default)]
    pub lei: Option<String>,
}

/// `BankAccount` as a patch: every field may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BankAccountPatch {
    /// Name on the account.
    #[serde(default)]
    pub account_holder: Option<String>,
    /// ISO 13616; blanks are allowed.
    #[schema(example = "DE89370400440532013000")]
    #[serde(default)]
    pub iban: Option<String>,
    /// ISO 9362, 8 or 11 characters.
    #[schema(example = "COBADEFFXXX")]
    #[serde(default)]
    pub bic: Option<String>,
    /// Name of the bank.
    #[serde(default)]
    pub bank: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[serde(default)]
    pub country: Option<String>,
    /// ISO 4217.
    #[schema(example = "EUR")]
    #[serde(default)]
    pub currency: Option<String>,
}
