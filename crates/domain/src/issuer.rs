//! Who brings an asset: a company, the person who acts for it, and the account that investors pay to.

use serde::{Deserialize, Serialize};

use crate::{BankAccount, FieldErrors, Investor, LegalPerson, NaturalPerson};

/// An issuer as it describes itself; an issuer is always a legal person (partner-api.md 11.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerProfile {
    /// The managing director.
    pub natural: NaturalPerson,
    /// The company.
    pub legal: LegalPerson,
    /// Where investors pay.
    pub bank_account: BankAccount,
}

impl IssuerProfile {
    /// From the fields that issuers share with investors; notes those that only investors may leave out.
    pub fn from_investor(investor: Investor, errors: &mut FieldErrors) -> Option<Self> {
        let person = investor.person;
        if person.legal.is_none() {
            errors.missing("legal_person");
        }
        if investor.bank_account.is_none() {
            errors.missing("bank_account");
        }
        Some(Self {
            natural: person.natural,
            legal: person.legal?,
            bank_account: investor.bank_account?,
        })
    }

    /// What finds the registry account of the same company: court and number as people write them differently.
    #[must_use]
    pub fn register_key(&self) -> String {
        register_key(&self.legal)
    }

    /// Whether an account with the same court and number is the same company.
    #[must_use]
    pub fn mirrors(&self, account: &LegalPerson) -> bool {
        plain(&self.legal.company_name) == plain(&account.company_name)
    }
}

/// What finds companies of the same register entry.
#[must_use]
pub fn register_key(legal: &LegalPerson) -> String {
    format!(
        "{}|{}",
        plain(&legal.commercial_register),
        plain(&legal.commercial_register_number)
    )
}

/// Capitals and blanks say nothing in a register.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Country;

    fn legal(name: &str, register: &str, number: &str) -> LegalPerson {
        LegalPerson {
            company_name: name.to_owned(),
            commercial_register: register.to_owned(),
            commercial_register_number: number.to_owned(),
            street: "Zechenring 4".to_owned(),
            zip: "45879".to_owned(),
            city: "Gelsenkirchen".to_owned(),
            country: "DEU".parse::<Country>().unwrap(),
            phone: None,
            company_identity_proof_id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70".parse().unwrap(),
            company_structure_proof_id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b71".parse().unwrap(),
            lei: None,
        }
    }

    #[test]
    fn blanks_and_capitals_do_not_make_another_company() {
        let one = legal("Rotdorn GmbH", "Amtsgericht Gelsenkirchen", "HRB 99871");
        let same = legal("ROTDORN  GmbH", "amtsgericht gelsenkirchen", "HRB99871");
        let other = legal("Rotdorn GmbH", "Amtsgericht Gelsenkirchen", "HRB 99872");
        assert_eq!(register_key(&one), register_key(&same));
        assert_ne!(register_key(&one), register_key(&other));
        assert_eq!(plain(&one.company_name), plain(&same.company_name));
    }
}
