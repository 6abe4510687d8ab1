//! What a register has to say of each crypto security (§ 17(1) eWpG; eWpRV §§ 7, 8(1)): complete, or refused by the field that is missing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::register::Digest;
use crate::text::{check_optional_text, check_text};
use crate::transfer::MoveTerms;
use crate::{
    FieldCode, FieldErrors, FieldValue, Isin, LegalForm, Lei, Percent, Price, Units, UnknownCode,
};

/// The essential terms that come from here begin like this, so that deposited terms, token and first entry commit to them.
pub const TERM: &str = "section_17_";

/// No share has more (§ 135a(1) AktG).
const MOST_VOTES: u32 = 10;

/// How somebody is entered (§ 8 eWpG).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum EntryType {
    /// Who is entered holds for itself.
    #[default]
    Single,
    /// A central securities depository or a custodian is entered, and holds for others.
    Collective,
}

/// What only the issuer knows of what is entered, beside the terms.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisterTerms {
    /// What is entered of a share, and of nothing else (§ 17(1) no. 8 eWpG).
    pub share: Option<Share>,
    /// That the security and others like it count as one stock (§ 9(3) eWpG), in the words of the entry.
    pub mixed_stock: Option<String>,
    /// Whether the terms keep single entries from becoming collective ones (§ 8(2) eWpG).
    pub collective_entry_excluded: bool,
    /// Units move between holders in whole multiples of this; each by itself if nothing is said.
    pub denomination: Option<Units>,
}

/// A registered share (§ 17(1) no. 8 eWpG). Whether it is a par share follows from the price of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Shares with the same rights (§ 11 AktG).
    pub class: String,
    /// How much of the issue price is paid (§ 10(2) AktG).
    pub paid_in: Percent,
    /// Votes of one share; none without a right to vote, more than one with multiple rights.
    pub votes: u32,
    /// Whether it is transferred with the company's consent alone (§ 68(2) AktG).
    pub needs_company_consent: bool,
}

/// Everything, as far as it is there. The holder is no part of it: an entry without one cannot be written (`Entry`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterContent {
    /// Decides what else there has to be.
    pub form: LegalForm,
    /// No. 1: the unique identification number.
    pub isin: Option<Isin>,
    /// No. 1: that it is a security.
    pub designation: Option<&'static str>,
    /// No. 1: the essential content of the right, by version and hash of the deposited terms (eWpRV § 7(1), (2)).
    pub terms: Option<(u32, Digest)>,
    /// No. 2.
    pub issue_volume: Option<Units>,
    /// No. 3: the nominal value of a unit; for a no-par share the number, which is the volume, says all.
    pub price: Option<Price>,
    /// No. 4: the firm.
    pub issuer: Option<String>,
    /// No. 4: where the issuer is (eWpRV § 8(1) no. 2).
    pub seat: Option<String>,
    /// No. 4: instead of the seat.
    pub lei: Option<Lei>,
    /// No. 4: court and number, which should be there without a LEI.
    pub commercial_register: Option<String>,
    /// No. 5: how the issue is entered at first.
    pub entry_type: Option<EntryType>,
    /// Nos. 7 and 8.
    pub own: RegisterTerms,
}

impl RegisterContent {
    /// Notes every field that an electronic security needs and that is not there.
    pub fn check(&self, errors: &mut FieldErrors) {
        let mut need = |is_there: bool, field: &str| {
            if !is_there {
                errors.missing(field);
            }
        };
        need(self.isin.is_some(), "isin");
        need(self.designation.is_some(), "legal_form");
        need(self.terms.is_some(), "terms");
        // KryptoFAV § 2: units of funds have neither volume nor nominal value.
        if self.form != LegalForm::CryptoFundUnit {
            let volume = self.issue_volume.filter(|volume| !volume.is_zero());
            need(volume.is_some(), "max_issuable_amount");
            let is_share = self.form == LegalForm::EwpgRegisteredShare;
            let nominal = self.price.and_then(Price::nominal_value);
            need(is_share || nominal.is_some(), "nominal_value");
        }
        let firm = self.issuer.as_deref().unwrap_or_default();
        need(!firm.trim().is_empty(), "issuer.company_name");
        need(self.seat.is_some() || self.lei.is_some(), "issuer.seat");
        need(self.entry_type.is_some(), "entry_type");
        self.own.check(errors, self.form);
    }
}

