//! The kit seen from outside, through a framed router.
#![allow(clippy::unwrap_used)]

mod bodies;
mod framing;
mod oauth;
mod parameters;
mod serving;
mod uploads;
