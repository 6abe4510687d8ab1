//! The letters, one function each, so that the compiler checks what a letter needs to know.

mod dates;
mod notices;
mod participation;
mod people;

pub use notices::{Waiting, acceptance_due, endpoint_dead, licence_expires, payments_due};
pub use participation::{
    Decision, application_decided, application_due, application_question, application_received,
    asset_request_decided,
};
pub use people::{email_confirmation, invitation, password_reset};

#[cfg(test)]
mod tests;