impl RegisterTerms {
    /// Notes what is missing for a product of this form, or does not belong to it.
    pub fn check(&self, errors: &mut FieldErrors, form: LegalForm) {
        match (&self.share, form) {
            (None, LegalForm::EwpgRegisteredShare) => errors.missing("share"),
            (Some(share), LegalForm::EwpgRegisteredShare) => share.check(errors),
            (Some(_), _) => out_of_range(errors, "share", "Only a registered share has this."),
            (None, _) => {}
        }
        check_optional_text(errors, "mixed_stock", self.mixed_stock.as_deref());
        if self.mixed_stock.is_some() && !form.is_registered() {
            let message = "Only electronic securities are entered as a mixed stock.";
            out_of_range(errors, "mixed_stock", message);
        }
        if self.collective_entry_excluded && !form.is_registered() {
            let message = "Only electronic securities have types of entry.";
            out_of_range(errors, "collective_entry_excluded", message);
        }
    }

    /// The same as essential terms. What is the rule needs no term.
    #[must_use]
    pub fn terms(&self) -> Vec<(String, String)> {
        let mut terms = Vec::new();
        let mut say = |name: &str, value: String| terms.push((format!("{TERM}{name}"), value));
        if let Some(share) = &self.share {
            say("share", "registered".to_owned());
            say("share_class", share.class.clone());
            say("paid_in_percent", share.paid_in.to_string());
            say("votes_per_share", share.votes.to_string());
            let consent = if share.needs_company_consent {
                "required"
            } else {
                "not required"
            };
            say("company_consent", consent.to_owned());
        }
        if let Some(text) = &self.mixed_stock {
            say("mixed_stock", text.clone());
        }
        if let Some(units) = self.denomination {
            say("denomination_units", units.to_string());
        }
        if self.collective_entry_excluded {
            say("collective_entry", "excluded".to_owned());
        }
        terms
    }

    /// What it says of how units move.
    #[must_use]
    pub fn move_terms(&self) -> MoveTerms {
        let share = self.share.as_ref();
        MoveTerms {
            denomination: self.denomination.unwrap_or_default(),
            needs_company_consent: share.is_some_and(|share| share.needs_company_consent),
        }
    }
}

impl Share {
    fn check(&self, errors: &mut FieldErrors) {
        check_text(errors, "share.share_class", &self.class);
        if self.votes > MOST_VOTES {
            let message = "A share has at most 10 votes.";
            out_of_range(errors, "share.votes_per_share", message);
        }
    }
}

impl EntryType {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Single, Self::Collective];

    /// As stored, entered and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Collective => "collective",
        }
    }
}

impl fmt::Display for EntryType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EntryType {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
        known.ok_or(UnknownCode("single, collective"))
    }
}

impl FieldValue for EntryType {
    fn code(_: &UnknownCode) -> FieldCode {
        FieldCode::UnknownValue
    }
}

