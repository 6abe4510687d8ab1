//! A kit for telling others by webhook what happened: outbox, signing, delivery, and the guard against private addresses.
//!
//! It knows endpoints, messages, deliveries and attempts, and nothing of what the messages are about. A message is
//! [`publish`]ed in the transaction of the change that it tells of; a [`Deliverer`] posts it to each endpoint that wants
//! to hear of it, at least once, in order within its lane, until the endpoint answers with a 2xx or seven days are over.
//!
//! Times are microseconds since the Unix epoch and are handed in, and so is randomness where it decides anything.

use std::sync::Arc;

use database::{Component, Migration};

mod claim;
mod deliverer;
pub mod deliveries;
pub mod endpoints;
mod guard;
mod messages;
mod oauth;
mod probe;
pub mod published;
pub mod schedule;
mod sender;
mod settle;
mod signing;
mod slots;
mod target;

pub use deliverer::{Deliverer, Settings};
pub use endpoints::{
    Attempt, Authentication, AuthenticationSummary, Change, Endpoint, EndpointError, NewEndpoint,
    Status, Switch,
};
pub use guard::{Guard, GuardRefusal, NetworkRefusal};
pub use messages::{
    MOST_REPLAYED, Message, Replayed, TEST_EVENT_TYPE, publish, publish_all, replay, replay_since,
    test,
};
pub use probe::probe;
pub use signing::{
    Headers, SECRET_PREFIX, Secret, SecretRefusal, VerifyError, signature_header, verify,
};

/// The kit's tables.
pub const COMPONENT: Component = Component {
    name: "webhooks",
    migrations: &[Migration {
        version: 1,
        name: "webhooks",
        sqlite: include_str!("../migrations/sqlite/V0001__webhooks.sql"),
        postgres: include_str!("../migrations/postgres/V0001__webhooks.sql"),
    }],
};

/// The topic that wakes the deliverers.
pub const TOPIC: &str = "deliveries";

/// Tells the time in microseconds since the Unix epoch.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Gives numbers that nobody can guess.
pub type Random = Arc<dyn Fn() -> u64 + Send + Sync>;
