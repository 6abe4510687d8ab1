//! Under which licence a platform brokers, and which products that covers (regulation 5.1 and chapter 1).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::check_text;
use crate::{Date, FieldCode, FieldErrors, FieldValue, LegalForm, Refusal, Timestamp, UnknownCode};

/// The law that a licence stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LicenceType {
    /// Securities institution, § 15 WpIG.
    #[serde(rename = "wpig_15")]
    Wpig15,
    /// Bank or financial services institution, § 32 KWG.
    #[serde(rename = "kwg_32")]
    Kwg32,
    /// Tied agent, § 3(2) WpIG: for the account and under the liability of one securities institution.
    TiedAgent,
    /// Broker of financial investments, § 34f GewO.
    #[serde(rename = "gewo_34f")]
    Gewo34f,
    /// Crowdfunding service provider, Regulation (EU) 2020/1503.
    Ecsp,
}

/// What a licence allows its holder to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LicensedService {
    /// Anlagevermittlung, § 2(2) Nr. 3 WpIG.
    InvestmentBrokerage,
    /// Anlageberatung, § 2(2) Nr. 4 WpIG.
    InvestmentAdvice,
    /// Abschlussvermittlung, § 2(2) Nr. 5 WpIG.
    ContractBrokerage,
    /// Platzierungsgeschäft, § 2(2) Nr. 8 WpIG.
    Placement,
    /// Open investment funds, § 34f(1) Nr. 1 GewO.
    OpenFunds,
    /// Closed investment funds, § 34f(1) Nr. 2 GewO.
    ClosedFunds,
    /// Vermögensanlagen, § 34f(1) Nr. 3 GewO.
    AssetInvestments,
    /// Crowdfunding services, Article 2(1)(a) of Regulation (EU) 2020/1503.
    Crowdfunding,
}

use LicenceType as Type;
use LicensedService as Service;

impl LicenceType {
    /// Every type.
    pub const ALL: [Self; 5] = [
        Self::Wpig15,
        Self::Kwg32,
        Self::TiedAgent,
        Self::Gewo34f,
        Self::Ecsp,
    ];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wpig15 => "wpig_15",
            Self::Kwg32 => "kwg_32",
            Self::TiedAgent => "tied_agent",
            Self::Gewo34f => "gewo_34f",
            Self::Ecsp => "ecsp",
        }
    }

    /// The services that a licence of this type can name.
    #[must_use]
    pub const fn services(self) -> &'static [Service] {
        match self {
            Self::Wpig15 | Self::Kwg32 => &[
                Service::InvestmentBrokerage,
                Service::InvestmentAdvice,
                Service::ContractBrokerage,
                Service::Placement,
            ],
            Self::TiedAgent => &[
                Service::InvestmentBrokerage,
                Service::InvestmentAdvice,
                Service::Placement,
            ],
            Self::Gewo34f => &[
                Service::OpenFunds,
                Service::ClosedFunds,
                Service::AssetInvestments,
            ],
            Self::Ecsp => &[Service::Crowdfunding],
        }
    }
}

impl LicensedService {
    /// Every service.
    pub const ALL: [Self; 8] = [
        Self::InvestmentBrokerage,
        Self::InvestmentAdvice,
        Self::ContractBrokerage,
        Self::Placement,
        Self::OpenFunds,
        Self::ClosedFunds,
        Self::AssetInvestments,
        Self::Crowdfunding,
    ];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvestmentBrokerage => "investment_brokerage",
            Self::InvestmentAdvice => "investment_advice",
            Self::ContractBrokerage => "contract_brokerage",
            Self::Placement => "placement",
            Self::OpenFunds => "open_funds",
            Self::ClosedFunds => "closed_funds",
            Self::AssetInvestments => "asset_investments",
            Self::Crowdfunding => "crowdfunding",
        }
    }
}

