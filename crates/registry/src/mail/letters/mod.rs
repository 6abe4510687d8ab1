//! The letters, one function each, so that the compiler checks what a letter needs to know.

mod access;
mod dates;
mod notices;
mod participation;
mod people;
mod registrar;

pub use access::{ClientChange, client_changed, client_expires};
pub use notices::{
    Waiting, acceptance_due, cancellations_end, endpoint_dead, licence_expires, payments_due,
};
pub use participation::{
    Decision, Standing, application_decided, application_due, application_question,
    application_received, asset_request_accepted, asset_request_decided, asset_requested,
    product_decided, standing_changed,
};
pub use people::{email_confirmation, invitation, password_reset};
pub use registrar::{Work, decision_waits, work_waits};

#[cfg(test)]
mod tests;
