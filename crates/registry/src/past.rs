//! What a register said after one of its entries.

use std::collections::HashSet;

use database::Tx;
use domain::register::HoldingError;
use domain::{Entry, HolderId, Holdings, ProductId};
use storage::holding_changes::{self, Held};
use storage::register_entries;

use crate::journal::Mismatch;
use crate::{Error, Result};

/// Entries, or holders, that are read at once.
const PAGE: u32 = 1_000;

/// Who held what after an entry, in the order in which they came into the register.
pub(crate) fn holdings(tx: &mut Tx, product: ProductId, sequence: u64) -> Result<Vec<Held>> {
    let mut all: Vec<Held> = Vec::new();
    loop {
        let since = all.last().map_or(0, |held| held.since);
        let page = some(tx, product, sequence, (since, PAGE))?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// The same for so many holders at most that came after an entry.
pub(crate) fn some(
    tx: &mut Tx,
    product: ProductId,
    sequence: u64,
    (since, limit): (u64, u32),
) -> Result<Vec<Held>> {
    if holding_changes::exist(tx, product)? {
        return Ok(holding_changes::as_of(
            tx,
            product,
            sequence,
            (since, limit),
        )?);
    }
    let held = replayed(tx, product, sequence)?.into_iter();
    let held = held.filter(|held| held.since > since && !held.units.is_zero());
    Ok(held.take(limit as usize).collect())
}

/// What one holder had after an entry; nothing if it had not come yet.
pub(crate) fn of_holder(
    tx: &mut Tx,
    product: ProductId,
    holder: HolderId,
    sequence: u64,
) -> Result<Option<Held>> {
    if holding_changes::exist(tx, product)? {
        return Ok(holding_changes::of_holder(tx, product, holder, sequence)?);
    }
    let mut held = replayed(tx, product, sequence)?.into_iter();
    Ok(held.find(|held| held.holder == holder))
}

/// Notes what an entry changed, right after it was made.
pub(crate) fn note(tx: &mut Tx, product: ProductId, sequence: u64, entry: &Entry) -> Result<()> {
    let Some(movement) = entry.movement() else {
        return Ok(());
    };
    let units = movement.units.as_i64();
    if let Some(from) = movement.from {
        holding_changes::insert(tx, product, (from, sequence), -units)?;
    }
    if let Some(to) = movement.to {
        holding_changes::insert(tx, product, (to, sequence), units)?;
    }
    Ok(())
}

/// Notes what all entries changed, of a register that is older than such notes.
pub(crate) fn note_all(tx: &mut Tx, product: ProductId) -> Result<()> {
    let mut after = 0;
    while let Some(page) = page(tx, product, after)? {
        for (sequence, entry) in page {
            note(tx, product, sequence, &entry)?;
            after = sequence;
        }
    }
    Ok(())
}

/// What everybody who had come had after an entry, from the entries alone.
fn replayed(tx: &mut Tx, product: ProductId, sequence: u64) -> Result<Vec<Held>> {
    let refused = |error: HoldingError| Error::fault(Mismatch::Holdings(product, error));
    let (mut holdings, mut after) = (Holdings::new(), 0);
    let (mut came, mut known) = (Vec::new(), HashSet::new());
    while after < sequence
        && let Some(page) = page(tx, product, after)?
    {
        for (place, entry) in page.into_iter().filter(|(place, _)| *place <= sequence) {
            holdings.apply(&entry).map_err(refused)?;
            let holder = entry.movement().and_then(|movement| movement.to);
            if let Some(holder) = holder.filter(|holder| known.insert(*holder)) {
                came.push((holder, place));
            }
            after = place;
        }
    }
    let held = came.into_iter().map(|(holder, since)| Held {
        holder,
        since,
        units: holdings.of(holder),
    });
    Ok(held.collect())
}

/// The next entries after one; none at the end.
fn page(tx: &mut Tx, product: ProductId, after: u64) -> Result<Option<Vec<(u64, Entry)>>> {
    let damaged = |_| Error::fault(Mismatch::Register(product, "an entry is damaged"));
    let records = register_entries::after(tx, product, after, PAGE)?;
    let entries = records.iter().map(|record| {
        let entry = Entry::from_canonical_bytes(&record.content).map_err(damaged)?;
        Ok((record.sequence, entry))
    });
    let entries: Vec<_> = entries.collect::<Result<_>>()?;
    Ok((!entries.is_empty()).then_some(entries))
}
