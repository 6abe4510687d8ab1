//! Products and what their units cost.

use std::fmt;
use std::str::FromStr;

use crate::{
    FieldCode, FieldErrors, FieldValue, Isin, IssuerId, LegalForm, Money, MoneyError, Percent,
    ProductId, Refusal, Terms, Units, UnknownCode,
};

/// An asset that is sold in units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Who brings it.
    pub issuer_id: IssuerId,
    /// Shown to investors and in the token contract.
    pub name: String,
    /// What it is commercially.
    pub product_type: ProductType,
    /// What it is in law.
    pub legal_form: LegalForm,
    /// Whether it is an electronic security under the eWpG.
    pub ewpg: bool,
    /// Its identifier.
    pub isin: Isin,
    /// What a unit costs without agio.
    pub price: Price,
    /// How many units there are.
    pub max_issuable_amount: Units,
    /// Orders are multiples of this.
    pub step_size: Units,
    /// What comes on top of the price.
    pub agio: Percent,
    /// The contract's deadlines.
    pub terms: Terms,
    /// The DLT network, such as `ETH-MAINNET`.
    pub network: String,
}

/// The price of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Price {
    /// The unit has a nominal value and costs as much.
    Nominal(Money),
    /// The unit has no nominal value; this is its initial price.
    Issuance(Money),
}

/// What a product is commercially (the published list).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum ProductType {
    DigitalCompanyShare,
    Bond,
    SubordinatedLoan,
    ParticipationPaper,
    ParticipationRight,
    Aif,
    DebtSecurity,
    ConvertibleBond,
    FundShare,
}

/// How far a product has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProductStatus {
    /// Being prepared.
    Draft,
    /// Waits for the registrar, who validates every crypto security.
    Validation,
    /// The registrar refused it; the issuer may change it and ask again.
    Rejected,
    /// Its units are being made on the DLT network.
    Issuing,
    /// Its units exist.
    Active,
}

impl Product {
    /// What so many units cost, agio included, rounded as [`Money::plus_agio`] says.
    pub fn total(&self, units: Units) -> Result<Money, Refusal> {
        let total = self
            .price
            .per_unit()
            .times(units)
            .and_then(|price| price.plus_agio(self.agio));
        total.map_err(|_: MoneyError| Refusal::AmountOverflow)
    }
}

impl Price {
    /// The price from the published fields: which of the two counts is said by `provide_nominal_value`.
    pub fn from_fields(
        provide_nominal_value: bool,
        nominal_value: Option<Money>,
        issuance_price: Option<Money>,
    ) -> Result<Self, FieldErrors> {
        let (field, price) = if provide_nominal_value {
            ("nominal_value", nominal_value.map(Self::Nominal))
        } else {
            ("issuance_price", issuance_price.map(Self::Issuance))
        };
        let mut errors = FieldErrors::new();
        match price {
            None => errors.missing(field),
            Some(price) if !price.per_unit().is_positive() => {
                errors.push(
                    field,
                    FieldCode::OutOfRange,
                    "A unit costs more than nothing.",
                );
            }
            Some(_) => {}
        }
        errors.into_result(price)
    }

    /// What one unit costs.
    #[must_use]
    pub const fn per_unit(self) -> Money {
        match self {
            Self::Nominal(money) | Self::Issuance(money) => money,
        }
    }

    /// The nominal value, if the unit has one.
    #[must_use]
    pub const fn nominal_value(self) -> Option<Money> {
        match self {
            Self::Nominal(money) => Some(money),
            Self::Issuance(_) => None,
        }
    }

    /// The initial price, if the unit has no nominal value.
    #[must_use]
    pub const fn issuance_price(self) -> Option<Money> {
        match self {
            Self::Nominal(_) => None,
            Self::Issuance(money) => Some(money),
        }
    }
}

impl ProductType {
    /// Every type.
    pub const ALL: [Self; 9] = [
        Self::DigitalCompanyShare,
        Self::Bond,
        Self::SubordinatedLoan,
        Self::ParticipationPaper,
        Self::ParticipationRight,
        Self::Aif,
        Self::DebtSecurity,
        Self::ConvertibleBond,
        Self::FundShare,
    ];

    /// The published spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DigitalCompanyShare => "DIGITAL_COMPANY_SHARE",
            Self::Bond => "BOND",
            Self::SubordinatedLoan => "SUBORDINATED_LOAN",
            Self::ParticipationPaper => "PARTICIPATION_PAPER",
            Self::ParticipationRight => "PARTICIPATION_RIGHT",
            Self::Aif => "AIF",
            Self::DebtSecurity => "DEBT_SECURITY",
            Self::ConvertibleBond => "CONVERTIBLE_BOND",
            Self::FundShare => "FUND_SHARE",
        }
    }
}

impl ProductStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Draft,
        Self::Validation,
        Self::Rejected,
        Self::Issuing,
        Self::Active,
    ];

    /// Whether the issue is decided, so that its terms stand.
    #[must_use]
    pub const fn is_issued(self) -> bool {
        matches!(self, Self::Issuing | Self::Active)
    }

    /// The spelling that partners see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Validation => "VALIDATION",
            Self::Rejected => "REJECTED",
            Self::Issuing => "ISSUING",
            Self::Active => "ACTIVE",
        }
    }
}

impl fmt::Display for ProductType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ProductStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ProductType {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL
            .into_iter()
            .find(|product_type| product_type.as_str() == text);
        known.ok_or(UnknownCode(
            "DIGITAL_COMPANY_SHARE, BOND, SUBORDINATED_LOAN, PARTICIPATION_PAPER, PARTICIPATION_RIGHT, AIF, DEBT_SECURITY, CONVERTIBLE_BOND, FUND_SHARE",
        ))
    }
}

impl FromStr for ProductStatus {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|status| status.as_str() == text);
        known.ok_or(UnknownCode("DRAFT, VALIDATION, REJECTED, ISSUING, ACTIVE"))
    }
}

impl FieldValue for ProductType {
    fn code(_: &UnknownCode) -> FieldCode {
        FieldCode::UnknownValue
    }
}

#[cfg(test)]
mod tests;
