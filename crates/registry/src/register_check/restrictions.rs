//! What entries about restrictions have to agree with: the instruction, the holder, the sealed details, and what is stored beside them.

use database::Tx;
use domain::restriction::commitment;
use domain::{Entry, HolderId, ProductId};
use storage::restrictions::{self, ReleaseRecord};

use super::{Beside, Checked, Finding, Replay, differs, same};
use crate::Registry;

/// A release with the entry that had made what it ends, and the place of its instruction.
pub(super) type Released = (ReleaseRecord, Option<u64>, u64);

impl Beside {
    /// What is stored beside the entries of a stretch.
    pub(super) fn read_restrictions(
        &mut self,
        tx: &mut Tx,
        product: ProductId,
        (after, up_to): (u64, u64),
    ) -> Checked {
        for record in restrictions::between(tx, product, after, up_to)? {
            self.restrictions
                .extend(record.entry.map(|entry| (entry, record)));
        }
        for released in restrictions::releases_between(tx, product, after, up_to)? {
            self.releases
                .extend(released.0.entry.map(|entry| (entry, released)));
        }
        Ok(())
    }

    /// What is sealed is what the entries commit to, unless it was erased.
    pub(super) fn check_details(&self, registry: &Registry, tx: &mut Tx) -> Checked {
        for (entry, record) in &self.restrictions {
            let opened = crate::restrictions::opened(registry, tx, record);
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
    pub(super) fn replay_restriction(
        &mut self,
        sequence: u64,
        entry: &Entry,
        beside: &Beside,
    ) -> Checked {
        let Some(record) = beside.restrictions.get(&sequence) else {
            return differs("its restriction is missing");
        };
        let Entry::Restriction {
            holder,
            transaction_hash,
            block,
            ..
        } = *entry
        else {
            return Ok(());
        };
        let expected = Entry::Restriction {
            holder: record.holder,
            right: record.kind,
            beneficiary: record.beneficiary,
            extent: record.extent,
            details: record.details_hash,
            document: record.document_hash,
            instruction: record.order.instruction.sequence,
            transaction_hash,
            block,
        };
        same(entry, &expected, || {
            "what is stored of its restriction is something else".to_owned()
        })?;
        same(
            &self.holders.investor(holder),
            &Some(Some(record.order.investor)),
            || "its holder is another investor".to_owned(),
        )?;
        self.restricting.0 += 1;
        self.check_told((sequence, holder), beside)
    }

    pub(super) fn replay_release(
        &mut self,
        sequence: u64,
        entry: &Entry,
        beside: &Beside,
    ) -> Checked {
        let Some((record, made_by, instruction)) = beside.releases.get(&sequence) else {
            return differs("its release is missing");
        };
        let Entry::Release {
            holder,
            releases,
            transaction_hash,
            block,
            ..
        } = *entry
        else {
            return Ok(());
        };
        let expected = Entry::Release {
            holder,
            releases: made_by.unwrap_or_default(),
            extent: record.extent,
            document: record.document_hash,
            instruction: *instruction,
            transaction_hash,
            block,
        };
        same(entry, &expected, || {
            format!("what is stored of the release of entry {releases} is something else")
        })?;
        self.restricting.1 += 1;
        self.check_told((sequence, holder), beside)
    }

    /// What is stored as standing is what the entries leave.
    pub(super) fn check_restrictions(&self, tx: &mut Tx) -> Checked {
        let stored = restrictions::entered(tx, self.id, None)?;
        let stored: Vec<_> = stored
            .iter()
            .filter_map(|record| {
                let entered = record.entered()?;
                Some((entered.entry, record.holder, entered.kind, entered.extent))
            })
            .collect();
        let replayed: Vec<_> = self.restrictions.iter().collect();
        same(&stored, &replayed, || {
            "the restrictions do not follow from the entries".to_owned()
        })?;
        same(
            &restrictions::counts(tx, self.id)?,
            &self.restricting,
            || "there are restrictions or releases without an entry".to_owned(),
        )
    }

    /// The holder's statements of the entry say what it has then.
    pub(super) fn check_told(
        &mut self,
        (sequence, holder): (u64, HolderId),
        beside: &Beside,
    ) -> Checked {
        for check in beside.statements(sequence) {
            let facts = (check.units, Some(check.kept));
            same(&facts, &(self.holdings.of(holder), check.place), || {
                "its statement says something else".to_owned()
            })?;
            self.statements += 1;
        }
        Ok(())
    }
}
