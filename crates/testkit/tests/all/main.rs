//! The whole application over HTTP: what a partner, an issuer and the registrar see, on both databases.

#![allow(clippy::unwrap_used)]

mod oauth;
mod reference;
mod story;
