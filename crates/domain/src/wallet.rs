//! Wallets, and who may receive in them (reference section 9).

use std::fmt;
use std::str::FromStr;

use crate::{
    Address, FieldCode, FieldValue, Investor, InvestorId, KycStatus, UnknownCode, WalletId,
};

/// A wallet of an investor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wallet {
    /// Its id.
    pub id: WalletId,
    /// The only investor that it belongs to.
    pub investor_id: InvestorId,
    /// Who keeps its key.
    pub kind: WalletKind,
    /// Its address on the network.
    pub address: Address,
    /// Whether the investor lets units come in.
    pub receiving_enabled: bool,
    /// Whether the registrar has stopped it.
    pub frozen: bool,
}

/// Who keeps a wallet's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WalletKind {
    /// The investor, outside of the network.
    Generic,
    /// A custodian for the investor.
    Managed,
}

/// What of an investor decides whether its wallets may receive; not secret, so that it can be asked in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is identified.
    pub kyc_status: KycStatus,
    /// Whether any tax information was given.
    pub has_tax_information: bool,
    /// Whether it has said to be subject to US tax.
    pub is_subject_to_us_tax: bool,
    /// Whether it is a bank that keeps its customers' tax data itself.
    pub is_custodian_bank: bool,
}

impl Standing {
    /// The standing of an investor with this identification.
    #[must_use]
    pub fn of(investor: &Investor, kyc_status: KycStatus) -> Self {
        Self {
            kyc_status,
            has_tax_information: investor.has_tax_information(),
            is_subject_to_us_tax: investor.is_subject_to_us_tax(),
            is_custodian_bank: investor.is_custodian_bank,
        }
    }

    /// Whether the investor's wallets may receive units: identified, not subject to US tax, and tax information is there unless a
    /// custodian bank keeps it.
    #[must_use]
    pub const fn is_eligible(&self) -> bool {
        self.kyc_status.is_success()
            && !self.is_subject_to_us_tax
            && (self.has_tax_information || self.is_custodian_bank)
    }
}

impl WalletKind {
    /// The spelling that partners see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Generic => "eth-generic",
            Self::Managed => "eth-managed",
        }
    }
}

impl fmt::Display for WalletKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for WalletKind {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = [Self::Generic, Self::Managed]
            .into_iter()
            .find(|kind| kind.as_str() == text);
        known.ok_or(UnknownCode("eth-generic, eth-managed"))
    }
}

impl FieldValue for WalletKind {
    fn code(_: &UnknownCode) -> FieldCode {
        FieldCode::UnknownValue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: Standing = Standing {
        kyc_status: KycStatus::Success,
        has_tax_information: true,
        is_subject_to_us_tax: false,
        is_custodian_bank: false,
    };

    #[test]
    fn an_identified_investor_with_tax_information_may_receive() {
        assert!(FINE.is_eligible());
        for kyc_status in [
            KycStatus::Pending,
            KycStatus::UnderReview,
            KycStatus::ReverificationRequired,
            KycStatus::Rejected,
        ] {
            assert!(
                !Standing { kyc_status, ..FINE }.is_eligible(),
                "{kyc_status}"
            );
        }
        assert!(
            !Standing {
                is_subject_to_us_tax: true,
                ..FINE
            }
            .is_eligible()
        );
    }

    #[test]
    fn only_a_custodian_bank_needs_no_tax_information() {
        let without = Standing {
            has_tax_information: false,
            ..FINE
        };
        assert!(!without.is_eligible());
        assert!(
            Standing {
                is_custodian_bank: true,
                ..without
            }
            .is_eligible()
        );
    }

    #[test]
    fn every_kind_is_read_as_it_is_shown() {
        for kind in [WalletKind::Generic, WalletKind::Managed] {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
    }
}
