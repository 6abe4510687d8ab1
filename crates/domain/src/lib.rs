//! The pure rules of the network: identifiers, values, and what may happen to investors, investments and the register.
//!
//! Nothing here awaits, reads a clock, draws a random number or knows SQL, HTTP or JSON: time and randomness are arguments.

pub mod address;
pub mod country;
pub mod currency;
pub mod fields;
pub mod ids;
pub mod time;

pub use address::{Address, AddressError, TransactionHash, TransactionHashError};
pub use country::{Country, CountryError};
pub use currency::{Currency, CurrencyError};
pub use fields::{FieldError, FieldErrors, FieldValue};
pub use ids::*;
pub use time::{Date, DateError, Timestamp, TimestampError};
