//! The whole application as a partner meets it: a network of its own for each test, clients that check every answer against the
//! OpenAPI document, and a receiver of webhooks. For development only.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test kit fails loudly

pub mod app;
pub mod browser;
pub mod chain;
pub mod client;
pub mod contract;
pub mod contract_wallet;
pub mod ed25519;
pub mod holder;
pub mod human;
pub mod issuer;
pub mod partner;
pub mod people;
pub mod setup;
pub mod sink;

pub use app::TestApp;
pub use client::{Call, Reply, Session};
pub use database::testing::Backend;
pub use issuer::Issuer;
pub use partner::{Customer, Partner};
pub use setup::Setup;
pub use sink::{Behaviour, WebhookSink};
