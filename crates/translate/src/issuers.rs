//! Issuers: in form they are investors that are always a company with an account.

use domain::{Date, FieldErrors, Investor, IssuerProfile, Timestamp};
use serde_json::Value;
use wire::investors::InvestorCreate;
use wire::issuing as out;

use crate::investors;

/// What is shown of an issuer beside what it has said of itself.
pub struct Surroundings<'a> {
    /// Identifies it.
    pub id: domain::IssuerId,
    /// Firm.
    pub name: &'a str,
    /// ISO 17442.
    pub lei: Option<String>,
    /// Whether a registry account of the same company was found.
    pub mirrored: bool,
    /// When it joined.
    pub created_at: Timestamp,
}

/// Reads the body of creation; `today` is the date in Berlin.
///
/// # Errors
/// Every field that cannot be accepted.
pub fn create(body: &out::IssuerCreate, today: Date) -> Result<IssuerProfile, FieldErrors> {
    let body = InvestorCreate {
        natural_person: body.natural_person.clone(),
        legal_person: Some(body.legal_person.clone()),
        bank_account: Some(body.bank_account.clone()),
        tax_information: None,
        communication: None,
        is_beneficiary: None,
        account_setup_accepted_at: None,
        is_custodian_bank: None,
        wallets: Vec::new(),
    };
    profile(investors::create(&body, today)?)
}

/// Applies a merge patch (RFC 7396) to what an issuer has said of itself, or to nothing.
///
/// # Errors
/// Every field that cannot be accepted after the patch.
pub fn patch(
    known: Option<&IssuerProfile>,
    patch: &Value,
    today: Date,
) -> Result<IssuerProfile, FieldErrors> {
    let mut body = match known {
        Some(known) => serde_json::to_value(as_created(known)).expect("an issuer is JSON"),
        None => Value::Object(serde_json::Map::new()),
    };
    crate::merge::apply(&mut body, patch);
    let merged: out::IssuerCreate = crate::merge::read(&body)?;
    create(&merged, today)
}

/// An issuer as the network answers it.
pub fn show(around: Surroundings, profile: Option<&IssuerProfile>) -> out::Issuer {
    let body = profile.map(as_created);
    let (natural_person, legal_person, bank_account) = match body {
        Some(body) => (
            Some(body.natural_person),
            Some(body.legal_person),
            Some(body.bank_account),
        ),
        None => (None, None, None),
    };
    out::Issuer {
        id: around.id.uuid(),
        company_name: around.name.to_owned(),
        lei: around.lei,
        mirrored: around.mirrored,
        natural_person,
        legal_person,
        bank_account,
        created_at: around.created_at.to_string(),
    }
}

fn profile(investor: Investor) -> Result<IssuerProfile, FieldErrors> {
    let mut errors = FieldErrors::new();
    let profile = IssuerProfile::from_investor(investor, &mut errors);
    errors.into_result(profile)
}

fn as_created(profile: &IssuerProfile) -> out::IssuerCreate {
    out::IssuerCreate {
        natural_person: investors::show_natural(&profile.natural),
        legal_person: investors::show_legal(&profile.legal),
        bank_account: investors::show_account(&profile.bank_account),
    }
}
