//! What stands behind the question mark of a page's address.

use serde::Deserialize;
use uuid::Uuid;

/// Which stretch of a counted list.
#[derive(Debug, Deserialize)]
pub(crate) struct PageNumber {
    page: Option<u64>,
}

impl PageNumber {
    /// Pages are counted from one.
    pub(crate) fn page(&self) -> u64 {
        counted(self.page)
    }
}

/// The same with a choice of status.
#[derive(Debug, Deserialize)]
pub(crate) struct WithStatus {
    page: Option<u64>,
    pub(crate) status: Option<String>,
}

impl WithStatus {
    /// Pages are counted from one.
    pub(crate) fn page(&self) -> u64 {
        counted(self.page)
    }
}

/// Behind which row a list that nobody counts goes on.
#[derive(Debug, Deserialize)]
pub(crate) struct Before {
    pub(crate) before: Option<Uuid>,
}

/// The same with a choice of status.
#[derive(Debug, Deserialize)]
pub(crate) struct StatusBefore {
    pub(crate) before: Option<Uuid>,
    pub(crate) status: Option<String>,
}

/// Far enough for anybody; beyond it lists are searched, not turned over.
const LAST: u64 = 100_000;

fn counted(page: Option<u64>) -> u64 {
    page.unwrap_or(1).clamp(1, LAST)
}
