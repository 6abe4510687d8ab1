//! The client against servers that misbehave; the server of this repository is met in the test kit's own tests.

#![allow(clippy::unwrap_used)]

mod answers;
mod blocking;
mod lists;
mod repeats;
mod stand_in;
mod tokens;
