//! How a gateway does: its environments, what waits, and where they hold other data.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The whole gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayStatus {
    /// Each environment, in the order in which they were added.
    pub environments: Vec<GatewayEnvironment>,
    /// Orders that wait for their environment.
    pub waiting_orders: u64,
    /// Messages of environments that are not passed on yet.
    pub waiting_messages: u64,
}

/// One environment behind a gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayEnvironment {
    /// The partner's name for it.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// What is sold there; none at a home.
    pub campaign_id: Option<Uuid>,
    /// Since when it does not answer as it should.
    pub unreachable_since: Option<String>,
    /// What is wrong, for people.
    pub trouble: Option<String>,
    /// Investors that are or are to be there.
    pub investors: u64,
    /// Those of whom something is on its way.
    pub pending: u64,
    /// Since when the longest of them waits.
    pub pending_since: Option<String>,
    /// Things that it refused and that nothing newer has made good.
    pub refused: u64,
    /// Fields in which it holds other data than the gateway.
    pub differences: u64,
    /// When it last told something, or its feed was read.
    pub heard_at: Option<String>,
    /// When it was last compared with the gateway.
    pub compared_at: Option<String>,
    /// Messages about investments that were not made here.
    pub unknown_messages: u64,
}

impl GatewayEnvironment {
    /// How it stands in one word; what is worst wins.
    pub fn state(&self) -> &'static str {
        match () {
            () if self.unreachable_since.is_some() => "unreachable",
            () if self.refused > 0 => "refused",
            () if self.pending > 0 => "pending",
            () => "synced",
        }
    }
}

/// A field in which an environment holds other data than the gateway, without the data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayDifference {
    /// Whose.
    pub investor_id: Uuid,
    /// Where.
    pub environment: String,
    /// What.
    pub field: String,
    /// When it was first seen.
    pub since: String,
    /// When it was last seen.
    pub seen_at: String,
    /// `open`, or `pushed` when ours is on its way.
    pub state: String,
}

/// A credential of the partner's application at its gateway, without the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayClient {
    /// OAuth client ID.
    pub client_id: String,
    /// When it was made.
    pub created_at: String,
    /// From here on it is refused.
    pub ends_at: Option<String>,
}