/// A platform's licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// The law that it stands under.
    #[serde(rename = "type")]
    pub licence_type: LicenceType,
    /// What it allows.
    pub services: Vec<LicensedService>,
    /// Who granted it.
    pub authority: String,
    /// Its number in the authority's register.
    pub number: String,
    /// Where anybody can look it up.
    #[serde(default)]
    pub register_url: Option<String>,
    /// The first day.
    pub valid_from: Date,
    /// The last day; none if no end is known.
    #[serde(default)]
    pub valid_to: Option<Date>,
    /// The institution that answers for a tied agent.
    #[serde(default)]
    pub liable_firm: Option<String>,
}

impl Licence {
    /// Notes what contradicts itself. Fields are named below `place`.
    pub fn check(&self, errors: &mut FieldErrors, place: &str) {
        let field = |name: &str| format!("{place}.{name}");
        if self.services.is_empty() {
            errors.missing(field("services"));
        }
        let possible = self.licence_type.services();
        for (index, service) in self.services.iter().enumerate() {
            if !possible.contains(service) {
                errors.push(
                    format!("{place}.services[{index}]"),
                    FieldCode::UnknownValue,
                    format!(
                        "A licence of the type {} does not have it.",
                        self.licence_type
                    ),
                );
            }
        }
        check_text(errors, &field("authority"), &self.authority);
        check_text(errors, &field("number"), &self.number);
        match (&self.liable_firm, self.licence_type) {
            (None, Type::TiedAgent) => errors.push(
                field("liable_firm"),
                FieldCode::Missing,
                "A tied agent names the institution that is liable for it (§ 3(2) WpIG).",
            ),
            (Some(firm), _) => check_text(errors, &field("liable_firm"), firm),
            (None, _) => {}
        }
        if self.valid_to.is_some_and(|last| last < self.valid_from) {
            errors.push(
                field("valid_to"),
                FieldCode::OutOfRange,
                "The last day does not lie before the first.",
            );
        }
    }

    /// Whether its holder may broker products of this form at all.
    ///
    /// An institution and its tied agent broker everything that their services cover; advice alone brokers nothing. § 34f GewO
    /// covers fund units and Vermögensanlagen, never bonds or other securities. Crowdfunding is a regime of its own
    /// (regulation 5.7), which none of the network's products stands under.
    #[must_use]
    pub fn covers(&self, form: LegalForm) -> bool {
        let has = |services: &[Service]| services.iter().any(|one| self.services.contains(one));
        match self.licence_type {
            Type::Wpig15 | Type::Kwg32 => has(&[
                Service::InvestmentBrokerage,
                Service::ContractBrokerage,
                Service::Placement,
            ]),
            Type::TiedAgent => {
                self.liable_firm.is_some()
                    && has(&[Service::InvestmentBrokerage, Service::Placement])
            }
            Type::Gewo34f => match form {
                LegalForm::CryptoFundUnit => has(&[Service::OpenFunds, Service::ClosedFunds]),
                LegalForm::AssetInvestment => has(&[Service::AssetInvestments]),
                LegalForm::EwpgBearerBond
                | LegalForm::EwpgRegisteredShare
                | LegalForm::SecurityToken => false,
            },
            Type::Ecsp => false,
        }
    }

    /// Refuses what the licence does not cover now. Its days are Berlin's.
    pub fn check_brokering(&self, form: LegalForm, now: Timestamp) -> Result<(), Refusal> {
        let today = now.berlin_date();
        if let Some(valid_to) = self.valid_to.filter(|last| *last < today) {
            return Err(Refusal::LicenceExpired { valid_to });
        }
        if self.valid_from <= today && self.covers(form) {
            Ok(())
        } else {
            Err(Refusal::LicenceDoesNotCover { legal_form: form })
        }
    }
}

impl fmt::Display for LicenceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for LicenceType {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
        known.ok_or(UnknownCode("wpig_15, kwg_32, tied_agent, gewo_34f, ecsp"))
    }
}

impl FieldValue for LicenceType {
    fn code(_: &UnknownCode) -> FieldCode {
        FieldCode::UnknownValue
    }
}

