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
    /// What is sold there; nothing at a home.
    pub campaign_ids: Vec<Uuid>,
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
    /// Registers of what is sold there whose logs are followed.
    #[serde(default)]
    pub registers: u64,
    /// Those of them whose log has contradicted itself.
    #[serde(default)]
    pub contradicted_registers: u64,
    /// Messages about investments that were not made here.
    pub unknown_messages: u64,
}

impl GatewayEnvironment {
    /// How it stands in one word; what is worst wins.
    pub fn state(&self) -> &'static str {
        match () {
            () if self.contradicted_registers > 0 => "split_view",
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

/// A register's log as a gateway follows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayRegister {
    /// Where what it registers is sold.
    pub environment: String,
    /// ISO 6166.
    pub isin: String,
    /// The largest checkpoint that continued those before it; none if nothing was ever signed as it should be.
    pub checkpoint: Option<GatewayCheckpoint>,
    /// What contradicts it: proof that the registrar showed two histories, or something that its log did not sign.
    pub contradictions: Vec<GatewayCheckpoint>,
}

/// What a register's log signed, as a gateway keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayCheckpoint {
    /// Where it was seen; none if the environment was removed.
    pub environment: Option<String>,
    /// The key that the log was known by, as `name+id+key` (C2SP `signed-note`).
    pub public_key: String,
    /// Entries that it is signed for; none where nothing can be read.
    pub size: Option<u64>,
    /// Word for word what was shown (C2SP `tlog-checkpoint`).
    pub note: String,
    /// Why it contradicts what was kept; none where it does not.
    pub contradiction: Option<String>,
    /// When it was first seen.
    pub seen_at: String,
    /// When the log was last seen to stand by it.
    pub checked_at: String,
    /// Since when the log is followed anew, from a later one.
    pub superseded_at: Option<String>,
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
