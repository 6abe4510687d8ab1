//! Webhook endpoints, their attempts and replay.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Registers an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookEndpointCreate {
    /// Where events are sent by POST.
    #[schema(min_length = 1, max_length = 2000)]
    pub url: String,
    /// Sent as `Authorization: Bearer …`.
    #[serde(default)]
    pub bearer_token: Option<String>,
    /// Instead of a bearer token: client credentials of the receiver's.
    #[serde(default)]
    pub oauth: Option<WebhookOAuth>,
    /// Omitted or empty: all.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub event_types: Option<Vec<String>>,
    /// `whsec_` and base64 of 24 to 64 bytes; omitted: made by the network.
    #[serde(default)]
    pub secret: Option<String>,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub description: Option<String>,
}

/// Client credentials with which the network authenticates at the receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookOAuth {
    /// RFC 6749 token endpoint of the receiver.
    #[schema(min_length = 1, max_length = 2000)]
    pub token_url: String,
    /// Client ID.
    pub client_id: String,
    /// Client secret; kept encrypted, never returned.
    #[schema(write_only)]
    pub client_secret: String,
    /// Space separated.
    #[serde(default)]
    pub scope: Option<String>,
}

/// Changes an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookEndpointPatch {
    /// Where events are sent.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000)]
    pub url: Option<String>,
    /// Replaces the authentication.
    #[serde(default)]
    pub bearer_token: Option<String>,
    /// Replaces the authentication.
    #[serde(default)]
    pub oauth: Option<WebhookOAuth>,
    /// Empty: all.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub event_types: Option<Vec<String>>,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub description: Option<String>,
    /// False stops deliveries; events made meanwhile stay in the log and can be replayed.
    #[serde(default)]
    pub enabled: Option<bool>,
}

/// A registered endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookEndpoint {
    /// Identifies the endpoint.
    pub id: Uuid,
    /// Where events are sent.
    pub url: String,
    /// How the network authenticates.
    pub authentication: WebhookAuthentication,
    /// Empty: all.
    pub event_types: Vec<String>,
    /// For people.
    pub description: Option<String>,
    /// Whether events are sent, and whether the last ones arrived.
    pub status: WebhookEndpointStatus,
    /// The signing secret; only in the answer to creation and rotation.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub secret: Option<String>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// How the network authenticates at an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookAuthentication {
    /// By signature only.
    None,
    /// A fixed bearer token.
    Bearer,
    /// OAuth 2.0 client credentials.
    Oauth,
}

/// State of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookEndpointStatus {
    /// Events are sent.
    Enabled,
    /// Switched off by the partner, or by answer 410.
    Disabled,
    /// Events are sent, but the last attempt of one was used up.
    Failing,
}

/// Rotates the signing secret; the old one stays valid for 24 hours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RotateSecret {
    /// Omitted: made by the network.
    #[serde(default)]
    pub secret: Option<String>,
}

/// Sends events again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Replay {
    /// One event.
    #[serde(default)]
    pub event_id: Option<Uuid>,
    /// Or all since then.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub since: Option<String>,
}

/// How many deliveries were queued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Queued {
    /// Deliveries queued.
    pub queued: u64,
}

/// One attempt to deliver an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookAttempt {
    /// The event.
    pub event_id: Uuid,
    /// Its type.
    pub event_type: String,
    /// HTTP status of the receiver; null if there was no answer.
    pub response_status: Option<u16>,
    /// What went wrong.
    pub error: Option<String>,
    /// Milliseconds.
    pub duration_ms: u64,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub attempted_at: String,
}
