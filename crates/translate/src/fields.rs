//! Fields that several bodies of issuers have: accounts, amounts, units and terms.

use domain::{Bic, FieldCode, FieldErrors, Iban, Money, Units};
use wire::issuing as out;
use wire::products::Term;

use crate::issuing::Account;
use crate::offers::same;

pub(crate) fn payment_account(
    errors: &mut FieldErrors,
    body: &out::PaymentAccount,
) -> Option<Account> {
    domain::text::check_text(
        errors,
        "payment_account.account_holder",
        &body.account_holder,
    );
    let iban = errors.parse("payment_account.iban", &body.iban);
    let bic = errors.parse("payment_account.bic", &body.bic);
    Some((body.account_holder.clone(), iban?, bic?))
}

pub(crate) fn show_account((holder, iban, bic): (&str, &Iban, &Bic)) -> out::PaymentAccount {
    out::PaymentAccount {
        account_holder: holder.to_owned(),
        iban: iban.to_string(),
        bic: bic.to_string(),
    }
}

pub(crate) fn money(
    errors: &mut FieldErrors,
    field: &str,
    body: Option<&wire::money::Money>,
) -> Option<Money> {
    let body = body?;
    let currency = errors.parse(&format!("{field}.currency"), &body.currency)?;
    match Money::parse(&body.amount, body.decimals, currency) {
        Ok(money) => Some(money),
        Err(error) => {
            errors.push(field, FieldCode::InvalidFormat, error.to_string());
            None
        }
    }
}

/// A number of units, or none with its error.
pub(crate) fn units(errors: &mut FieldErrors, field: &str, number: u64) -> Units {
    Units::new(number).unwrap_or_else(|error| {
        errors.push(field, FieldCode::OutOfRange, error.to_string());
        Units::ZERO
    })
}

/// Essential terms.
pub fn show_terms(terms: &[(String, String)]) -> Vec<Term> {
    let shown = terms.iter().map(|(name, value)| Term {
        name: name.clone(),
        value: value.clone(),
    });
    shown.collect()
}

/// In hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The spelling of a code of the wire.
pub(crate) fn spelled<T: serde::Serialize>(code: &T) -> String {
    same(code)
}