impl FromStr for LicensedService {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
        known.ok_or(UnknownCode(
            "investment_brokerage, investment_advice, contract_brokerage, placement, open_funds, closed_funds, asset_investments, crowdfunding",
        ))
    }
}

impl FieldValue for LicensedService {
    fn code(_: &UnknownCode) -> FieldCode {
        FieldCode::UnknownValue
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn licence(licence_type: Type, services: &[Service]) -> Licence {
        Licence {
            licence_type,
            services: services.to_vec(),
            authority: "BaFin".to_owned(),
            number: "10012345".to_owned(),
            register_url: None,
            valid_from: day("2024-01-01"),
            valid_to: Some(day("2026-06-30")),
            liable_firm: (licence_type == Type::TiedAgent)
                .then(|| "Spreeinvest Wertpapiervermittlung GmbH".to_owned()),
        }
    }

    /// The forms that a licence of this type covers if it names every service it can.
    fn covered(licence_type: Type) -> Vec<LegalForm> {
        let licence = licence(licence_type, licence_type.services());
        LegalForm::ALL
            .into_iter()
            .filter(|form| licence.covers(*form))
            .collect()
    }

    #[test]
    fn dis_01_the_matrix_of_licences_and_legal_forms() {
        for all in [Type::Wpig15, Type::Kwg32, Type::TiedAgent] {
            assert_eq!(covered(all), LegalForm::ALL, "{all}");
        }
        let brokers = [LegalForm::CryptoFundUnit, LegalForm::AssetInvestment];
        assert_eq!(covered(Type::Gewo34f), brokers);
        assert_eq!(covered(Type::Ecsp), []);
    }

    #[test]
    fn dis_01_the_services_decide_within_a_type() {
        let covers = |licence_type, service, form| licence(licence_type, &[service]).covers(form);
        let bond = LegalForm::EwpgBearerBond;
        assert!(covers(Type::Wpig15, Service::Placement, bond));
        assert!(!covers(Type::Wpig15, Service::InvestmentAdvice, bond));
        let fund = LegalForm::CryptoFundUnit;
        assert!(covers(Type::Gewo34f, Service::OpenFunds, fund));
        assert!(!covers(Type::Gewo34f, Service::AssetInvestments, fund));
        // A tied agent without the institution that answers for it brokers nothing.
        let mut agent = licence(Type::TiedAgent, &[Service::InvestmentBrokerage]);
        agent.liable_firm = None;
        assert!(!agent.covers(bond));
    }

    #[test]
    fn dis_01_a_licence_ends_with_its_last_day_in_berlin() {
        let licence = licence(Type::Wpig15, &[Service::InvestmentBrokerage]);
        let check = |at: &str| {
            let now = Timestamp::parse(at).unwrap();
            licence.check_brokering(LegalForm::SecurityToken, now)
        };
        assert_eq!(check("2026-06-30T21:59:59Z"), Ok(()));
        let expired = Refusal::LicenceExpired {
            valid_to: day("2026-06-30"),
        };
        assert_eq!(check("2026-06-30T22:00:00Z"), Err(expired));
        let uncovered = Refusal::LicenceDoesNotCover {
            legal_form: LegalForm::SecurityToken,
        };
        assert_eq!(check("2023-12-31T12:00:00Z"), Err(uncovered));
    }

    #[test]
    fn a_contradiction_is_named_by_its_field() {
        let mut wrong = licence(Type::Gewo34f, &[Service::Placement]);
        wrong.valid_to = Some(day("2023-01-01"));
        wrong.number = " ".to_owned();
        let mut errors = FieldErrors::new();
        wrong.check(&mut errors, "licence");
        let mut agent = licence(Type::TiedAgent, &[]);
        agent.liable_firm = None;
        agent.check(&mut errors, "agent");
        let fields: Vec<_> = errors.into_vec().into_iter().map(|one| one.field).collect();
        assert_eq!(
            fields,
            [
                "licence.services[0]",
                "licence.number",
                "licence.valid_to",
                "agent.services",
                "agent.liable_firm"
            ]
        );
    }
}
