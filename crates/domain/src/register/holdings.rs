//! Who holds how many units, replayed from the entries; the sum is the issued volume at every moment, less what was deleted.

use std::collections::BTreeMap;

use super::Entry;
use crate::{Ground, HolderId, InstructionRefusal, Units};

/// Why an entry cannot follow on the holdings before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HoldingError {
    /// A second issue.
    #[error("the issue is entered once; this register has one already")]
    AlreadyIssued,
    /// A movement before the issue.
    #[error("nothing is issued yet")]
    NotIssued,
    /// Nothing moves.
    #[error("an entry moves or deletes at least one unit, and moves it from one holder to another")]
    Nothing,
    /// Only who lost a key stays holder of what is re-registered.
    #[error("what is re-registered after a lost key stays with its holder, and nothing else does")]
    SameHolder,
    /// More units than the holder has.
    #[error("holder {holder} has {held} units, not {needed}")]
    #[allow(missing_docs)]
    TooFew {
        holder: HolderId,
        held: Units,
        needed: Units,
    },
    /// The sum of the holdings is not the total stock.
    #[error("the holdings sum up to {sum} units, but {total} were issued and not deleted")]
    #[allow(missing_docs)]
    Unbalanced { sum: u128, total: Units },
}

impl HoldingError {
    /// The code by which a register refuses such an entry; none where no instruction could ask for it.
    #[must_use]
    pub const fn refusal(self) -> Option<InstructionRefusal> {
        match self {
            Self::TooFew { .. } => Some(InstructionRefusal::Insufficient),
            Self::Unbalanced { .. } => Some(InstructionRefusal::TotalChanged),
            Self::AlreadyIssued | Self::NotIssued | Self::Nothing | Self::SameHolder => None,
        }
    }
}

/// The holdings of one product.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holdings {
    issued: Units,
    deleted: Units,
    by_holder: BTreeMap<HolderId, Units>,
}

impl Holdings {
    /// The holdings of a register without entries.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            issued: Units::ZERO,
            deleted: Units::ZERO,
            by_holder: BTreeMap::new(),
        }
    }

    /// Holdings that were stored, one holder perhaps in several wallets; refused if they do not sum up to what was issued and not deleted.
    pub fn from_parts(
        (issued, deleted): (Units, Units),
        holdings: impl IntoIterator<Item = (HolderId, Units)>,
    ) -> Result<Self, HoldingError> {
        let mut by_holder: BTreeMap<HolderId, Units> = BTreeMap::new();
        let mut sum = 0;
        for (holder, units) in holdings.into_iter().filter(|(_, units)| !units.is_zero()) {
            sum += u128::from(units.get());
            let held = by_holder.entry(holder).or_default();
            *held = held
                .checked_add(units)
                .ok_or(HoldingError::Unbalanced { sum, total: issued })?;
        }
        let holdings = Self {
            issued,
            deleted,
            by_holder,
        };
        holdings.check().map(|()| holdings)
    }

    /// Replays a whole register.
    pub fn replay<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<Self, HoldingError> {
        let mut holdings = Self::new();
        for entry in entries {
            holdings.apply(entry)?;
        }
        Ok(holdings)
    }

    /// Applies the next entry; after a refusal nothing has changed.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), HoldingError> {
        match *entry {
            Entry::Issue { .. } if !self.issued.is_zero() => Err(HoldingError::AlreadyIssued),
            Entry::Issue { units, .. } if units.is_zero() => Err(HoldingError::Nothing),
            Entry::Issue { holder, units, .. } => {
                self.issued = units;
                self.by_holder.insert(holder, units);
                Ok(())
            }
            _ if self.issued.is_zero() => Err(HoldingError::NotIssued),
            Entry::Delivery {
                from, to, units, ..
            }
            | Entry::Transfer {
                from, to, units, ..
            }
            | Entry::Redemption {
                from, to, units, ..
            }
            | Entry::Reversal {
                from, to, units, ..
            } => self.move_units(from, to, units),
            Entry::Reregistration {
                from, to, ground, ..
            } if (from == to) != (ground == Ground::LostKey) => Err(HoldingError::SameHolder),
            Entry::Reregistration {
                from, to, units, ..
            } if from != to => self.move_units(from, to, units),
            Entry::Reregistration { units, .. } if units.is_zero() => Err(HoldingError::Nothing),
            Entry::Reregistration { from, units, .. } => {
                left(from, self.of(from), units).map(|_| ())
            }
            Entry::Deletion { holder, units, .. } => self.delete(holder, units),
            // Who is restricted keeps what it has.
            Entry::Restriction { .. } | Entry::Release { .. } | Entry::Conversion { .. } => Ok(()),
        }
    }

    /// The issued volume.
    #[must_use]
    pub const fn issued(&self) -> Units {
        self.issued
    }

    /// What was deleted of it.
    #[must_use]
    pub const fn deleted(&self) -> Units {
        self.deleted
    }

    /// The total stock: what was issued and not deleted.
    #[must_use]
    pub fn total(&self) -> Units {
        self.issued.checked_sub(self.deleted).unwrap_or_default()
    }

    /// What a holder has.
    #[must_use]
    pub fn of(&self, holder: HolderId) -> Units {
        self.by_holder.get(&holder).copied().unwrap_or(Units::ZERO)
    }

    /// Every holder with at least one unit, by id.
    pub fn iter(&self) -> impl Iterator<Item = (HolderId, Units)> + '_ {
        self.by_holder
            .iter()
            .map(|(holder, units)| (*holder, *units))
    }

    /// Whether the holdings sum up to the total stock.
    pub fn check(&self) -> Result<(), HoldingError> {
        let sum = self
            .by_holder
            .values()
            .map(|units| u128::from(units.get()))
            .sum();
        let total = self.total();
        if sum == u128::from(total.get()) {
            Ok(())
        } else {
            Err(HoldingError::Unbalanced { sum, total })
        }
    }

    fn delete(&mut self, holder: HolderId, units: Units) -> Result<(), HoldingError> {
        if units.is_zero() {
            return Err(HoldingError::Nothing);
        }
        let rest = left(holder, self.of(holder), units)?;
        self.keep(holder, rest);
        self.deleted = self
            .deleted
            .checked_add(units)
            .expect("both are parts of one issue, which can be counted");
        Ok(())
    }

    fn keep(&mut self, holder: HolderId, units: Units) {
        if units.is_zero() {
            self.by_holder.remove(&holder);
        } else {
            self.by_holder.insert(holder, units);
        }
    }

    fn move_units(
        &mut self,
        from: HolderId,
        to: HolderId,
        units: Units,
    ) -> Result<(), HoldingError> {
        if units.is_zero() || from == to {
            return Err(HoldingError::Nothing);
        }
        let (rest, grown) = moved(from, (self.of(from), self.of(to)), units)?;
        self.keep(from, rest);
        self.by_holder.insert(to, grown);
        Ok(())
    }
}

