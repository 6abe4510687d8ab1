//! What entries about the type of entry have to agree with: what was instructed, and who is said to be entered how.

use database::Tx;
use domain::{Entry, HolderId, ProductId};
use storage::conversions;

use super::{Beside, Checked, Replay, differs, same};

impl Beside {
    /// Those of a stretch of entries.
    pub(super) fn read_conversions(
        &mut self,
        tx: &mut Tx,
        product: ProductId,
        (after, up_to): (u64, u64),
    ) -> Checked {
        for record in conversions::between(tx, product, after, up_to)? {
            self.conversions
                .extend(record.entry.map(|entry| (entry, record)));
        }
        Ok(())
    }
}

impl Replay {
    pub(super) fn replay_conversion(
        &mut self,
        sequence: u64,
        entry: &Entry,
        beside: &Beside,
    ) -> Checked {
        let Some(record) = beside.conversions.get(&sequence) else {
            return differs("its conversion is missing");
        };
        let Entry::Conversion {
            holder,
            transaction_hash,
            block,
            ..
        } = *entry
        else {
            return Ok(());
        };
        let expected = Entry::Conversion {
            holder: record.holder,
            entry_type: record.entry_type,
            document: record.document_hash,
            instruction: record.order.instruction.sequence,
            transaction_hash,
            block,
        };
        same(entry, &expected, || {
            "what is stored of its conversion is something else".to_owned()
        })?;
        same(
            &self.holders.investor(holder),
            &Some(Some(record.order.investor)),
            || "its holder is another investor".to_owned(),
        )?;
        // § 8(1) eWpG: nobody is entered for others without a licence to keep securities for them.
        same(
            &record.custodian.is_some(),
            &(record.entry_type == domain::EntryType::Collective),
            || "its holder's licence is missing, or there for nothing".to_owned(),
        )?;
        self.converted += 1;
        self.check_told((sequence, holder), beside)
    }

    /// Who is stored as entered for others is so by the entries.
    pub(super) fn check_entry_types(&self, tx: &mut Tx) -> Checked {
        let replayed: Vec<HolderId> = self.entry_types.collective().collect();
        same(
            &conversions::collective(tx, self.id, None)?,
            &replayed,
            || "the types of entry do not follow from the entries".to_owned(),
        )?;
        let entered = conversions::count_entered(tx, self.id)?;
        same(&entered, &self.converted, || {
            "there are conversions without an entry".to_owned()
        })
    }
}
