//! Under which law a product stands (regulation, chapter 1).

use std::fmt;
use std::str::FromStr;

use crate::{FieldCode, FieldValue, ProductType, Refusal, UnknownCode};

/// What a product is in law; decides on register, offer documents, distribution and transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LegalForm {
    /// Bearer bond as a crypto security (eWpG).
    EwpgBearerBond,
    /// Registered share as a crypto security (eWpG).
    EwpgRegisteredShare,
    /// Unit of a fund as a crypto fund unit (KryptoFAV).
    CryptoFundUnit,
    /// Digital, unsecuritised security outside of the eWpG (§ 4(3a) WpPG).
    SecurityToken,
    /// Asset investment (§ 1(2) VermAnlG).
    AssetInvestment,
}

impl LegalForm {
    /// Every form.
    pub const ALL: [Self; 5] = [
        Self::EwpgBearerBond,
        Self::EwpgRegisteredShare,
        Self::CryptoFundUnit,
        Self::SecurityToken,
        Self::AssetInvestment,
    ];

    /// The legal form that a product has when none is given. None where the two fields contradict each other or leave it open:
    ///
    /// | product type | `ewpg` true | `ewpg` false |
    /// | --- | --- | --- |
    /// | BOND, DEBT_SECURITY, CONVERTIBLE_BOND, PARTICIPATION_PAPER | `ewpg_bearer_bond` | `security_token` |
    /// | DIGITAL_COMPANY_SHARE | `ewpg_registered_share` | `security_token` |
    /// | FUND_SHARE | `crypto_fund_unit` | `security_token` |
    /// | AIF | none: only if given, see [`LegalForm::fits`] | `security_token` |
    /// | SUBORDINATED_LOAN, PARTICIPATION_RIGHT | none: cannot be securitised | `asset_investment` |
    #[must_use]
    pub const fn derived(ewpg: bool, product_type: ProductType) -> Option<Self> {
        use ProductType as Type;
        match (ewpg, product_type) {
            (
                true,
                Type::Bond | Type::DebtSecurity | Type::ConvertibleBond | Type::ParticipationPaper,
            ) => Some(Self::EwpgBearerBond),
            (true, Type::DigitalCompanyShare) => Some(Self::EwpgRegisteredShare),
            (true, Type::FundShare) => Some(Self::CryptoFundUnit),
            (true, Type::Aif | Type::SubordinatedLoan | Type::ParticipationRight) => None,
            (false, Type::SubordinatedLoan | Type::ParticipationRight) => {
                Some(Self::AssetInvestment)
            }
            (false, _) => Some(Self::SecurityToken),
        }
    }

    /// Whether a form that is given goes with the product. Beside the derived one these do: a fund of the AIF kind can be a
    /// Sondervermögen and then issue crypto fund units; a debt security outside of the eWpG can be a registered bond, which is an asset investment;
    /// a loan or right outside of the eWpG can be shaped as a security of its own kind.
    #[must_use]
    pub fn fits(self, ewpg: bool, product_type: ProductType) -> bool {
        use ProductType as Type;
        let also = matches!(
            (ewpg, product_type, self),
            (true, Type::Aif, Self::CryptoFundUnit)
                | (false, Type::DebtSecurity, Self::AssetInvestment)
                | (
                    false,
                    Type::SubordinatedLoan | Type::ParticipationRight,
                    Self::SecurityToken
                )
        );
        also || Self::derived(ewpg, product_type) == Some(self)
    }

    /// The form of a product: the one given if it fits, else the derived one.
    pub fn resolve(
        ewpg: bool,
        product_type: ProductType,
        given: Option<Self>,
    ) -> Result<Self, Refusal> {
        let form = given.or(Self::derived(ewpg, product_type));
        form.filter(|form| form.fits(ewpg, product_type))
            .ok_or(Refusal::LegalFormContradiction {
                ewpg,
                product_type,
                given,
            })
    }

    /// Whether the form is an electronic security, so that there are registry statements (§ 19 eWpG).
    #[must_use]
    pub const fn is_registered(self) -> bool {
        matches!(
            self,
            Self::EwpgBearerBond | Self::EwpgRegisteredShare | Self::CryptoFundUnit
        )
    }

    /// The spelling that partners see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EwpgBearerBond => "ewpg_bearer_bond",
            Self::EwpgRegisteredShare => "ewpg_registered_share",
            Self::CryptoFundUnit => "crypto_fund_unit",
            Self::SecurityToken => "security_token",
            Self::AssetInvestment => "asset_investment",
        }
    }
}

impl fmt::Display for LegalForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for LegalForm {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|form| form.as_str() == text);
        known.ok_or(UnknownCode(
            "ewpg_bearer_bond, ewpg_registered_share, crypto_fund_unit, security_token, asset_investment",
        ))
    }
}

impl FieldValue for LegalForm {
    fn code(_: &UnknownCode) -> FieldCode {
        FieldCode::UnknownValue
    }
}
