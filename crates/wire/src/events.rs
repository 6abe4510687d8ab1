//! Events: the payload of webhooks and of the feed (reference section 10).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What happened. The first three fields are the original's payload; a webhook and the feed carry the same object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// The investment concerned; null for events of other resources.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub investment_id: Option<Uuid>,
    /// The status reached.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<String>,
    /// When, RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub changed_at: String,
    /// Identifies the event; the same in every attempt.
    pub id: Uuid,
    /// Such as `investment.status_changed`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Name of the environment.
    pub environment: String,
    /// Counts the events of one investment (or investor, transfer, redemption, product, wallet) from 1 without gaps.
    pub sequence: u64,
    /// The investor concerned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub investor_id: Option<Uuid>,
    /// The transfer concerned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub transfer_id: Option<Uuid>,
    /// The redemption concerned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub redemption_id: Option<Uuid>,
    /// The register statement concerned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub registry_statement_id: Option<Uuid>,
    /// The wallet concerned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub wallet_id: Option<Uuid>,
    /// The product concerned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub product_id: Option<Uuid>,
    /// The version of the product's terms that is in force now.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub terms_version: Option<u32>,
    /// The status before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub previous_status: Option<String>,
}

/// The feed: the same events as the webhooks, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventFeed {
    /// In order.
    pub results: Vec<Event>,
    /// Hand this to `after` for what follows; null while there was never an event.
    pub last: Option<Uuid>,
    /// Whether more is waiting.
    pub has_more: bool,
}
