//! Redemptions that the issuer begins (reference section 7.8): it announces how much it takes back, and on a day this is fixed for
//! every holder.

use super::Redemption;
use crate::{
    Address, Date, InstructionRefusal, InvestorId, Percent, ProductId, Recipient, RedemptionId,
    RedemptionNoticeId, Refusal, Timestamp, Units, WalletId,
};

/// What the issuer has announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedemptionNotice {
    /// Its id.
    pub id: RedemptionNoticeId,
    /// Whose units.
    pub product: ProductId,
    /// How much is taken back.
    pub amount: NoticeAmount,
    /// From which day on in Berlin it can be fixed.
    pub execution_date: Date,
    /// From which wallets; all of them if none is named.
    pub wallets: Vec<Address>,
    /// The provision of the terms or of the law that lets the issuer do so (§ 18(1) eWpG).
    pub legal_basis: String,
    /// When it was announced.
    pub notified_at: Timestamp,
    state: NoticeState,
}

/// How much an issuer takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeAmount {
    /// So many units of all holders together.
    Units(Units),
    /// A share of what all holders have together.
    Percent(Percent),
}

/// How far a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeState {
    /// Announced.
    Notified,
    /// Holders and amounts are fixed.
    Executed {
        /// When.
        at: Timestamp,
        /// The last entry of the register that was taken into account.
        sequence: u64,
        /// How many units of all holders together.
        units: Units,
    },
    /// Taken back before anything was paid.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
}

impl RedemptionNotice {
    /// A new notice.
    #[must_use]
    pub fn announce(
        id: RedemptionNoticeId,
        product: ProductId,
        (amount, wallets): (NoticeAmount, Vec<Address>),
        (execution_date, legal_basis): (Date, String),
        notified_at: Timestamp,
    ) -> Self {
        Self {
            id,
            product,
            amount,
            execution_date,
            wallets,
            legal_basis,
            notified_at,
            state: NoticeState::Notified,
        }
    }

    /// The same as it was stored.
    #[must_use]
    pub fn restored(self, state: NoticeState) -> Self {
        Self { state, ..self }
    }

    /// How far it is.
    #[must_use]
    pub const fn state(&self) -> &NoticeState {
        &self.state
    }

    /// Fixes what each wallet gives, given with what is free in each: the whole is shared out in proportion. A percentage of the whole is
    /// rounded down to units.
    pub fn execute(
        self,
        free: &[(WalletId, Units)],
        (at, sequence): (Timestamp, u64),
    ) -> Result<(Self, Vec<(WalletId, Units)>), Refusal> {
        if self.state != NoticeState::Notified {
            return Err(self.forbids("executed"));
        }
        if at < self.execution_date.start_of_day_berlin() {
            return Err(self.forbids("executed before its day"));
        }
        let total: u128 = free.iter().map(|(_, units)| u128::from(units.get())).sum();
        let wanted = match self.amount {
            NoticeAmount::Units(units) => u128::from(units.get()),
            NoticeAmount::Percent(percent) => {
                total * u128::from(percent.basis_points()) / BASIS_POINTS
            }
        };
        if wanted == 0 || wanted > total {
            return Err(Refusal::Redemption(InstructionRefusal::Insufficient));
        }
        let shares = shared_out(free, (wanted, total));
        let units = shares.iter().fold(Units::ZERO, |sum, (_, units)| {
            sum.checked_add(*units)
                .expect("all of them are parts of one issue, which can be counted")
        });
        let executed = self.restored(NoticeState::Executed {
            at,
            sequence,
            units,
        });
        Ok((executed, shares))
    }

    /// Takes it back. What was paid of it by then goes on.
    pub fn withdraw(self, at: Timestamp) -> Result<Self, Refusal> {
        match self.state {
            NoticeState::Withdrawn { .. } => Err(self.forbids("withdrawn")),
            _ => Ok(self.restored(NoticeState::Withdrawn { at })),
        }
    }

    /// Holders are paid once it is known who gives what.
    pub fn require_executed(&self) -> Result<(), Refusal> {
        match self.state {
            NoticeState::Executed { .. } => Ok(()),
            _ => Err(self.forbids("marked as paid")),
        }
    }

    const fn forbids(&self, action: &'static str) -> Refusal {
        Refusal::RedemptionState {
            action,
            step: self.state.as_str(),
        }
    }
}

