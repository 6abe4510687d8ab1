//! What a holder gets in its hands: a register statement (§ 19 eWpG), or outside of the eWpG a holding confirmation, as a PDF/A with its own proof.
//!
//! Pure: the same content and key give the same bytes. [`verify`] needs nothing but the file and the log's public key.

mod content;
mod field;
mod file;
mod fonts;
mod layout;
mod paint;
mod print;
mod qr;
pub mod sample;
mod text;
mod verify;
mod words;

#[cfg(test)]
mod tests;

pub use content::{
    Amount, Holder, Holding, Issuer, Ledger, Proof, Register, Registrar, Security, Statement,
    Transaction,
};
pub use field::Field;
pub use print::{Press, PrintError};
pub use verify::{Refusal, UNCHECKED, checkpoint, read, verify};
pub use words::{frozen_wallet, restriction};
