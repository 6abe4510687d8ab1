//! Monetary values as the published API writes them: exact, never a JSON float.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An exact amount: `{"amount": "40000000", "decimals": 3, "currency": "EUR"}` is EUR 40,000.000.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Money {
    /// The amount in units of `10^-decimals`, an integer written as a string.
    #[schema(pattern = "^-?[0-9]{1,19}$", example = "40000000")]
    pub amount: String,
    /// How many digits of `amount` stand behind the decimal point.
    #[schema(minimum = 0, maximum = 18, example = 3)]
    pub decimals: u8,
    /// ISO 4217 code.
    #[schema(pattern = "^[A-Z]{3}$", example = "EUR")]
    pub currency: String,
}
