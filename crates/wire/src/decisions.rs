//! Decisions that need four eyes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A decision: proposed by one actor, in force once another has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// Identifies it.
    pub id: Uuid,
    /// Such as `platform_suspension`. Text, because later versions decide about more.
    #[schema(example = "platform_suspension")]
    pub kind: String,
    /// What is decided about: a platform, a product, an application.
    pub target_id: Uuid,
    /// How far it has come.
    pub status: DecisionStatus,
    /// What exactly is to be done; depends on the kind, null if the kind says it all.
    #[schema(value_type = Option<Object>)]
    pub content: serde_json::Value,
    /// Why.
    pub reason: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub proposed_at: String,
    /// Who confirmed or withdrew it.
    pub decided_by: Option<String>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub decided_at: Option<String>,
}

/// How far a decision has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionStatus {
    /// Waits for a second actor.
    Proposed,
    /// Has taken effect.
    Confirmed,
    /// Never takes effect.
    Withdrawn,
}

impl DecisionStatus {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Confirmed => "confirmed",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Why something is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// For the one who confirms and for the record.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}
