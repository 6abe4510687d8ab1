//! What restricts which holder, replayed from the entries: each is named by the entry that made it, and ends with its release.

use std::collections::BTreeMap;

use super::Entry;
use crate::HolderId;
use crate::restriction::{Extent, RestrictionKind};

/// Why an entry about a restriction cannot follow on those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RestrictionError {
    /// Nothing is restricted.
    #[error("a restriction covers at least one unit")]
    Nothing,
    /// There is none, or it has ended.
    #[error("entry {0} made no restriction that is still there")]
    Unknown(u64),
    /// Another holder's.
    #[error("the restriction of entry {0} is another holder's")]
    OtherHolder(u64),
    /// More than there is.
    #[error("the restriction of entry {0} does not cover what is released")]
    TooMany(u64),
}

/// The restrictions of one product that have not ended, by the entry that made each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Restrictions {
    by_entry: BTreeMap<u64, (HolderId, RestrictionKind, Extent)>,
}

impl Restrictions {
    /// Applies the entry at this place; after a refusal nothing has changed.
    pub fn apply(&mut self, sequence: u64, entry: &Entry) -> Result<(), RestrictionError> {
        match *entry {
            Entry::Restriction {
                holder,
                right,
                extent,
                ..
            } => {
                if extent.units().is_some_and(crate::Units::is_zero) {
                    return Err(RestrictionError::Nothing);
                }
                self.by_entry.insert(sequence, (holder, right, extent));
            }
            Entry::Release {
                holder,
                releases,
                extent,
                ..
            } => self.release(holder, releases, extent)?,
            _ => {}
        }
        Ok(())
    }

    /// Each with its holder, kind, and how much it covers now.
    pub fn iter(&self) -> impl Iterator<Item = (u64, HolderId, RestrictionKind, Extent)> + '_ {
        let each = self.by_entry.iter();
        each.map(|(entry, (holder, kind, extent))| (*entry, *holder, *kind, *extent))
    }

    fn release(
        &mut self,
        holder: HolderId,
        entry: u64,
        released: Extent,
    ) -> Result<(), RestrictionError> {
        let unknown = RestrictionError::Unknown(entry);
        let (owner, kind, extent) = *self.by_entry.get(&entry).ok_or(unknown)?;
        if owner != holder {
            return Err(RestrictionError::OtherHolder(entry));
        }
        let left = extent
            .without(released)
            .ok_or(RestrictionError::TooMany(entry))?;
        match left {
            Some(left) => self.by_entry.insert(entry, (owner, kind, left)),
            None => self.by_entry.remove(&entry),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use uuid::Uuid;

    use super::*;
    use crate::{BeneficiaryId, TransactionHash, Units};

    fn holder(number: u128) -> HolderId {
        HolderId::from_uuid(Uuid::from_u128(number))
    }

    fn pledge(extent: Extent) -> Entry {
        Entry::Restriction {
            holder: holder(1),
            right: RestrictionKind::Pledge,
            beneficiary: BeneficiaryId::from_uuid(Uuid::from_u128(9)),
            extent,
            details: [1; 32],
            document: [2; 32],
            instruction: 1,
            transaction_hash: TransactionHash::from_bytes([3; 32]),
            block: 5,
        }
    }

    fn release(number: u128, releases: u64, extent: Extent) -> Entry {
        Entry::Release {
            holder: holder(number),
            releases,
            extent,
            document: [2; 32],
            instruction: 2,
            transaction_hash: TransactionHash::from_bytes([3; 32]),
            block: 6,
        }
    }

    fn units(number: u64) -> Extent {
        Extent::Units(Units::new(number).unwrap())
    }

    #[test]
    fn what_was_entered_ends_with_its_release_and_only_once() {
        let mut register = Restrictions::default();
        assert_eq!(
            register.apply(2, &pledge(units(0))),
            Err(RestrictionError::Nothing)
        );
        register.apply(2, &pledge(units(4))).unwrap();
        for (entry, refusal) in [
            (release(1, 3, Extent::All), RestrictionError::Unknown(3)),
            (release(2, 2, Extent::All), RestrictionError::OtherHolder(2)),
            (release(1, 2, units(5)), RestrictionError::TooMany(2)),
            (release(1, 2, units(0)), RestrictionError::TooMany(2)),
        ] {
            assert_eq!(register.apply(3, &entry), Err(refusal));
        }
        register.apply(3, &release(1, 2, units(1))).unwrap();
        let left: Vec<_> = register.iter().collect();
        assert_eq!(left, [(2, holder(1), RestrictionKind::Pledge, units(3))]);
        register.apply(4, &release(1, 2, Extent::All)).unwrap();
        assert_eq!(register.iter().count(), 0);
        let again = register.apply(5, &release(1, 2, Extent::All));
        assert_eq!(again, Err(RestrictionError::Unknown(2)));
    }
}
