//! The tests of the chain, the contracts and the adapter, in one program because linking is what takes long.

#![allow(clippy::unwrap_used)]

mod artifact;
mod common;
mod conformance;
mod contract;
mod faults;
mod gas;
mod nodes;
mod nonces;
mod proxy;
mod restart;
mod rpc;
mod schema;
