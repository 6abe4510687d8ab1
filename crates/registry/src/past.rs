//! What a register said after one of its entries.

use database::Tx;
use domain::register::HoldingError;
use domain::{Entry, Holdings, ProductId};
use storage::register_entries;

use crate::journal::Mismatch;
use crate::{Error, Result};

/// Entries that are read at once.
const PAGE: u32 = 1_000;

/// Who held what after an entry, replayed from the first one.
pub(crate) fn holdings(tx: &mut Tx, product: ProductId, sequence: u64) -> Result<Holdings> {
    let damaged = |_| Error::fault(Mismatch::Register(product, "an entry is damaged"));
    let refused = |error: HoldingError| Error::fault(Mismatch::Holdings(product, error));
    let (mut holdings, mut after) = (Holdings::new(), 0);
    loop {
        let page = register_entries::after(tx, product, after, PAGE)?;
        for record in &page {
            if record.sequence > sequence {
                return Ok(holdings);
            }
            let entry = Entry::from_canonical_bytes(&record.content).map_err(damaged)?;
            holdings.apply(&entry).map_err(refused)?;
        }
        match page.last() {
            Some(last) => after = last.sequence,
            None => return Ok(holdings),
        }
    }
}
