//! The partner's client of the network: Distributor and Issuer API of one environment, and the check of its webhooks.
//!
//! It speaks the published Partner API, so it works against any server that does: what a server adds is kept, what it leaves out is
//! `None`, and a value of tomorrow is [`Open::Other`].
//!
//! ```no_run
//! use cashlink_sdk::{Client, Environment, Key};
//! # async fn sell(investor: wire::investors::InvestorCreate) -> Result<(), cashlink_sdk::Error> {
//! let environment = Environment {
//!     url: "https://demo.cashlink.de/api/external".to_owned(),
//!     client_id: "…".to_owned(),
//!     client_secret: "…".to_owned(),
//! };
//! let distributor = Client::new(environment)?.distributor();
//! // Your own ID of the customer is the key: a repeat after a crash finds what the first call has made.
//! let investor = distributor.create_investor(&investor, &Key::of("customer-4711")).await?;
//! println!("{} is {:?}", investor.id, investor.kyc_status);
//! # Ok(())
//! # }
//! ```
//!
//! **Repeats.** A call is repeated by itself, with growing pauses and `Retry-After`, when the server was busy, broken or not reached:
//! a reading always, a writing because it carries a [`Key`]; without one ([`Key::none`]) never. A token is renewed before it ends,
//! and once after a 401. Everything has a limit; see [`Settings`].
//!
//! **Errors.** [`Error::Refused`] is the server's no, with its code and fields. [`Error::is_temporary`] tells what may go away by
//! itself: call again with the same key, then nothing happens twice.

pub mod answers;
pub mod blocking;
mod client;
mod connection;
mod distributor;
mod environment;
mod error;
mod issuer;
mod key;
mod list;
mod open;
mod patch;
mod read;
mod refusal;
pub mod register_log;
mod retry;
mod token;
pub mod webhooks;

pub use client::Client;
pub use distributor::{Distributor, InvestmentFilter};
pub use environment::{DISTRIBUTOR_SCOPES, Environment, ISSUER_SCOPES, Settings};
pub use error::{Error, Result, SignInRefusal, Unreachable, Unreadable};
pub use issuer::Issuer;
pub use key::{Key, KeyRefusal};
pub use list::List;
pub use open::Open;
pub use patch::MergePatch;
pub use refusal::Refusal;
pub use register_log::RegisterLogs;
/// Trees, checkpoints and their keys.
pub use tlog;
/// The bodies of requests, and the catalogue of problem codes.
pub use wire;
