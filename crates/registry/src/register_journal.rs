//! The journal of a register, entry by entry, for the registrar and its supervisor.

use domain::ProductId;
use storage::{Scope, register_entries};
use wire::FieldCode;
use wire::network::{Journal, JournalEntry};

use crate::{Caller, Error, Registry, Result, Right};

/// The entries after one, in their order.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is no such product; a field error if there is no such entry.
pub async fn after(
    registry: &Registry,
    caller: &Caller,
    product: ProductId,
    (sequence, limit): (u64, u32),
) -> Result<Journal> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| {
            let found = storage::products::find(tx, &Scope::ALL, product)?;
            found.ok_or(Error::NotFound("product"))?;
            let head = storage::register::head(tx, product)?;
            let last = head.map_or(0, |head| head.sequence);
            if sequence > last {
                let text = format!("the last entry is {last}");
                return Err(Error::Field("after", FieldCode::OutOfRange, text));
            }
            // One more than asked for tells whether there is more.
            let one_more = limit.saturating_add(1);
            let mut entries = register_entries::after(tx, product, sequence, one_more)?;
            let has_more = entries.len() > limit as usize;
            entries.truncate(limit as usize);
            let shown = entries.into_iter().map(|entry| JournalEntry {
                sequence: entry.sequence,
                kind: entry.kind,
                content: String::from_utf8_lossy(&entry.content).into_owned(),
                leaf_hash: hex::encode(entry.leaf_hash),
                root_hash: hex::encode(entry.root_hash),
                entered_at: entry.created_at.to_string(),
            });
            let entries = shown.collect();
            Ok(Journal { entries, has_more })
        })
        .await
}
