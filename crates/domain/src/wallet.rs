//! Wallets, and who may receive in them (reference section 9).

use std::fmt;
use std::str::FromStr;

use crate::{
    Address, FieldCode, FieldValue, Investor, InvestorId, KycStatus, Timestamp, UnknownCode,
    WalletId,
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
    /// Whether units wait until somebody has shown to hold its key.
    pub awaits_proof: bool,
    /// How that was shown last.
    pub proof: Option<WalletProof>,
    /// The other address that it is about to have, if so.
    pub change: Option<AddressChange>,
    /// Until when nothing is delivered to it, because its investor had another wallet before it.
    pub cooling_until: Option<Timestamp>,
}

/// Another address that a wallet shall have. Until then nothing comes in: neither is the old one wanted any more nor the new one certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressChange {
    /// The new one.
    pub address: Address,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// From when on it holds.
    pub effective_at: Timestamp,
    /// Whether it waits for proof of control beyond that.
    pub awaits_proof: bool,
    /// How control of the new one was shown.
    pub proof: Option<WalletProof>,
}

impl AddressChange {
    /// Whether nothing stands against it any more.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        !self.awaits_proof && self.effective_at <= now
    }
}

/// That somebody has shown to hold the key of a wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalletProof {
    /// How.
    pub scheme: ProofScheme,
    /// When.
    pub at: Timestamp,
}

/// What is at an address of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressNature {
    /// Nothing: whoever holds the key holds the address.
    Key,
    /// A contract, which may be somebody's wallet or nobody's.
    Contract,
    /// What belongs to the network itself: a precompiled contract, the factory, a token.
    Network,
}

/// What a contract wallet says to a signature (EIP-1271).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContractAnswer {
    /// It is its holder's.
    Accepts,
    /// It is not.
    Refuses,
    /// It reverts, says something else or takes too much gas.
    Unusable,
    /// There is no contract.
    Nobody,
}

/// How somebody has shown to hold the key of a wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProofScheme {
    /// The text, signed as `personal_sign` does (EIP-191).
    PersonalSign,
    /// The typed data (EIP-712).
    TypedData,
    /// The wallet is a contract that says yes (EIP-1271).
    Contract,
}

/// What a network asks of the wallets that investors bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WalletPolicy {
    /// Whether units wait until control of an address is proven.
    pub proof_demanded: bool,
    /// Hours between the request for another address and the change, and between the registration of a further wallet and the first delivery
    /// to it.
    pub address_change_cooling_hours: u32,
}

impl ProofScheme {
    /// Every scheme.
    pub const ALL: [Self; 3] = [Self::PersonalSign, Self::TypedData, Self::Contract];

    /// The spelling that partners see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PersonalSign => "eip191",
            Self::TypedData => "eip712",
            Self::Contract => "eip1271",
        }
    }
}

impl fmt::Display for ProofScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ProofScheme {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|scheme| scheme.as_str() == text);
        known.ok_or(UnknownCode("eip191, eip712, eip1271"))
    }
}

impl FieldValue for ProofScheme {
    fn code(_: &UnknownCode) -> FieldCode {
        FieldCode::UnknownValue
    }
}

impl Wallet {
    /// A new one, which receives at once.
    #[must_use]
    pub const fn new(
        id: WalletId,
        investor_id: InvestorId,
        kind: WalletKind,
        address: Address,
    ) -> Self {
        Self {
            id,
            investor_id,
            kind,
            address,
            receiving_enabled: true,
            frozen: false,
            awaits_proof: false,
            proof: None,
            change: None,
            cooling_until: None,
        }
    }
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
    fn a_change_is_due_with_its_time_and_its_proof() {
        let at = Timestamp::from_seconds;
        let change = AddressChange {
            address: Address::from_bytes([7; 20]),
            requested_at: at(0),
            effective_at: at(60),
            awaits_proof: false,
            proof: None,
        };
        assert!(!change.is_due(at(59)));
        assert!(change.is_due(at(60)));
        let unproven = AddressChange {
            awaits_proof: true,
            ..change
        };
        assert!(!unproven.is_due(at(60)));
    }

    #[test]
    fn every_kind_is_read_as_it_is_shown() {
        for scheme in ProofScheme::ALL {
            assert_eq!(scheme.to_string().parse(), Ok(scheme));
        }
        for kind in [WalletKind::Generic, WalletKind::Managed] {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
    }
}
