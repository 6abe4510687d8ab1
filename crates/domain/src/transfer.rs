//! Transfers of units between investors (reference section 7.6): what has to be right, and which investments give the units.

pub mod consent;

use crate::{InstructionRefusal, InvestmentId, Standing, Timestamp, Units, Wallet};

/// One side of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    /// The wallet that units leave or reach.
    pub wallet: Wallet,
    /// What is known of its investor.
    pub standing: Standing,
}

/// What the registrar has said about transfers of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TransferRules {
    /// Whether they are stopped for now.
    pub paused: bool,
}

/// What the terms of a product say of how its units move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoveTerms {
    /// Units move in whole multiples of this; none if each moves by itself.
    pub denomination: Units,
    /// Whether the company has to consent (§ 25(3) eWpG, § 68(2) AktG).
    pub needs_company_consent: bool,
}

/// All that a transfer is checked against, when it is received and again when it is carried out.
#[derive(Debug, Clone, Copy)]
pub struct Conditions {
    /// Who gives.
    pub source: Side,
    /// Who receives; nobody if no investor of the environment has the address.
    pub target: Option<Side>,
    /// Whether the product is listed on the recipient's platform.
    pub is_listed: bool,
    /// What the registrar has said.
    pub rules: TransferRules,
    /// Units in the source wallet that no earlier instruction has bound.
    pub available: Units,
    /// Those of them whose lock-up is over. See [`unlocked`].
    pub unlocked: Units,
    /// Units that shall move.
    pub units: Units,
    /// What the terms say of how units move.
    pub terms: MoveTerms,
    /// Whether the company has consented to this transfer. See [`consent::that_covers`].
    pub has_company_consent: bool,
    /// Why they may not by what is entered for the wallet, if so. See [`crate::restriction::admit`].
    pub restricted: Option<InstructionRefusal>,
}

impl Conditions {
    /// Whether the transfer can be carried out now.
    pub fn check(&self) -> Result<(), InstructionRefusal> {
        if self.rules.paused {
            return Err(InstructionRefusal::TransfersPaused);
        }
        let target = self.target.ok_or(InstructionRefusal::Unidentified)?;
        if self.source.wallet.frozen || target.wallet.frozen {
            return Err(InstructionRefusal::Freeze);
        }
        // Who gives has to be known; what is missing of its tax data does not keep it from giving.
        if !self.source.standing.kyc_status.is_success() || !target.standing.is_eligible() {
            return Err(InstructionRefusal::Unidentified);
        }
        if !target.wallet.receiving_enabled {
            return Err(InstructionRefusal::NoAgreement);
        }
        if target.wallet.awaits_proof {
            return Err(InstructionRefusal::WalletUnproven);
        }
        if target.wallet.change.is_some() {
            return Err(InstructionRefusal::WalletChanging);
        }
        if !self.is_listed {
            return Err(InstructionRefusal::ProductNotListed);
        }
        if !self.units.is_multiple_of(self.terms.denomination) {
            return Err(InstructionRefusal::Denomination);
        }
        if self.terms.needs_company_consent && !self.has_company_consent {
            return Err(InstructionRefusal::CompanyConsent);
        }
        if self.units > self.available {
            return Err(InstructionRefusal::Insufficient);
        }
        if let Some(refusal) = self.restricted {
            return Err(refusal);
        }
        if self.units > self.unlocked {
            return Err(InstructionRefusal::Lockup);
        }
        Ok(())
    }
}

/// How many of a wallet's units are locked up no longer, given what remains of each investment and when it was delivered. The terms count
/// days after the delivery, and a day counts in full.
#[must_use]
pub fn unlocked(investments: &[(Units, Timestamp)], lock_in_days: u32, now: Timestamp) -> Units {
    investments
        .iter()
        .filter(|(_, delivered_at)| {
            let last = delivered_at.berlin_date().add_days(i64::from(lock_in_days));
            lock_in_days == 0 || now >= last.end_of_day_berlin()
        })
        .fold(Units::ZERO, |sum, (units, _)| {
            sum.checked_add(*units)
                .expect("all of them are parts of one issue, which can be counted")
        })
}

