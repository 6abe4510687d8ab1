//! Webhook endpoints and their attempts, as servers answer.

use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;
use wire::webhook_endpoints::{WebhookAuthentication, WebhookEndpointStatus};

use super::lenient;
use crate::Open;

/// A registered endpoint.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct WebhookEndpoint {
    /// Identifies the endpoint.
    pub id: Uuid,
    /// Where events are sent.
    #[serde(default, deserialize_with = "lenient")]
    pub url: Option<String>,
    /// How the server authenticates.
    #[serde(default, deserialize_with = "lenient")]
    pub authentication: Option<Open<WebhookAuthentication>>,
    /// Empty: all.
    #[serde(default, deserialize_with = "lenient")]
    pub event_types: Option<Vec<String>>,
    /// For people.
    #[serde(default, deserialize_with = "lenient")]
    pub description: Option<String>,
    /// Whether events are sent.
    #[serde(default, deserialize_with = "lenient")]
    pub status: Option<Open<WebhookEndpointStatus>>,
    /// The signing secret; only in the answer to creation and rotation.
    #[serde(default, deserialize_with = "lenient")]
    pub secret: Option<String>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<String>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// One attempt to deliver an event.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct WebhookAttempt {
    /// The event.
    #[serde(default, deserialize_with = "lenient")]
    pub event_id: Option<Uuid>,
    /// Its type.
    #[serde(default, deserialize_with = "lenient")]
    pub event_type: Option<String>,
    /// HTTP status of the receiver; None if there was no answer.
    #[serde(default, deserialize_with = "lenient")]
    pub response_status: Option<u16>,
    /// What went wrong.
    #[serde(default, deserialize_with = "lenient")]
    pub error: Option<String>,
    /// Milliseconds.
    #[serde(default, deserialize_with = "lenient")]
    pub duration_ms: Option<u64>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "lenient")]
    pub attempted_at: Option<String>,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// How much was queued.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Queued {
    /// Deliveries.
    pub queued: u64,
    /// What this version does not know, as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}
