//! A stretch of a list.

/// Which stretch is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// Entries to pass over.
    pub offset: u64,
    /// Entries at most.
    pub limit: u32,
}

/// A stretch of a list, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// Entries of the whole list.
    pub count: u64,
    /// Entries of the stretch.
    pub items: Vec<T>,
}
