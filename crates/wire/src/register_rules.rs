//! Dated law on registers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One rule for the days on which it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisterRule {
    /// What it is about.
    #[schema(example = "ewpg.20.notice")]
    pub rule: String,
    /// The first day on which it holds.
    #[schema(format = Date)]
    pub valid_from: String,
    /// The last day; null if no end is known.
    #[schema(format = Date)]
    pub valid_to: Option<String>,
    /// A number, or a word that says what the law wants.
    #[schema(example = "bafin")]
    pub value: String,
    /// The law that says so.
    pub source: String,
}
