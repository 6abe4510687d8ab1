//! The kit from outside, on both databases: what is published reaches real receivers, whatever goes wrong on the way.
#![allow(clippy::unwrap_used)]

extern crate cashlink_webhooks as webhooks;

mod delivery;
mod endpoints;
mod oauth;
mod order;
mod retries;
mod support;
