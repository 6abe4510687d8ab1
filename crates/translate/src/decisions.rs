//! Decisions that need four eyes.

use domain::{Decision, DecisionState};
use serde_json::Value;
use wire::decisions::{self as out, DecisionStatus};

/// A decision as the network answers it, with what was sealed.
pub fn show(decision: &Decision, content: Value, reason: String) -> out::Decision {
    let (status, decided) = match &decision.state {
        DecisionState::Proposed => (DecisionStatus::Proposed, None),
        DecisionState::Confirmed(actor, at) => (DecisionStatus::Confirmed, Some((actor, at))),
        DecisionState::Withdrawn(actor, at) => (DecisionStatus::Withdrawn, Some((actor, at))),
    };
    out::Decision {
        id: decision.id.uuid(),
        kind: decision.kind.as_str().to_owned(),
        target_id: decision.target,
        status,
        content,
        reason,
        proposed_by: decision.proposed_by.name.clone(),
        proposed_at: decision.proposed_at.to_string(),
        decided_by: decided.map(|(actor, _)| actor.name.clone()),
        decided_at: decided.map(|(_, at)| at.to_string()),
    }
}
