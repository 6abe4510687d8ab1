//! The worker from outside, on both databases: what is paid is delivered once, whatever fails on the way.
#![allow(clippy::unwrap_used)]

extern crate cashlink_worker as worker;

mod chaos;
mod clocks;
mod deliveries;
mod delivery_policies;
mod ledger;
mod movements;
mod reconciliation;
mod redemptions;
mod register;
mod stage;
mod transfers;
