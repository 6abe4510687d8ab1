//! The gateway in front of real environments, of environments in trouble, and of some that are none; on both databases.

#![allow(clippy::unwrap_used)]

mod client;
mod drift;
mod home;
mod pages;
mod proxy;
mod registers;
mod schema;
mod selling;
mod stage;
mod statements;
mod stream;
mod transfers;
mod trouble;
mod waking;
