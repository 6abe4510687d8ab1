//! How platforms take part in the network.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::applications::Licence;

/// A platform's standing in the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Participation {
    /// The platform.
    pub platform_id: Uuid,
    /// Firm.
    pub company_name: String,
    /// How far it takes part.
    pub standing: Standing,
    /// The licence that counts for its investments; none before the registrar has checked one.
    pub licence: Option<Licence>,
}

/// How far a platform takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its application is being written or waits for the registrar.
    Applying,
    /// Takes part.
    Admitted,
    /// Takes no new investments; what runs goes on.
    Suspended,
    /// Has ended its participation; what runs goes on.
    Left,
    /// Its application was refused; it may apply again.
    Refused,
}
