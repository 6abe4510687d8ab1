//! What stands beside the journal and follows from it: the head, the holdings, and what is noted of each change of one.

use std::collections::HashMap;

use domain::{Address, Entry, HolderId, Units};
use storage::holding_changes::HoldingChange;
use storage::register::{Head, HoldingRecord};

use super::{Beside, Checked, Replay, differs, same};

impl Replay {
    /// What is noted of an entry is what those whom it concerns have after it.
    pub(super) fn check_changes(
        &mut self,
        sequence: u64,
        entry: &Entry,
        beside: &Beside,
    ) -> Checked {
        let Some(movement) = entry.movement().filter(|_| self.is_noted) else {
            return Ok(());
        };
        let mut change = |holder| HoldingChange {
            holder,
            sequence,
            units: self.holdings.of(holder),
            is_first: self.holders.note(holder),
        };
        // By holder, as they are stored.
        let expected = match (movement.from, movement.to) {
            (Some(from), Some(to)) => vec![change(from.min(to)), change(from.max(to))],
            (one, other) => one.or(other).map(change).into_iter().collect(),
        };
        self.changes += expected.len() as u64;
        same(&beside.changes(sequence), &expected.as_slice(), || {
            "what is noted of the holdings after it does not follow from the entries".to_owned()
        })
    }

    pub(super) fn check_head(&self, head: Option<&Head>) -> Checked {
        let Some(head) = head else {
            return if self.frontier.size() == 0 {
                Ok(())
            } else {
                differs("the register has entries but no head")
            };
        };
        let wrong = |what: &str| format!("the head's {what} does not follow from the entries");
        same(&head.sequence, &self.frontier.size(), || wrong("sequence"))?;
        same(&head.root_hash, &self.frontier.root(), || {
            wrong("root hash")
        })?;
        same(&head.frontier, &self.frontier.to_bytes(), || {
            wrong("frontier")
        })?;
        same(&head.issued, &self.holdings.issued(), || {
            wrong("issue volume")
        })?;
        same(&head.deleted, &self.holdings.deleted(), || {
            wrong("number of deleted units")
        })?;
        same(&head.held, &self.holdings.total(), || {
            wrong("sum of holdings")
        })?;
        same(&Some(head.issuer_holder), &self.issuer, || wrong("issuer"))
    }

    pub(super) fn check_projection(&self, stored: &[HoldingRecord]) -> Checked {
        self.holdings
            .check()
            .or_else(|error| differs(error.to_string()))?;
        let mut stored: HashMap<(HolderId, Address), u64> = stored
            .iter()
            .map(|holding| ((holding.holder, holding.wallet), holding.units.get()))
            .collect();
        let mut replayed: Vec<_> = self.by_wallet.iter().collect();
        // The first difference is the same whenever it is looked for.
        replayed.sort_unstable();
        for ((holder, wallet), units) in replayed {
            let held = stored.remove(&(*holder, *wallet)).unwrap_or_default();
            same(&held, units, || {
                format!("holder {holder} has {held} units in {wallet}, by the entries {units}")
            })?;
        }
        let stray = stored.into_iter().filter(|(_, units)| *units > 0).min();
        match stray {
            Some(((holder, wallet), units)) => differs(format!(
                "holder {holder} has {units} units in {wallet}, by the entries {}",
                Units::ZERO
            )),
            None => Ok(()),
        }
    }
}