/// Takes units from investments, given with what remains of each, the oldest first. Nothing if they have too few.
#[must_use]
pub fn first_in_first_out(
    investments: &[(InvestmentId, Units)],
    units: Units,
) -> Option<Vec<(InvestmentId, Units)>> {
    let (mut wanted, mut parts) = (units, Vec::new());
    for (id, remaining) in investments {
        if wanted.is_zero() {
            break;
        }
        let part = wanted.min(*remaining);
        wanted = wanted.checked_sub(part)?;
        if !part.is_zero() {
            parts.push((*id, part));
        }
    }
    wanted.is_zero().then_some(parts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::{Address, InvestorId, KycStatus, WalletId, WalletKind};

    fn units(number: u64) -> Units {
        Units::new(number).unwrap()
    }

    fn side(number: u128) -> Side {
        Side {
            wallet: Wallet {
                id: WalletId::from_uuid(Uuid::from_u128(number)),
                investor_id: InvestorId::from_uuid(Uuid::from_u128(number)),
                kind: WalletKind::Generic,
                address: Address::from_bytes([7; 20]),
                receiving_enabled: true,
                frozen: false,
                awaits_proof: false,
                proof: None,
                change: None,
                cooling_until: None,
            },
            standing: Standing {
                kyc_status: KycStatus::Success,
                has_tax_information: true,
                is_subject_to_us_tax: false,
                is_custodian_bank: false,
            },
        }
    }

    fn fine() -> Conditions {
        Conditions {
            source: side(1),
            target: Some(side(2)),
            is_listed: true,
            rules: TransferRules::default(),
            available: units(10),
            unlocked: units(10),
            units: units(10),
            terms: MoveTerms {
                denomination: units(5),
                needs_company_consent: false,
            },
            has_company_consent: false,
            restricted: None,
        }
    }

    fn with(change: impl FnOnce(&mut Conditions)) -> Result<(), InstructionRefusal> {
        let mut conditions = fine();
        change(&mut conditions);
        conditions.check()
    }

    #[test]
    fn each_condition_has_its_own_code() {
        use InstructionRefusal as R;
        assert_eq!(fine().check(), Ok(()));
        assert_eq!(with(|c| c.rules.paused = true), Err(R::TransfersPaused));
        assert_eq!(with(|c| c.unlocked = units(9)), Err(R::Lockup));
        assert_eq!(with(|c| c.target = None), Err(R::Unidentified));
        assert_eq!(with(|c| c.source.wallet.frozen = true), Err(R::Freeze));
        let pending = KycStatus::Pending;
        assert_eq!(
            with(|c| c.source.standing.kyc_status = pending),
            Err(R::Unidentified)
        );
        assert_eq!(with(|c| c.is_listed = false), Err(R::ProductNotListed));
        assert_eq!(with(|c| c.units = units(15)), Err(R::Insufficient));
        assert_eq!(with(|c| c.units = units(4)), Err(R::Denomination));
        assert_eq!(
            with(|c| c.terms.needs_company_consent = true),
            Err(R::CompanyConsent)
        );
        let consented = |c: &mut Conditions| {
            c.terms.needs_company_consent = true;
            c.has_company_consent = true;
        };
        assert_eq!(with(consented), Ok(()));
        let pledged = |c: &mut Conditions| c.restricted = Some(R::ThirdPartyMustInstruct);
        assert_eq!(with(pledged), Err(R::ThirdPartyMustInstruct));
    }

    #[test]
    fn the_recipient_has_to_be_fit() {
        use InstructionRefusal as R;
        let target = |change: fn(&mut Side)| {
            let mut target = side(2);
            change(&mut target);
            with(|c| c.target = Some(target))
        };
        assert_eq!(target(|side| side.wallet.frozen = true), Err(R::Freeze));
        let disabled = target(|side| side.wallet.receiving_enabled = false);
        assert_eq!(disabled, Err(R::NoAgreement));
        let unproven = target(|side| side.wallet.awaits_proof = true);
        assert_eq!(unproven, Err(R::WalletUnproven));
        let changing = target(|side| {
            side.wallet.change = Some(crate::AddressChange {
                address: Address::from_bytes([9; 20]),
                requested_at: Timestamp::from_seconds(0),
                effective_at: Timestamp::from_seconds(60),
                awaits_proof: false,
                proof: None,
            });
        });
        assert_eq!(changing, Err(R::WalletChanging));
        let untaxed = target(|side| side.standing.has_tax_information = false);
        assert_eq!(untaxed, Err(R::Unidentified));
    }

    #[test]
    fn a_lock_up_ends_with_its_last_day() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let delivered = [
            (units(3), at("2026-06-01T10:00:00Z")),
            (units(4), at("2026-06-02T10:00:00Z")),
        ];
        let last_second = at("2026-06-11T21:59:59Z");
        assert_eq!(unlocked(&delivered, 10, last_second), units(0));
        let next = last_second.plus_seconds(1);
        assert_eq!(unlocked(&delivered, 10, next), units(3));
        assert_eq!(
            unlocked(&delivered, 10, next.plus_seconds(86_400)),
            units(7)
        );
        assert_eq!(unlocked(&delivered, 0, delivered[0].1), units(7));
    }

    #[test]
    fn the_oldest_investment_gives_first() {
        let id = |number| InvestmentId::from_uuid(Uuid::from_u128(number));
        let investments = [(id(1), units(6)), (id(2), units(0)), (id(3), units(5))];
        let parts = first_in_first_out(&investments, units(8)).unwrap();
        assert_eq!(parts, [(id(1), units(6)), (id(3), units(2))]);
        assert_eq!(first_in_first_out(&investments, units(12)), None);
        assert_eq!(first_in_first_out(&[], units(1)), None);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_take_no_more_than_there_is(
            remaining in proptest::collection::vec(0_u64..50, 0..8),
            wanted in 1_u64..200,
        ) {
            let investments: Vec<_> = remaining
                .iter()
                .enumerate()
                .map(|(index, number)| (InvestmentId::from_uuid(Uuid::from_u128(index as u128)), units(*number)))
                .collect();
            let total: u64 = remaining.iter().sum();
            match first_in_first_out(&investments, units(wanted)) {
                None => prop_assert!(total < wanted),
                Some(parts) => {
                    prop_assert_eq!(parts.iter().map(|(_, part)| part.get()).sum::<u64>(), wanted);
                    for (id, part) in parts {
                        let (_, had) = investments.iter().find(|(known, _)| *known == id).unwrap();
                        prop_assert!(part <= *had);
                    }
                }
            }
        }
    }
}