fn out_of_range(errors: &mut FieldErrors, field: &str, message: &str) {
    errors.push(field, FieldCode::OutOfRange, message);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Currency, Money};

    fn share() -> Share {
        Share {
            class: "ordinary".to_owned(),
            paid_in: "100".parse().unwrap(),
            votes: 1,
            needs_company_consent: true,
        }
    }

    fn complete(form: LegalForm) -> RegisterContent {
        let is_share = form == LegalForm::EwpgRegisteredShare;
        RegisterContent {
            form,
            isin: Some("DE000BASF111".parse().unwrap()),
            designation: Some("Kryptowertpapier"),
            terms: Some((1, [7; 32])),
            issue_volume: Some(Units::new(12_000).unwrap()),
            price: Some(Price::Nominal(
                Money::new(100_000, 2, Currency::EUR).unwrap(),
            )),
            issuer: Some("Havelkontor Projektgesellschaft mbH".to_owned()),
            seat: Some("Potsdam".to_owned()),
            lei: None,
            commercial_register: None,
            entry_type: Some(EntryType::Single),
            own: RegisterTerms {
                share: is_share.then(share),
                ..RegisterTerms::default()
            },
        }
    }

    fn wrong(content: &RegisterContent) -> Vec<(String, FieldCode)> {
        let mut errors = FieldErrors::new();
        content.check(&mut errors);
        let errors = errors.into_vec().into_iter();
        errors.map(|error| (error.field, error.code)).collect()
    }

    /// Takes one field away.
    type Drop = fn(&mut RegisterContent);

    const MANDATORY: [(&str, Drop); 8] = [
        ("isin", |one| one.isin = None),
        ("legal_form", |one| one.designation = None),
        ("terms", |one| one.terms = None),
        ("max_issuable_amount", |one| one.issue_volume = None),
        ("nominal_value", |one| one.price = None),
        ("issuer.company_name", |one| one.issuer = None),
        ("issuer.seat", |one| one.seat = None),
        ("entry_type", |one| one.entry_type = None),
    ];

    #[test]
    fn reg_06_whichever_field_is_dropped_the_entry_is_refused_with_its_name() {
        let bond = complete(LegalForm::EwpgBearerBond);
        assert_eq!(wrong(&bond), []);
        for (field, drop) in MANDATORY {
            let mut dropped = bond.clone();
            drop(&mut dropped);
            let expected = [(field.to_owned(), FieldCode::Missing)];
            assert_eq!(wrong(&dropped), expected);
        }
        // Nothing else tells whose seat it is (eWpRV § 8(1) no. 2).
        let mut with_lei = bond;
        with_lei.seat = None;
        with_lei.lei = Some("529900T8BM49AURSDO55".parse().unwrap());
        assert_eq!(wrong(&with_lei), []);
    }

    #[test]
    fn reg_06_each_form_has_its_own_fields() {
        // A no-par share is entered by its number, a share says what it is, and nothing else is one.
        let mut no_par = complete(LegalForm::EwpgRegisteredShare);
        let price = no_par.price.unwrap().per_unit();
        no_par.price = Some(Price::Issuance(price));
        assert_eq!(wrong(&no_par), []);
        no_par.own.share = None;
        assert_eq!(wrong(&no_par), [("share".to_owned(), FieldCode::Missing)]);
        let mut bond = complete(LegalForm::EwpgBearerBond);
        bond.own.share = Some(share());
        assert_eq!(wrong(&bond), [("share".to_owned(), FieldCode::OutOfRange)]);
        // Units of a fund have neither volume nor nominal value (KryptoFAV § 2).
        let mut fund = complete(LegalForm::CryptoFundUnit);
        (fund.issue_volume, fund.price) = (None, None);
        assert_eq!(wrong(&fund), []);
    }

    #[test]
    fn what_is_entered_of_a_share_is_among_its_terms() {
        let own = RegisterTerms {
            share: Some(share()),
            mixed_stock: Some("One stock with DE000BASF111.".to_owned()),
            collective_entry_excluded: true,
            denomination: Some(Units::new(10).unwrap()),
        };
        let terms = own.terms();
        assert!(terms.iter().all(|(name, _)| name.starts_with(TERM)));
        let values: Vec<&str> = terms.iter().map(|(_, value)| value.as_str()).collect();
        let expected = [
            "registered",
            "ordinary",
            "100",
            "1",
            "required",
            "One stock with DE000BASF111.",
            "10",
            "excluded",
        ];
        assert_eq!(values, expected);
        assert_eq!(RegisterTerms::default().terms(), []);
    }

    #[test]
    fn every_type_is_read_as_it_is_written() {
        for one in EntryType::ALL {
            assert_eq!(one.as_str().parse(), Ok(one));
        }
        assert!("both".parse::<EntryType>().is_err());
    }
}
