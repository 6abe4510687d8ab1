//! What is due by law on registers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A statutory deadline of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deadline {
    /// `terms_entry`, `reversal`, `statement`, `yearly_statement`, `application_answer`, `inspection_destruction`, `identification`, `comparison` or `incident`.
    #[schema(example = "terms_entry")]
    pub rule: String,
    /// The law that sets it.
    #[schema(example = "§ 5(1) sentence 3 eWpG")]
    pub source: String,
    /// `product`, `application`, `inspection` or `investor`.
    #[schema(example = "product")]
    pub subject: String,
    /// Which one.
    pub subject_id: Uuid,
    /// What it is called; null where that would be personal.
    pub name: Option<String>,
    /// How many things are to be done: statements, for example.
    pub count: u64,
    /// `overdue`, `due`, `ahead` or `done`.
    #[schema(example = "ahead")]
    pub state: String,
    /// When it ends. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub due_at: String,
    /// When it was met. RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub done_at: Option<String>,
    /// The console's page where it is looked after.
    pub page: String,
}
