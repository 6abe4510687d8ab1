//! A stretch of entries with what is stored beside them, read at once.

use std::collections::HashMap;

use database::Tx;
use domain::{Entry, ProductId};
use storage::conversions::ConversionRecord;
use storage::holding_changes::{self, HoldingChange};
use storage::redemption_checks::{self, Deletion};
use storage::register_entries::{self, CommitmentRecord, EntryRecord};
use storage::reregistrations::ReregistrationRecord;
use storage::restrictions::RestrictionRecord;
use storage::statements::{self, StatementCheck};
use storage::transfer_checks::{self, Movement, Returned};

use super::Checked;
use super::restrictions::Released;
use crate::Registry;

/// Entries that are read at once.
pub(super) const PAGE: u32 = 1_000;

/// Entries that follow on each other.
pub(super) struct Stretch {
    pub(super) entries: Vec<EntryRecord>,
    pub(super) beside: Beside,
}

/// What is stored beside one stretch of entries; lists are in the order of the entries.
#[derive(Default)]
pub(super) struct Beside {
    commitments: Vec<CommitmentRecord>,
    /// Of each entry, those of the investments that gave units before that of the one that received.
    statements: Vec<StatementCheck>,
    /// Of each entry of a transfer or redemption, what left which investment.
    movements: Vec<Movement>,
    /// Of each entry, what those whom it concerns have after it.
    changes: Vec<HoldingChange>,
    /// Of each deletion's entry, what was instructed.
    pub(super) deletions: HashMap<u64, Deletion>,
    /// Of each entry that made a restriction or released one, what was instructed.
    pub(super) restrictions: HashMap<u64, RestrictionRecord>,
    pub(super) releases: HashMap<u64, Released>,
    /// Of each entry without the holder's signature, what it rests on; the entries that were reversed, and what went back where.
    pub(super) reregistrations: HashMap<u64, ReregistrationRecord>,
    pub(super) reversed: HashMap<u64, Entry>,
    pub(super) returned: HashMap<u64, Vec<Returned>>,
    /// Of each entry that changed how a holder is entered, what was instructed.
    pub(super) conversions: HashMap<u64, ConversionRecord>,
}

impl Stretch {
    /// What follows on an entry; none at the end.
    pub(super) fn read(
        registry: &Registry,
        tx: &mut Tx,
        (product, after): (ProductId, u64),
    ) -> Checked<Option<Self>> {
        let entries = register_entries::after(tx, product, after, PAGE)?;
        let Some(last) = entries.last() else {
            return Ok(None);
        };
        let range = (after, last.sequence);
        let mut beside = Beside {
            changes: holding_changes::between(tx, product, range.0, range.1)?,
            commitments: register_entries::commitments(tx, product, range.0, range.1)?,
            statements: statements::to_check(tx, product, range.0, range.1)?,
            ..Beside::default()
        };
        // Most entries are of few kinds, and what no entry asks for is not looked for. What stands beside an entry of another kind is counted in the end.
        let has = |kinds: &[&str]| {
            let mut all = entries.iter();
            all.any(|entry| kinds.contains(&entry.kind.as_str()))
        };
        if has(&["transfer", "redemption", "reregistration", "reversal"]) {
            beside.movements = transfer_checks::movements(tx, product, range.0, range.1)?;
            let redeemed = redemption_checks::movements(tx, product, range.0, range.1)?;
            beside.movements.extend(redeemed);
            beside.movements.sort_by_key(|movement| movement.entry);
        }
        if has(&["deletion"]) {
            beside.deletions = redemption_checks::deletions(tx, product, range.0, range.1)?
                .into_iter()
                .map(|deletion| (deletion.entry, deletion))
                .collect();
        }
        if has(&["restriction", "release"]) {
            beside.read_restrictions(tx, product, range)?;
            beside.check_details(registry, tx)?;
        }
        if has(&["conversion"]) {
            beside.read_conversions(tx, product, range)?;
        }
        if has(&["reregistration", "reversal"]) {
            beside.read_reregistrations(tx, product, range)?;
            beside.check_grounds(registry, tx)?;
        }
        Ok(Some(Self { entries, beside }))
    }

    /// The last entry's place.
    pub(super) fn last(&self) -> u64 {
        self.entries.last().map_or(0, |entry| entry.sequence)
    }
}

impl Beside {
    pub(super) fn commitment(&self, sequence: u64) -> Option<&CommitmentRecord> {
        of_entry(&self.commitments, sequence, |one| one.sequence).first()
    }

    pub(super) fn statements(&self, sequence: u64) -> &[StatementCheck] {
        of_entry(&self.statements, sequence, |one| one.sequence)
    }

    pub(super) fn movements(&self, sequence: u64) -> &[Movement] {
        of_entry(&self.movements, sequence, |one| one.entry)
    }

    pub(super) fn changes(&self, sequence: u64) -> &[HoldingChange] {
        of_entry(&self.changes, sequence, |one| one.sequence)
    }
}

/// Those of one entry, of what is in the order of the entries.
fn of_entry<T>(all: &[T], sequence: u64, entry: impl Fn(&T) -> u64) -> &[T] {
    let start = all.partition_point(|one| entry(one) < sequence);
    let (_, rest) = all.split_at(start);
    let count = rest.partition_point(|one| entry(one) == sequence);
    rest.split_at(count).0
}

#[cfg(test)]
mod tests {
    use super::of_entry;

    #[test]
    fn what_stands_beside_an_entry_is_found_wherever_it_lies() {
        let all = [(1, 'a'), (3, 'b'), (3, 'c'), (4, 'd')];
        let of = |sequence| of_entry(&all, sequence, |one| one.0);
        assert_eq!(of(0), []);
        assert_eq!(of(1), [(1, 'a')]);
        assert_eq!(of(2), []);
        assert_eq!(of(3), [(3, 'b'), (3, 'c')]);
        assert_eq!(of(4), [(4, 'd')]);
        assert_eq!(of(5), []);
    }
}
