//! The journal of a register while entries are appended, and what must not happen on the way.

use database::Tx;
use domain::register::{Digest, Frontier, holdings};
use domain::{BatchId, Entry, HolderId, InstructionId, ProductId, Timestamp, Units};
use storage::holding_changes;
use storage::register::{self, Head, HoldingRecord};
use storage::register_entries::{self, EntryRecord};
use storage::register_subtrees;

use crate::{Error, Result, past, register_log};

/// Something that must not happen between the network and the register.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Mismatch {
    #[error("batch {0} took effect, but it was refused here")]
    Refused(BatchId),
    #[error("the register of product {0} cannot be continued: {1}")]
    Register(ProductId, &'static str),
    #[error("the register of product {0} refuses the entry{code}: {1}", code = code_of(.1))]
    Holdings(ProductId, holdings::HoldingError),
    #[error("instruction {0} has taken effect on the network, but here it cannot: {1}")]
    Instruction(InstructionId, &'static str),
}

/// The code of the public catalogue that a refused entry has.
fn code_of(error: &holdings::HoldingError) -> String {
    let code = error.refusal().map(|refusal| refusal.as_str());
    code.map(|code| format!(" ({code})")).unwrap_or_default()
}

/// A register to which entries are appended.
pub(crate) struct Journal {
    pub(crate) head: Head,
    frontier: Frontier,
}

impl Journal {
    /// A register without entries.
    pub(crate) fn empty(
        product: ProductId,
        issuer_holder: HolderId,
        issued: Units,
        now: Timestamp,
    ) -> Self {
        let frontier = Frontier::new();
        let head = Head {
            product,
            issuer_holder,
            sequence: 0,
            root_hash: frontier.root(),
            frontier: frontier.to_bytes(),
            issued,
            deleted: Units::ZERO,
            held: Units::ZERO,
            updated_at: now,
        };
        Self { head, frontier }
    }

    /// The register of a product; nobody else appends to it before the transaction ends.
    pub(crate) fn lock(tx: &mut Tx, product: ProductId, now: Timestamp) -> Result<Self> {
        let broken = |what| Error::fault(Mismatch::Register(product, what));
        let mut head = register::lock_head(tx, product)?.ok_or(broken("nothing is issued"))?;
        let frontier = Frontier::from_bytes(head.sequence, &head.frontier)
            .ok_or(broken("its frontier is damaged"))?;
        if frontier.root() != head.root_hash {
            return Err(broken("its frontier does not have its root hash"));
        }
        head.updated_at = now;
        if head.sequence > 0 && !holding_changes::exist(tx, product)? {
            past::note_all(tx, product)?;
        }
        Ok(Self { head, frontier })
    }

    /// Appends an entry; its place.
    pub(crate) fn append(&mut self, tx: &mut Tx, entry: &Entry) -> Result<u64> {
        self.append_all(tx, std::slice::from_ref(entry))?;
        past::note(tx, self.head.product, self.head.sequence, entry)?;
        Ok(self.head.sequence)
    }

    /// Appends entries in their order. What they change for each holder is the caller's to note.
    pub(crate) fn append_all(&mut self, tx: &mut Tx, entries: &[Entry]) -> Result<()> {
        let (mut records, mut kept) = (Vec::with_capacity(entries.len()), Vec::new());
        for entry in entries {
            let leaf_hash: Digest = entry.leaf_hash();
            self.head.root_hash = self.frontier.append_and_tell(leaf_hash, |subtree, hash| {
                if let Some(level) = register_log::kept_level(subtree) {
                    kept.push((level, subtree.index, hash));
                }
            });
            self.head.sequence = self.frontier.size();
            records.push(EntryRecord {
                sequence: self.head.sequence,
                kind: entry.kind().to_owned(),
                content: entry.canonical_bytes(),
                leaf_hash,
                root_hash: self.head.root_hash,
                created_at: self.head.updated_at,
            });
        }
        self.head.frontier = self.frontier.to_bytes();
        register_entries::insert_all(tx, self.head.product, &records)?;
        for (level, place, hash) in kept {
            register_subtrees::insert(tx, self.head.product, (level, place), &hash)?;
        }
        Ok(())
    }

    /// The first holding of the register, or one that was carried here.
    pub(crate) fn insert_holding(&mut self, tx: &mut Tx, holding: &HoldingRecord) -> Result<()> {
        register::insert_holding(tx, self.head.product, holding)?;
        self.holds_more(holding.units)
    }

    /// Adds units to a holding.
    pub(crate) fn credit(&mut self, tx: &mut Tx, holding: &HoldingRecord) -> Result<()> {
        self.credit_all(tx, std::slice::from_ref(holding))
    }

    /// Adds units to holdings, none of which is named twice.
    pub(crate) fn credit_all(&mut self, tx: &mut Tx, holdings: &[HoldingRecord]) -> Result<()> {
        register::credit_all(tx, self.head.product, holdings)?;
        holdings
            .iter()
            .try_for_each(|holding| self.holds_more(holding.units))
    }

    /// Takes units from a holding, which has as many.
    pub(crate) fn debit(&mut self, tx: &mut Tx, holding: &HoldingRecord) -> Result<()> {
        register::debit(tx, self.head.product, holding)?;
        let held = self.head.held.checked_sub(holding.units);
        self.head.held = held.ok_or_else(|| self.overflow())?;
        Ok(())
    }

    fn holds_more(&mut self, units: Units) -> Result<()> {
        let held = self.head.held.checked_add(units);
        self.head.held = held.ok_or_else(|| self.overflow())?;
        Ok(())
    }

    fn overflow(&self) -> Error {
        let what = "its holdings cannot be counted";
        Error::fault(Mismatch::Register(self.head.product, what))
    }

    /// Keeps the head behind the entries that were appended since.
    ///
    /// The sum of the holdings is the issue volume, less what was deleted, after every entry (§ 7(3) eWpG). It is kept with each holding that changes;
    /// `register verify` adds them up.
    pub(crate) fn keep(&self, tx: &mut Tx, before: u64) -> Result<()> {
        let head = &self.head;
        let total = head.issued.checked_sub(head.deleted).unwrap_or_default();
        if head.held != total {
            let sum = u128::from(head.held.get());
            let unbalanced = holdings::HoldingError::Unbalanced { sum, total };
            return Err(Error::fault(Mismatch::Holdings(head.product, unbalanced)));
        }
        match before {
            0 => register::insert_head(tx, head)?,
            _ => register::update_head(tx, before, head)?,
        }
        Ok(())
    }
}
