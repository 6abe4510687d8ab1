//! What the running demo promises to whoever meets it from outside: its exit, its credentials, its restart, and the OpenAPI
//! document, which a generator of requests that nobody thought of holds it to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr
)]

#[path = "../common/mod.rs"]
mod common;

mod demo;
mod document;
mod generated;
mod promises;