/// Two holdings (of the giver and of the receiver) after units moved between them.
pub fn moved(
    from: HolderId,
    (giver, receiver): (Units, Units),
    units: Units,
) -> Result<(Units, Units), HoldingError> {
    let rest = left(from, giver, units)?;
    let grown = receiver
        .checked_add(units)
        .expect("both are parts of one issue, which can be counted");
    Ok((rest, grown))
}

/// What is left of a holding after units were taken from it.
pub fn left(holder: HolderId, held: Units, needed: Units) -> Result<Units, HoldingError> {
    held.checked_sub(needed).ok_or(HoldingError::TooFew {
        holder,
        held,
        needed,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::TransactionHash;

    fn holder(number: u128) -> HolderId {
        HolderId::from_uuid(Uuid::from_u128(number))
    }

    fn units(number: u64) -> Units {
        Units::new(number).unwrap()
    }

    fn issue(number: u64) -> Entry {
        let isin = "DE000BASF111".parse().unwrap();
        Entry::Issue {
            holder: holder(0),
            units: units(number),
            isin,
            terms_hash: [0; 32],
        }
    }

    fn delivery(from: u128, to: u128, number: u64) -> Entry {
        Entry::Delivery {
            from: holder(from),
            to: holder(to),
            units: units(number),
            investment: [0; 32],
            transaction_hash: TransactionHash::from_bytes([0; 32]),
            block: 1,
        }
    }

    #[test]
    fn units_move_from_the_issuer_to_the_investors() {
        let holdings =
            Holdings::replay(&[issue(100), delivery(0, 1, 30), delivery(1, 2, 30)]).unwrap();
        assert_eq!(
            holdings.iter().collect::<Vec<_>>(),
            [(holder(0), units(70)), (holder(2), units(30))]
        );
        assert_eq!(
            Holdings::from_parts((units(100), Units::ZERO), holdings.iter()),
            Ok(holdings)
        );
    }

    #[test]
    fn what_cannot_be_changes_nothing() {
        let mut holdings = Holdings::new();
        assert_eq!(
            holdings.apply(&delivery(0, 1, 1)),
            Err(HoldingError::NotIssued)
        );
        assert_eq!(holdings.apply(&issue(0)), Err(HoldingError::Nothing));
        holdings.apply(&issue(100)).unwrap();
        let before = holdings.clone();
        let too_few = HoldingError::TooFew {
            holder: holder(0),
            held: units(100),
            needed: units(101),
        };
        assert_eq!(holdings.apply(&issue(1)), Err(HoldingError::AlreadyIssued));
        assert_eq!(holdings.apply(&delivery(0, 1, 101)), Err(too_few));
        assert_eq!(
            holdings.apply(&delivery(0, 0, 1)),
            Err(HoldingError::Nothing)
        );
        assert_eq!(
            holdings.apply(&delivery(0, 1, 0)),
            Err(HoldingError::Nothing)
        );
        assert_eq!(holdings, before);
    }

    #[test]
    fn stored_holdings_have_to_sum_up() {
        let rows = [(holder(0), units(70)), (holder(1), units(29))];
        assert_eq!(
            Holdings::from_parts((units(100), Units::ZERO), rows),
            Err(HoldingError::Unbalanced {
                sum: 99,
                total: units(100)
            })
        );
        // That is a code of the catalogue, and the one of too small a holding is another.
        let unbalanced = Holdings::from_parts((units(100), Units::ZERO), rows).unwrap_err();
        assert_eq!(unbalanced.refusal(), Some(InstructionRefusal::TotalChanged));
        let too_few = left(holder(0), units(1), units(2)).unwrap_err();
        assert_eq!(too_few.refusal(), Some(InstructionRefusal::Insufficient));
        assert_eq!(HoldingError::Nothing.refusal(), None);
        // Unless the missing one was deleted.
        assert!(Holdings::from_parts((units(100), units(1)), rows).is_ok());
    }

    #[test]
    fn a_lost_key_moves_nothing_between_holders_and_a_reversal_moves_it_back() {
        let transaction_hash = TransactionHash::from_bytes([0; 32]);
        let (investment, details, document) = ([1; 32], [2; 32], [3; 32]);
        let again = |to: u128, number, ground| Entry::Reregistration {
            from: holder(1),
            to: holder(to),
            units: units(number),
            ground,
            investment,
            details,
            document,
            instruction: 1,
            transaction_hash,
            block: 1,
        };
        let mut holdings = Holdings::replay(&[issue(100), delivery(0, 1, 30)]).unwrap();
        let before = holdings.clone();
        let too_few = HoldingError::TooFew {
            holder: holder(1),
            held: units(30),
            needed: units(31),
        };
        for (entry, refusal) in [
            (again(2, 1, Ground::LostKey), HoldingError::SameHolder),
            (again(1, 1, Ground::Succession), HoldingError::SameHolder),
            (again(1, 0, Ground::LostKey), HoldingError::Nothing),
            (again(1, 31, Ground::LostKey), too_few),
            (again(2, 31, Ground::CourtOrder), too_few),
        ] {
            assert_eq!(holdings.apply(&entry), Err(refusal));
        }
        holdings.apply(&again(1, 30, Ground::LostKey)).unwrap();
        assert_eq!(holdings, before);
        holdings.apply(&again(2, 30, Ground::Succession)).unwrap();
        assert_eq!(holdings.of(holder(2)), units(30));
        let back = Entry::Reversal {
            from: holder(2),
            to: holder(1),
            units: units(30),
            reverses: 4,
            details,
            document,
            instruction: 3,
            transaction_hash,
            block: 2,
        };
        holdings.apply(&back).unwrap();
        assert_eq!(holdings, before);
    }

    #[test]
    fn deleted_units_leave_the_total_stock() {
        let deletion = |number| Entry::Deletion {
            holder: holder(0),
            units: units(number),
            voids: 3,
            instruction: 2,
            transaction_hash: TransactionHash::from_bytes([0; 32]),
            block: 1,
        };
        let mut holdings = Holdings::replay(&[issue(100), delivery(0, 1, 30)]).unwrap();
        assert!(holdings.apply(&deletion(71)).is_err());
        assert_eq!(holdings.apply(&deletion(0)), Err(HoldingError::Nothing));
        let back = Entry::Redemption {
            from: holder(1),
            to: holder(0),
            units: units(30),
            instruction: 1,
            transaction_hash: TransactionHash::from_bytes([0; 32]),
            block: 1,
        };
        holdings.apply(&back).unwrap();
        assert_eq!(holdings.of(holder(0)), units(100));
        holdings.apply(&deletion(30)).unwrap();
        assert_eq!(holdings.check(), Ok(()));
        assert_eq!(
            (holdings.issued(), holdings.deleted(), holdings.total()),
            (units(100), units(30), units(70))
        );
    }

    proptest! {
        #[test]
        fn the_sum_is_the_issued_volume_whatever_is_tried(
            issued in 1_u64..=i64::MAX as u64,
            moves in proptest::collection::vec((0_u128..5, 0_u128..5, 0_u64..=i64::MAX as u64, any::<bool>()), 0..50),
        ) {
            let mut holdings = Holdings::replay(&[issue(issued)]).unwrap();
            for (from, to, number, small) in moves {
                let number = if small { number % (issued / 3 + 1) } else { number };
                let _ = holdings.apply(&delivery(from, to, number));
                prop_assert_eq!(holdings.check(), Ok(()));
                prop_assert_eq!(holdings.issued(), units(issued));
            }
        }
    }
}
