//! Older generations of the published API: each body type says here how its older spellings become the present ones.

use serde_json::Value;

/// Implemented by every request body; most bodies never had another spelling.
pub trait Legacy {
    /// Rewrites older spellings in place, before the body is parsed. Must leave what it does not know.
    fn normalise(_: &mut Value) {}
}
