//! What entries without the holder's signature have to agree with: what they rest on, the instruction, and the entry that is reversed.

use database::Tx;
use domain::reregistration::commitment;
use domain::{Entry, HolderId, ProductId, Units};
use storage::reregistrations;
use storage::{register_entries, transfer_checks};

use super::{Beside, Checked, Finding, Replay, differs, same};
use crate::Registry;
use crate::reregistration_steps::reversible;

impl Beside {
    /// What is stored beside the entries of a stretch.
    pub(super) fn read_reregistrations(
        &mut self,
        tx: &mut Tx,
        product: ProductId,
        (after, up_to): (u64, u64),
    ) -> Checked {
        for record in reregistrations::between(tx, product, after, up_to)? {
            if let Some(reverses) = record.reverses
                && let Some(kept) = register_entries::find(tx, product, reverses)?
                && let Ok(entry) = Entry::from_canonical_bytes(&kept.content)
            {
                self.reversed.insert(reverses, entry);
            }
            self.reregistrations
                .extend(record.entry.map(|entry| (entry, record)));
        }
        for returned in transfer_checks::returned(tx, product, after, up_to)? {
            let of_entry = self.returned.entry(returned.entry);
            of_entry.or_default().push(returned);
        }
        Ok(())
    }

    /// What is sealed is what the entries commit to, unless it was erased.
    pub(super) fn check_grounds(&self, registry: &Registry, tx: &mut Tx) -> Checked {
        for (entry, record) in &self.reregistrations {
            let opened = crate::reregistrations::opened(registry, tx, record);
            let known = match opened.map_err(Finding::Fault) {
                Ok(Some((plain, _))) => commitment(&record.salt, &plain),
                Ok(None) => continue,
                Err(_) => return differs(format!("entry {entry}: its details cannot be opened")),
            };
            same(&record.details_hash, &known, || {
                format!("entry {entry}: its details are not what it commits to")
            })?;
        }
        Ok(())
    }
}

impl Replay {
    pub(super) fn replay_reregistration(
        &mut self,
        sequence: u64,
        entry: &Entry,
        beside: &Beside,
    ) -> Checked {
        let Entry::Reregistration {
            from,
            to,
            units,
            ground,
            investment,
            details,
            document,
            instruction,
            ..
        } = *entry
        else {
            return Ok(());
        };
        let record = beside.reregistrations.get(&sequence);
        let stored = record.map(|one| (one.ground, one.details_hash, one.document_hash));
        same(&stored, &Some((ground, details, document)), || {
            "what is stored of its re-registration is something else".to_owned()
        })?;
        self.reregistered += 1;
        let mut concerned = self.give((sequence, from), (units, instruction), beside)?;
        let tie = self.receive((sequence, to), (units, &investment), beside)?;
        concerned.push((tie.investment, to));
        self.check_statements(sequence, &concerned, beside)
    }

    pub(super) fn replay_reversal(
        &mut self,
        sequence: u64,
        entry: &Entry,
        beside: &Beside,
    ) -> Checked {
        let Entry::Reversal {
            from,
            to,
            units,
            reverses,
            details,
            document,
            instruction,
            ..
        } = *entry
        else {
            return Ok(());
        };
        let record = beside.reregistrations.get(&sequence);
        let stored = record.map(|one| (one.reverses, one.details_hash, one.document_hash));
        same(&stored, &Some((Some(reverses), details, document)), || {
            "what is stored of its reversal is something else".to_owned()
        })?;
        let wrong = beside
            .reversed
            .get(&reverses)
            .filter(|_| reverses < sequence);
        same(&wrong.and_then(swapped), &Some((from, to, units)), || {
            format!("it does not put back what entry {reverses} has moved")
        })?;
        if !self.reversed.insert(reverses) {
            return differs(format!("entry {reverses} was reversed before"));
        }
        self.reregistered += 1;
        let mut concerned = self.give((sequence, from), (units, instruction), beside)?;
        for returned in beside.returned.get(&sequence).into_iter().flatten() {
            concerned.extend(returned.investment.map(|investment| (investment, to)));
        }
        let target = beside
            .returned
            .get(&sequence)
            .and_then(|all| all.first())
            .map(|one| one.target);
        let Some(target) = target else {
            return differs("its instruction is missing");
        };
        *self.by_wallet.entry((to, target)).or_default() += units.get();
        self.check_statements(sequence, &concerned, beside)
    }

    pub(super) fn check_reregistrations(&self, tx: &mut Tx) -> Checked {
        let entered = reregistrations::count_entered(tx, self.id)?;
        same(&entered, &self.reregistered, || {
            "there are re-registrations without an entry".to_owned()
        })
    }
}

/// What puts back what an entry has moved, if that can be.
fn swapped(entry: &Entry) -> Option<(HolderId, HolderId, Units)> {
    reversible(entry)?;
    let movement = entry.movement()?;
    Some((movement.to?, movement.from?, movement.units))
}
