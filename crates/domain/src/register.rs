//! The register of one product: an append-only log of entries, its Merkle tree, and the holdings that follow from it.

pub mod entry;
pub mod entry_types;
pub mod holdings;
pub mod restrictions;

pub use entry::{CanonicalError, Entry, Movement, commitment};
pub use entry_types::{EntryTypeError, EntryTypes};
pub use holdings::{HoldingError, Holdings};
pub use restrictions::{RestrictionError, Restrictions};
pub use tlog::{Digest, Frontier, merkle};
