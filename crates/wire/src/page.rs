//! One page of a list, in the shape that existing clients follow: `count`, `next`, `previous`, `results`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One page of a list, oldest entry first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// Number of entries on all pages together.
    pub count: u64,
    /// Address of the next page, null on the last.
    #[schema(required)]
    pub next: Option<String>,
    /// Address of the page before, null on the first.
    #[schema(required)]
    pub previous: Option<String>,
    /// The entries of this page.
    pub results: Vec<T>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use utoipa::PartialSchema;

    #[test]
    fn the_schema_requires_the_links_and_allows_null() {
        let schema = serde_json::to_value(Page::<String>::schema()).unwrap();

        assert_eq!(
            schema["required"],
            serde_json::json!(["count", "next", "previous", "results"])
        );
        assert_eq!(
            schema["properties"]["next"]["type"],
            serde_json::json!(["string", "null"])
        );
        assert_eq!(schema["properties"]["results"]["items"]["type"], "string");
    }
}
