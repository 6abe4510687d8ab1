//! Why a paid investment is not delivered yet.

use std::fmt;

use super::{Investment, State};
use crate::{Standing, Timestamp, Wallet};

/// What stands between a paid investment and its delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Blocker {
    /// No wallet is set.
    WalletMissing,
    /// The investor is not identified any more.
    Identification,
    /// The investor may not receive: tax information is missing, or it is subject to US tax.
    WalletNotEligible,
    /// The registrar has stopped the wallet.
    WalletFrozen,
    /// The investor lets nothing come in.
    ReceivingDisabled,
    /// Nobody has shown yet to hold the wallet's key.
    WalletUnproven,
    /// The wallet is about to have another address.
    WalletChanging,
    /// The wallet came after another one, and the network's cooling period is not over.
    WalletCooling,
    /// The investor can still withdraw.
    CancellationPeriod,
    /// The units are on their way.
    DeliveryInProgress,
}

impl Blocker {
    /// Every blocker, in the order in which they are reported.
    pub const ALL: [Self; 10] = [
        Self::WalletMissing,
        Self::Identification,
        Self::WalletNotEligible,
        Self::WalletFrozen,
        Self::ReceivingDisabled,
        Self::WalletUnproven,
        Self::WalletChanging,
        Self::WalletCooling,
        Self::CancellationPeriod,
        Self::DeliveryInProgress,
    ];

    /// The spelling that partners see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WalletMissing => "wallet_missing",
            Self::Identification => "identification",
            Self::WalletNotEligible => "wallet_not_eligible",
            Self::WalletFrozen => "wallet_frozen",
            Self::ReceivingDisabled => "receiving_disabled",
            Self::WalletUnproven => "wallet_unproven",
            Self::WalletChanging => "wallet_changing",
            Self::WalletCooling => "wallet_cooling",
            Self::CancellationPeriod => "cancellation_period",
            Self::DeliveryInProgress => "delivery_in_progress",
        }
    }
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Investment {
    /// What stops the delivery of a paid investment; none for every other status. A delivery that has started is reported alone, for
    /// nothing stops it any more; otherwise the first of the list counts, for what a partner can mend comes before what only time mends.
    #[must_use]
    pub fn blocked_by(
        &self,
        wallet: Option<&Wallet>,
        standing: &Standing,
        now: Timestamp,
    ) -> Option<Blocker> {
        let State::Paid {
            acceptance,
            delivery_started_at,
            ..
        } = &self.state
        else {
            return None;
        };
        if delivery_started_at.is_some() {
            return Some(Blocker::DeliveryInProgress);
        }
        let Some(wallet) = wallet else {
            return Some(Blocker::WalletMissing);
        };
        let checks = [
            (!standing.kyc_status.is_success(), Blocker::Identification),
            (!standing.is_eligible(), Blocker::WalletNotEligible),
            (wallet.frozen, Blocker::WalletFrozen),
            (!wallet.receiving_enabled, Blocker::ReceivingDisabled),
            (wallet.awaits_proof, Blocker::WalletUnproven),
            (wallet.change.is_some(), Blocker::WalletChanging),
            (wallet.cooling_until.is_some(), Blocker::WalletCooling),
            (
                acceptance.cancellable_until.is_some_and(|end| now < end),
                Blocker::CancellationPeriod,
            ),
        ];
        checks
            .into_iter()
            .find_map(|(blocks, blocker)| blocks.then_some(blocker))
    }
}
