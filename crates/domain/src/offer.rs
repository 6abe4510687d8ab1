//! What a partner needs to know to sell a product: documents, maturity, target market, fees, what it has to ask and to collect.

mod checks;
mod documents;

use serde::{Deserialize, Serialize};

use crate::{Address, Date, Percent, RegisterTerms, Timestamp, Units};

pub(crate) use checks::check_code;
pub use documents::{DocumentType, OfferDocument};

/// The offer of a product, as its issuer describes it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Offer {
    /// The present version of each document, in the order in which they were named.
    pub documents: Vec<OfferDocument>,
    /// Days after delivery in which units cannot be passed on.
    pub lock_in_days: u32,
    /// Where units go if a holder loses the key; the registrar's own for securities of the eWpG.
    pub backup_wallet: Option<Address>,
    /// What the product pays.
    pub coupon: Option<Coupon>,
    /// The day of repayment.
    pub matures_on: Option<Date>,
    /// Whom the product is for, and whom not (§ 80(9) WpHG).
    pub target_market: Option<TargetMarket>,
    /// What it costs the investor and what it pays the partner.
    pub fees: Fees,
    /// Types of document that the product wants signed with every investment.
    pub required_document_types: Vec<String>,
    /// What the partner has to ask.
    pub questions: Vec<Question>,
    /// The smallest investment.
    pub minimum_units: Units,
    /// The first moment of the offer; none if it is open from the start.
    pub opens_at: Option<Timestamp>,
    /// The first moment after the offer; none if it stays open.
    pub closes_at: Option<Timestamp>,
    /// What the register says of the product beside its terms.
    pub register: RegisterTerms,
}

/// What a product pays until its maturity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coupon {
    /// How it is determined.
    pub kind: CouponKind,
    /// The yearly rate, or the part of it that is fixed.
    pub rate: Option<Percent>,
    /// In a sentence: calculation, dates, conditions.
    pub description: Option<String>,
}

/// A target market by the criteria that distributors exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetMarket {
    /// Categories of client (§ 67 WpHG).
    pub client_categories: Vec<ClientCategory>,
    /// What the client should know.
    pub knowledge: Knowledge,
    /// What the client can afford to lose.
    pub loss_capacity: LossCapacity,
    /// For how many years the client should be able to do without the money.
    pub horizon_years: u32,
    /// What the client wants, in a sentence.
    pub objectives: Option<String>,
    /// For whom the product is not, in a sentence.
    pub negative: Option<String>,
}

/// Costs of the investor and remuneration of the partner, in percent of the amount invested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Fees {
    /// Once, on top of price and agio.
    pub entry: Percent,
    /// Each year.
    pub ongoing: Percent,
    /// At repayment.
    pub exit: Percent,
    /// What the issuer pays the partner (§ 70 WpHG).
    pub commission: Percent,
}

/// Something that the partner has to ask an investor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Names the answer.
    pub key: String,
    /// As it is put to the investor.
    pub text: String,
    /// What is an answer.
    pub kind: QuestionKind,
    /// The answers to choose from.
    pub choices: Vec<String>,
    /// Whether there has to be one.
    pub required: bool,
}

// A macro against the rule of the house: these lists say nothing but their spelling, and each would be fifty lines.
macro_rules! codes {
    ($(#[doc = $doc:literal] $name:ident = $list:literal { $($(#[doc = $about:literal])? $variant:ident = $code:literal,)+ })+) => {$(
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[doc = $about])? #[serde(rename = $code)] #[allow(missing_docs)] $variant,)+
        }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The spelling that partners see.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::UnknownCode;

            fn from_str(text: &str) -> Result<Self, crate::UnknownCode> {
                let known = Self::ALL.iter().copied().find(|one| one.as_str() == text);
                known.ok_or(crate::UnknownCode($list))
            }
        }

        impl crate::FieldValue for $name {
            fn code(_: &crate::UnknownCode) -> crate::FieldCode {
                crate::FieldCode::UnknownValue
            }
        }
    )+};
}
pub(crate) use codes;

codes! {
    /// How a coupon is determined.
    CouponKind = "FIXED, VARIABLE, PARTICIPATING, NONE" {
        /// The same rate throughout.
        Fixed = "FIXED",
        /// A rate that follows a reference.
        Variable = "VARIABLE",
        /// A share of profit or proceeds.
        Participating = "PARTICIPATING",
        /// Nothing until repayment.
        None = "NONE",
    }
    /// A category of client (§ 67 WpHG).
    ClientCategory = "RETAIL, PROFESSIONAL, ELIGIBLE_COUNTERPARTY" {
        Retail = "RETAIL",
        Professional = "PROFESSIONAL",
        EligibleCounterparty = "ELIGIBLE_COUNTERPARTY",
    }
    /// What a client should know of such products.
    Knowledge = "BASIC, INFORMED, ADVANCED" {
        Basic = "BASIC",
        Informed = "INFORMED",
        Advanced = "ADVANCED",
    }
    /// What a client can afford to lose.
    LossCapacity = "NO_LOSS, LIMITED, FULL" {
        /// Nothing.
        NoLoss = "NO_LOSS",
        /// A part.
        Limited = "LIMITED",
        /// All of it.
        Full = "FULL",
    }
    /// What is an answer to a question.
    QuestionKind = "YES_NO, TEXT, NUMBER, CHOICE" {
        YesNo = "YES_NO",
        Text = "TEXT",
        Number = "NUMBER",
        Choice = "CHOICE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OfferingType, UnknownCode};

    fn listed<T: std::str::FromStr<Err = UnknownCode>>(all: &[impl Fn() -> &'static str]) -> bool {
        let names: Vec<_> = all.iter().map(|name| name()).collect();
        matches!("-".parse::<T>(), Err(UnknownCode(list)) if list == names.join(", "))
    }

    #[test]
    fn a_refusal_names_every_code() {
        macro_rules! check {
            ($($name:ident)+) => {$(
                let names: Vec<_> = $name::ALL.iter().map(|one| move || one.as_str()).collect();
                assert!(listed::<$name>(&names), stringify!($name));
            )+};
        }
        check!(CouponKind ClientCategory Knowledge LossCapacity QuestionKind DocumentType OfferingType);
    }
}