impl NoticeState {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Notified => "notified",
            Self::Executed { .. } => "executed",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

impl Redemption {
    /// What a holder gives by an executed notice.
    #[must_use]
    pub const fn called(
        id: RedemptionId,
        product: ProductId,
        (investor_id, wallet): (InvestorId, Recipient),
        units: Units,
        received_at: Timestamp,
    ) -> Self {
        Self {
            id,
            product,
            investor_id,
            wallet,
            units,
            received_at,
            consent: None,
            state: super::RedemptionState::AwaitingPayment,
        }
    }
}

/// Hundredths of a percent in the whole.
const BASIS_POINTS: u128 = 10_000;

/// Shares a number of units out in proportion to what is there, exactly: each gets the whole part of its share, and what is left goes unit by
/// unit to those with the largest fractions, of equal ones to the first.
fn shared_out(free: &[(WalletId, Units)], (wanted, total): (u128, u128)) -> Vec<(WalletId, Units)> {
    let product = |units: Units| wanted * u128::from(units.get());
    let mut shares: Vec<u128> = free
        .iter()
        .map(|(_, units)| product(*units) / total)
        .collect();
    let mut left = wanted - shares.iter().sum::<u128>();
    let mut order: Vec<usize> = (0..free.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(product(free[*index].1) % total));
    for index in order {
        if left == 0 {
            break;
        }
        shares[index] += 1;
        left -= 1;
    }
    let units = |share: u128| {
        u64::try_from(share)
            .ok()
            .and_then(|share| Units::new(share).ok())
            .expect("a share is no more than what is there")
    };
    free.iter()
        .zip(shares)
        .filter(|(_, share)| *share > 0)
        .map(|((wallet, _), share)| (*wallet, units(share)))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

    fn units(number: u64) -> Units {
        Units::new(number).unwrap()
    }

    fn wallet(number: u128) -> WalletId {
        WalletId::from_uuid(Uuid::from_u128(number))
    }

    fn notice(amount: NoticeAmount) -> RedemptionNotice {
        RedemptionNotice::announce(
            RedemptionNoticeId::from_uuid(Uuid::from_u128(1)),
            ProductId::from_uuid(Uuid::from_u128(2)),
            (amount, Vec::new()),
            (NOW.berlin_date(), "§ 5 of the terms".to_owned()),
            NOW,
        )
    }

    #[test]
    fn what_is_left_goes_to_the_largest_fractions() {
        let held = [10, 5, 5, 1].map(units);
        let free: Vec<_> = (1..).map(wallet).zip(held).collect();
        // A third of 21 is 7: 3.33, 1.67, 1.67 and 0.33.
        let (executed, shares) = notice(NoticeAmount::Units(units(7)))
            .execute(&free, (NOW, 9))
            .unwrap();
        let expected =
            [(1, 3), (2, 2), (3, 2)].map(|(number, share)| (wallet(number), units(share)));
        assert_eq!(shares, expected);
        let state = NoticeState::Executed {
            at: NOW,
            sequence: 9,
            units: units(7),
        };
        assert_eq!(executed.state(), &state);
        // Half of it is rounded down to 10 units.
        let half = NoticeAmount::Percent("50".parse().unwrap());
        let (_, shares) = notice(half).execute(&free, (NOW, 9)).unwrap();
        assert_eq!(shares.iter().map(|(_, units)| units.get()).sum::<u64>(), 10);
        assert_eq!(shares[0], (wallet(1), units(5)));
    }

    #[test]
    fn a_notice_is_executed_once_and_not_before_its_day() {
        let free = [(wallet(1), units(10))];
        let one = NoticeAmount::Units(units(1));
        let early = NOW.berlin_date().start_of_day_berlin().minus_seconds(1);
        let refused = notice(one).execute(&free, (early, 1)).unwrap_err();
        assert_eq!(refused.code(), "redemption_state");
        let (executed, _) = notice(one).execute(&free, (NOW, 1)).unwrap();
        assert!(executed.require_executed().is_ok());
        assert!(executed.clone().execute(&free, (NOW, 1)).is_err());
        let withdrawn = executed.withdraw(NOW).unwrap();
        assert!(withdrawn.require_executed().is_err());
        assert!(withdrawn.withdraw(NOW).is_err());
        let more = notice(NoticeAmount::Units(units(11))).execute(&free, (NOW, 1));
        assert_eq!(more.unwrap_err().code(), "r10_insufficient");
        let nothing = NoticeAmount::Percent("0.01".parse().unwrap());
        assert!(notice(nothing).execute(&free, (NOW, 1)).is_err());
    }

    proptest! {
        #[test]
        fn shares_add_up_and_are_within_a_unit_of_the_proportion(
            held in proptest::collection::vec(0_u64..1_000_000_000_000, 1..20),
            wanted in 1_u64..20_000_000_000_000,
        ) {
            let total: u64 = held.iter().sum();
            let free: Vec<_> = (0..).map(wallet).zip(held.iter().copied().map(units)).collect();
            match notice(NoticeAmount::Units(units(wanted))).execute(&free, (NOW, 1)) {
                Err(_) => prop_assert!(wanted > total),
                Ok((_, shares)) => {
                    prop_assert_eq!(shares.iter().map(|(_, units)| units.get()).sum::<u64>(), wanted);
                    for (id, share) in shares {
                        let index = free.iter().position(|(known, _)| *known == id).unwrap();
                        let exact = u128::from(wanted) * u128::from(held[index]) / u128::from(total);
                        let share = u128::from(share.get());
                        prop_assert!(share == exact || share == exact + 1);
                        prop_assert!(share <= u128::from(held[index]));
                    }
                }
            }
        }
    }
}
