//! Who is entered how, as the entries say it (§ 8 eWpG): single, unless a conversion has made it collective.

use std::collections::BTreeSet;

use super::Entry;
use crate::{EntryType, HolderId};

/// The conversion changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what holder {0} has is entered that way already")]
pub struct EntryTypeError(pub HolderId);

/// The holders of one product that are entered collectively.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryTypes {
    collective: BTreeSet<HolderId>,
}

impl EntryTypes {
    /// Applies the next entry; after a refusal nothing has changed.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), EntryTypeError> {
        let Entry::Conversion {
            holder, entry_type, ..
        } = *entry
        else {
            return Ok(());
        };
        let has_changed = match entry_type {
            EntryType::Collective => self.collective.insert(holder),
            EntryType::Single => self.collective.remove(&holder),
        };
        has_changed.then_some(()).ok_or(EntryTypeError(holder))
    }

    /// Each of them.
    pub fn collective(&self) -> impl Iterator<Item = HolderId> + '_ {
        self.collective.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::TransactionHash;

    #[test]
    fn a_conversion_changes_the_type_and_never_says_it_twice() {
        let holder = HolderId::from_uuid(Uuid::from_u128(1));
        let to = |entry_type| Entry::Conversion {
            holder,
            entry_type,
            document: [1; 32],
            instruction: 1,
            transaction_hash: TransactionHash::from_bytes([1; 32]),
            block: 1,
        };
        let mut types = EntryTypes::default();
        let refused = Err(EntryTypeError(holder));
        assert_eq!(types.apply(&to(EntryType::Single)), refused);
        assert_eq!(types.apply(&to(EntryType::Collective)), Ok(()));
        assert_eq!(types.apply(&to(EntryType::Collective)), refused);
        assert_eq!(types.collective().collect::<Vec<_>>(), [holder]);
        assert_eq!(types.apply(&to(EntryType::Single)), Ok(()));
        assert_eq!(types.collective().count(), 0);
    }
}
